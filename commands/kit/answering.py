"""Reads what was given for the questions of a draft: one typed answer, or a whole form."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from commands.kit import reading, words
from commands.kit.answers import Context, Which, answer
from commands.kit.command import Declared
from commands.kit.errors import Invalid
from commands.kit.form import Photos, Place, Question
from commands.kit.reading import Understood
from commands.kit.words import T, Words
from storage.database import Json


def typed(
    asked: Question, text: str, declared: Declared, ctx: Context, known: Mapping[str, Json]
) -> Understood:
    """An answer as somebody types it, which may hold what one message would have held.

    Raises `Invalid` or `Which` where neither the question nor the whole command takes it.
    """
    others = {field: value for field, value in known.items() if field != asked.field}
    found = _with_its_day(asked, text, declared, ctx, others)
    if found:
        return found
    try:
        return Understood({**others, asked.field: answer(asked, text, ctx)})
    except Invalid:
        found = reading.fill(text, declared, ctx, others)
        if found.rest or not _reached(asked, found):
            raise
        return found


def _with_its_day(
    asked: Question, text: str, declared: Declared, ctx: Context, others: Mapping[str, Json]
) -> Understood | None:
    """Words that tell the day, at their beginning or further on, if it has not been given."""
    if asked != reading.told_in(declared):
        return None
    found = Understood(dict(others))
    rest = reading.dated(text, declared, ctx, found)
    if rest == text and found.answers == others:
        return None
    if rest.strip():
        found.answers[asked.field] = answer(asked, rest, ctx)
    return found


def _reached(asked: Question, found: Understood) -> bool:
    """Whether a text says something to this question, if only what may be meant."""
    return asked.field in found.answers or bool(found.which and found.which.field == asked.field)


def form(
    declared: Declared,
    given: Mapping[str, Json],
    ctx: Context,
    known: Mapping[str, Json],
    held: str,
) -> tuple[dict[str, Json], dict[str, T | str]]:
    """Every answer in a form, and what is wrong by question; `held` is not asked there."""
    answers = dict(known)
    errors: dict[str, T | str] = {}
    for asked in declared.questions:
        # A secret that was answered before is not shown in the form, so it is not in what came.
        kept = asked.ask.secret and asked.field in known and asked.field not in given
        if asked.field != held and not kept and not isinstance(asked.kind, Photos | Place):
            _one_of_form(asked, given.get(asked.field), ctx, answers, errors)
    return answers, errors


def _one_of_form(
    asked: Question, raw: Json, ctx: Context, answers: dict[str, Json], errors: dict[str, T | str]
) -> None:
    answers.pop(asked.field, None)
    if raw in (None, "", []) and not asked.required:
        return
    try:
        answers[asked.field] = answer(asked, raw, ctx)
    except Invalid as invalid:
        errors[asked.field] = invalid.words
    except Which as which:
        names = words.listed([_words(label) for _, label in which.options])
        errors[asked.field] = T("Several are meant: {names}. Pick one.", names=names)


def _words(label: str | date) -> Words:
    return label if isinstance(label, str) else T("{day:weekday}", day=label)
