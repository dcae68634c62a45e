"""What the bot says to those it does not understand, or does not know."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from commands.kit.card import PUBLIC, Button, Buttons, Card, Line, Quote, Ref
from commands.kit.command import Catalogue, Command, Declared
from commands.kit.people import Actor, Role
from commands.kit.words import T, listed

OFFERED = 6


def puzzled(catalogue: Catalogue, actor: Actor, text: str, draft: Ref | None) -> Card:
    """A text that begins with no command: what it could have been; the text is kept for any."""
    parts = (Quote(text),) if text else ()
    if actor.role is Role.STAFF:
        said = T("I did not find a command in this. Say what it is, or type /help.")
    else:
        said = T("Shall I pass this on? Choose what it is, and nothing has to be typed again.")
    keep = tuple(_offer(command, draft) for command in _choices(catalogue, actor))[:OFFERED]
    return Card(T("What shall I do with this?"), (*parts, Line(said), Buttons(keep, PUBLIC)))


def fetching(names: Sequence[str]) -> Card:
    """Tables are on their way; what to do with them is asked once they are here."""
    return Card(T("Fetching {names} …", names=listed(list(names))))


def stranger(name: str) -> Card:
    """Somebody whom nobody has introduced yet."""
    return Card(
        T("Hello {name}, we have not met yet", name=name),
        (
            Line(
                T(
                    "If you work here, ask your administrator for a code and send “join CODE”. "
                    "If you are a customer, write “complaint” and what happened."
                )
            ),
            Buttons(
                (
                    Button(T("I have a code"), "join"),
                    Button(T("Report a complaint"), "complaint", style="primary"),
                ),
                PUBLIC,
            ),
        ),
    )


def named(name: str, commands: Iterable[Declared], draft: Ref) -> Card:
    """A text that names a subject without a command: the subject's verbs."""
    row = tuple(Button(declared.words, "~as", {"c": declared.name}, draft) for declared in commands)
    return Card(T("{name}: what shall I do?", name=name), (Buttons(row[:OFFERED], PUBLIC),), draft)


def _offer(command: type[Command], draft: Ref | None) -> Button:
    declared = command.declared
    if draft is None:
        return Button(declared.words, declared.name)
    return Button(declared.words, "~as", {"c": declared.name}, draft)


def _choices(catalogue: Catalogue, actor: Actor) -> Iterable[type[Command]]:
    """The creating commands that this kind of person may use."""
    for command in catalogue:
        declared = command.declared
        allowed = actor.role in declared.who or bool(
            actor.person and actor.person.departments & declared.who
        )
        if declared.makes and declared.listed and allowed:
            yield command
