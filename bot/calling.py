"""Typed words that call for something instead of answering: a slash, and buttons by their names."""

from __future__ import annotations

from difflib import get_close_matches

from bot.asking import Asking
from bot.platform import Reply, Typed
from commands.kit import drafting, welcome
from commands.kit.card import Ref
from storage import drafts
from storage.database import known
from storage.drafts import Draft


def slash(said: Typed) -> bool:
    """Whether a command is meant, whatever the word."""
    return not said.origin and (said.text.lstrip().startswith("/") or bool(said.command))


def no_such_command(asking: Asking, said: Typed) -> Reply:
    """A slash means a command, never an answer to an open question."""
    hearing = asking.hearing
    typed = said.command if said.command not in {"", "headwater"} else said.text
    name = (typed.split() or [""])[0].lstrip("/")
    listed = [name for name, *_ in hearing.guide()]
    near = get_close_matches(name.lower(), listed)
    return hearing.show(welcome.no_such_command(name, near))


def button(
    asking: Asking, said: Typed, about: Ref | None, draft: Draft | None, *, command: bool
) -> Reply | None:
    """Do what the open question's button of this name does.

    A word that is also a command is the button while that is in sight, and with a slash never.
    """
    verb = "" if _more_than_words(said) else drafting.way(_whole(said), asking.house.spoken)
    if not verb:
        return None
    if draft:
        in_sight = verb != drafting.BACK or bool(draft.asked)
        if command and (slash(said) or not in_sight):
            return None
        return asking.tapped(verb, known(draft.id), {})
    if command or about or verb != drafting.CANCEL:
        return None
    gathered = drafts.gathering(asking.db, asking.hearing.actor.account_id, asking.conversation)
    return asking.tapped(verb, known(gathered.id), {}) if gathered else _nothing_open(asking)


def _nothing_open(asking: Asking) -> Reply | None:
    request = asking.request
    addressed = request.direct or request.mentions
    return asking.hearing.show(welcome.nothing_open()) if addressed else None


def _more_than_words(said: Typed) -> bool:
    """Whether something came along, or somebody else said it."""
    return bool(said.files or said.spot or said.phone or said.origin)


def _whole(said: Typed) -> str:
    """What was typed, with the command that the platform took out of it."""
    command = "" if said.command.casefold() == "headwater" else said.command
    return f"{command} {said.text}"
