"""What the bot says to those it does not understand, or does not know."""

from __future__ import annotations

from collections.abc import Iterable

from commands.kit.card import PUBLIC, Button, Buttons, Card, Line, Ref
from commands.kit.command import Catalogue, Command, Declared
from commands.kit.form import Place
from commands.kit.people import Actor, Role
from commands.kit.words import T, listed

OFFERED = 6


def choices(
    catalogue: Catalogue, actor: Actor, draft: Ref, *, here: bool = False
) -> tuple[Line, Buttons]:
    """What something without a command could have been; `here` says that it is only a place."""
    if actor.role is Role.STAFF:
        said = T("I did not find a command in this. Say what it is, or type /help.")
    elif actor.role is Role.STRANGER:
        said = T(
            "We have not met yet. If you work here, send “join CODE” with the code from your "
            "administrator. If you are a customer, choose what this is: nothing has to be typed "
            "again."
        )
    else:
        said = T("Shall I pass this on? Choose what it is, and nothing has to be typed again.")
    fitting = (c.declared for c in _choices(catalogue, actor) if not here or _has_place(c.declared))
    row = tuple(Button(d.words, "~as", {"c": d.name}, draft) for d in fitting)
    return Line(said), Buttons(row[:OFFERED], PUBLIC)


def something_else(catalogue: Catalogue, actor: Actor, draft: Ref) -> tuple[Line, Buttons]:
    """The same, where it is passed on as an answer already."""
    said = T("If it is something else, choose what it is: nothing has to be typed again.")
    return Line(said), choices(catalogue, actor, draft)[1]


def _has_place(declared: Declared) -> bool:
    return any(isinstance(asked.kind, Place) for asked in declared.questions)


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


def no_such_command(name: str, near: Iterable[str]) -> Card:
    """A slash and a word that is no command here."""
    meant = [f"/{one}" for one in near]
    parts = (Line(T("Did you mean {names}?", names=listed(meant))),) if meant else ()
    help_ = Line(T("/help shows what you can do here. Nothing was kept."))
    return Card(T("There is no command /{name}", name=name[: OFFERED * 8]), (*parts, help_))


def nothing_open() -> Card:
    """Somebody cancels where no question waits for an answer."""
    return Card(T("There is nothing to cancel: no question is open here."))


def noted(name: str) -> Card:
    """What a customer adds to their own case reaches whoever looks after it."""
    return Card(T("Noted on {name}. Whoever looks after it has been told.", name=name))


def unknown_number() -> Card:
    """Somebody showed their number, and nobody here is known by it."""
    said = T("Ask your administrator for a code and send “join CODE”, or write “complaint”.")
    return Card(T("Nobody here is known by this number yet"), (Line(said),))


def named(name: str, commands: Iterable[Declared], draft: Ref) -> Card:
    """A text that names a subject without a command: the subject's verbs."""
    row = tuple(Button(declared.words, "~as", {"c": declared.name}, draft) for declared in commands)
    return Card(T("{name}: what shall I do?", name=name), (Buttons(row[:OFFERED], PUBLIC),), draft)


def _choices(catalogue: Catalogue, actor: Actor) -> Iterable[type[Command]]:
    """The creating commands that this kind of person may use, what is told in pieces first."""
    for command in sorted(catalogue, key=lambda one: not one.declared.gathers):
        declared = command.declared
        allowed = actor.role in declared.who or bool(
            actor.person and actor.person.departments & declared.who
        )
        if declared.makes and declared.listed and allowed:
            yield command
