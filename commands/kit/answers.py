"""Reads one answer: the value that a question's field takes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import assert_never

from commands.kit import limits
from commands.kit.attached import photos, place
from commands.kit.calendar import local_day
from commands.kit.date_rules import JustPast, Prefer
from commands.kit.dates import AmbiguousDate, NotADate, parse_date, without_until
from commands.kit.errors import Invalid, no_moment
from commands.kit.form import (
    Choice,
    Day,
    Kind,
    Moment,
    Photos,
    Pick,
    Place,
    Question,
    Text,
    YesNo,
)
from commands.kit.moments import NotAMoment, parse_moment
from commands.kit.noun import Found, Look, Matches, Noun, Nouns
from commands.kit.people import Actor
from commands.kit.words import T
from storage.database import Json

Spoken = Callable[[T], Iterable[str]]  # a sentence in every language there is
_YES = {"yes", "y", "true", "1", "是", "对", "好", "要"}
_NO = {"no", "n", "false", "0", "否", "不", "不是", "不要"}
_LIST = re.compile(r"[\s,，、;；]+")


class Which(Exception):
    """Several are meant by the same words; the person must say which.

    `found` may hold dates as well as subjects.
    """

    def __init__(self, field: str, options: tuple[tuple[Json, str | date], ...]) -> None:
        super().__init__(field)
        self.field = field
        self.options = options


@dataclass(frozen=True, slots=True)
class Context:
    """What reading needs to know."""

    look: Look
    nouns: Nouns
    spoken: Spoken
    actor: Actor | None = None

    @property
    def outside(self) -> bool:
        """Whether somebody outside the company speaks."""
        return self.actor is not None and self.actor.person is None


def options_of(found: Iterable[Found]) -> tuple[tuple[Json, str | date], ...]:
    """Found subjects as options."""
    return tuple((one.id, one.name) for one in found)


def which_day(field_: str, unclear: AmbiguousDate) -> Which:
    """A date that can be read as several days."""
    return Which(field_, tuple((day.isoformat(), day) for day in unclear.readings))


def answer(asked: Question, raw: Json, ctx: Context) -> Json:
    """Read one answer: JSON that the command's field takes.

    Raises `Invalid`, or `Which` when several are meant.
    """
    if isinstance(raw, str):
        raw = raw.strip()
    if raw in ("", None, []):
        raise Invalid(asked.field, T("Please give an answer."))
    return _as_its_kind(asked, asked.kind, raw, ctx)


def _as_its_kind(asked: Question, kind: Kind, raw: Json, ctx: Context) -> Json:
    match kind:
        case Text():
            return _text(asked, str(raw))
        case Day():
            return _day(asked, str(raw), ctx)
        case Moment():
            return moment(asked, str(raw), ctx)
        case YesNo():
            return _yes_no(asked, raw)
        case Choice():
            return _choice(asked, kind, raw, ctx)
        case Pick():
            return _pick(asked, kind, raw, ctx)
        case Photos() | Place():
            return place(asked, raw) if isinstance(kind, Place) else photos(asked, raw)
    assert_never(kind)


def _text(asked: Question, raw: str) -> str:
    if len(raw) > limits.WORDS:
        raise Invalid(
            asked.field,
            T(
                "That is {n} characters long; at most {most} fit. Please shorten it.",
                n=len(raw),
                most=limits.WORDS,
            ),
        )
    return raw


def side(asked: Question) -> Prefer:
    """On which side of today a date without a year lies."""
    return "future" if asked.ask.ahead else "past"


def _day(asked: Question, raw: str, ctx: Context) -> str:
    try:
        today = local_day(ctx.look.now, ctx.look.zone)
        said = without_until(raw) if asked.ask.ahead else raw
        return parse_date(said, today, side(asked)).isoformat()
    except AmbiguousDate as unclear:
        raise which_day(asked.field, unclear) from unclear
    except JustPast as past:
        raise just_past(asked.field, past.day) from past
    except NotADate as error:
        raise no_such_day(asked.field, raw) from error


def no_such_day(field_: str, raw: str) -> Invalid:
    """Words that name no day, with others that do."""
    return Invalid(
        field_, T("I can't read “{raw}” as a date. Try “yesterday” or “13 Oct”.", raw=raw)
    )


def just_past(field_: str, day: date) -> Invalid:
    """A day to come was asked for, and this one is over, unless the next year's is meant."""
    said = T("{day:weekday} is past. Which day? Write the year if you mean a later one.", day=day)
    return Invalid(field_, said)


def moment(asked: Question, raw: str, ctx: Context) -> str:
    """A moment in UTC, in ISO form. Raises `Invalid`."""
    try:
        return parse_moment(raw, ctx.look.now, ctx.look.zone, side(asked)).isoformat()
    except JustPast as past:
        raise just_past(asked.field, past.day) from past
    except NotAMoment as error:
        raise no_moment(asked.field, raw, ahead=asked.ask.ahead) from error


def _yes_no(asked: Question, raw: Json) -> bool:
    said = str(raw).casefold()
    if said in _YES or said in _NO:
        return said in _YES
    raise Invalid(asked.field, T("Please answer yes or no."))


def _choice(asked: Question, kind: Choice, raw: Json, ctx: Context) -> Json:
    said = raw if isinstance(raw, list) else _LIST.split(str(raw)) if kind.several else [str(raw)]
    chosen = [_option(asked, kind, str(one), ctx) for one in said if str(one).strip()]
    return chosen if kind.several else chosen[0]


def _option(asked: Question, kind: Choice, said: str, ctx: Context) -> str:
    folded = said.strip().casefold()
    for value, label in kind.options:
        if folded == value.casefold() or folded in {w.casefold() for w in ctx.spoken(label)}:
            return value
    raise Invalid(asked.field, T("“{said}” is not one of the choices.", said=said))


def _pick(asked: Question, kind: Pick, raw: Json, ctx: Context) -> int:
    noun = ctx.nouns[kind.noun]
    if isinstance(raw, int) or (isinstance(raw, str) and raw.startswith("#") and raw[1:].isdigit()):
        chosen = raw if isinstance(raw, int) else int(raw[1:])
        if noun.name_of(ctx.look.db, chosen) is None:
            raise Invalid(asked.field, T("That is no longer there."))
        return chosen
    matches: Matches = noun.find(ctx.look, str(raw), ctx.actor)
    if matches.clear:
        return matches.found[0].id
    if matches.found:
        raise Which(asked.field, options_of(matches.found))
    raise no_such_one(asked, noun, str(raw))


def no_such_one(asked: Question, noun: Noun, said: str) -> Invalid:
    """Words that name no subject of this noun."""
    return Invalid(
        asked.field, T("There is no {noun} called “{said}”.", noun=noun.words, said=said)
    )
