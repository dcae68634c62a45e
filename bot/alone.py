"""A place or a day that answers a subject's card alone: the verb that asks for it."""

from __future__ import annotations

from dataclasses import asdict

from bot.asking import place_asked
from bot.house import House
from bot.platform import Typed
from commands.kit.answers import Context, Which, answer
from commands.kit.card import Ref
from commands.kit.command import Command, Declared
from commands.kit.errors import Invalid
from commands.kit.form import Day, Question
from storage.database import Json

Verb = tuple[type[Command], dict[str, Json]]  # with its answer


def verb(house: House, ctx: Context, said: Typed, about: Ref) -> Verb | None:
    """What such an answer asks for; None where it is neither, or nobody takes it."""
    for command in house.catalogue:
        if command.declared.on == about.kind:
            given = (
                _place(command.declared, said) if said.spot else _day(command.declared, said, ctx)
            )
            if given:
                return command, given
    return None


def _place(declared: Declared, said: Typed) -> dict[str, Json]:
    asked = place_asked(declared)
    return {asked.field: asdict(said.spot)} if asked and said.spot else {}


def _day(declared: Declared, said: Typed, ctx: Context) -> dict[str, Json]:
    """A day that is all that was said, for a verb that asks for nothing else."""
    asked = [question for question in declared.questions if question.field != declared.under]
    if said.files or not _is_a_day(asked):
        return {}
    try:
        return {asked[0].field: answer(asked[0], said.text, ctx)}
    except (Invalid, Which):
        return {}


def _is_a_day(asked: list[Question]) -> bool:
    return len(asked) == 1 and isinstance(asked[0].kind, Day)
