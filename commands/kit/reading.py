"""Reads what people type: which command, which customer, which day, and the rest as it is."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import assert_never

from commands.kit import limits
from commands.kit.attached import photos, place
from commands.kit.calendar import local_day
from commands.kit.command import Catalogue, Command, Declared
from commands.kit.date_rules import Prefer
from commands.kit.dates import (
    AmbiguousDate,
    NotADate,
    NotAMoment,
    parse_date,
    parse_moment,
    without_until,
)
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
    asked_of,
)
from commands.kit.happened import told_day
from commands.kit.noun import Found, Leads, Look, Matches, Nouns
from commands.kit.people import Actor
from commands.kit.words import T
from storage.database import Json

Spoken = Callable[[T], Iterable[str]]  # a sentence in every language there is
_PREFIX = re.compile(r"^\s*/?(?:headwater\b)?\s*/?", re.IGNORECASE)
_GLUE = " \t\r\n,，:：;；、。-—"
_YES = {"yes", "y", "true", "1", "是", "对", "好", "要"}
_NO = {"no", "n", "false", "0", "否", "不", "不是", "不要"}
_CLOSING = "】」』》)）]"
_SPACE = re.compile(r"[ \t]+")
EXACT = 100.0
_AND = re.compile(r"\s*(?:和|与|及|跟|、|&|\+|and\s)\s*", re.IGNORECASE)
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


@dataclass
class Understood:
    """What was found in a text.

    Answers, the one whose meaning is not clear, a second subject that is named, and what is wrong
    with an answer: the others stand nevertheless. `rest` is what answers no question at all.
    """

    answers: dict[str, Json] = field(default_factory=dict)
    which: Which | None = None
    also: tuple[str, int] | None = None
    invalid: Invalid | None = None
    rest: str = ""


def command_in(
    text: str, catalogue: Catalogue, only: Callable[[Declared, str], bool] = lambda _d, _rest: True
) -> tuple[type[Command], str] | None:
    """The command that a text begins with, by its longest name or alias, and the rest of it."""
    start = _PREFIX.match(text)
    body = text[start.end() if start else 0 :]
    folded = body.casefold()
    for word in sorted(catalogue.spoken, key=len, reverse=True):
        command = catalogue.spoken[word]
        rest = body[len(word) :].lstrip(_GLUE)
        named = folded.startswith(word) and _ends_here(folded, word)
        if named and only(command.declared, rest):
            return command, rest
    return None


def _ends_here(text: str, word: str) -> bool:
    after = text[len(word) : len(word) + 1]
    return not (word[-1].isascii() and after.isascii() and (after.isalnum() or after == "_"))


def fill(text: str, declared: Declared, ctx: Context, known: Mapping[str, Json]) -> Understood:
    """Find answers in a text: named ones, picks, a leading date, a choice, and the rest.

    Raises nothing: what is wrong or unclear stands beside what was understood.
    """
    understood = Understood(dict(known))
    text = _named(text, declared, ctx, understood)
    text = _picked(text, declared, ctx, understood)
    text = dated(text, declared, ctx, understood)
    text = _timed(text, declared, ctx, understood)
    text = _chosen(text, declared, ctx, understood)
    understood.rest = _told(text, declared, ctx, understood)
    return understood


def _named(text: str, declared: Declared, ctx: Context, found: Understood) -> str:
    """`field: value` sets any field, up to the next one or the end of the line."""
    names = {
        name.casefold(): asked
        for asked in asked_of(declared.questions, outside=ctx.outside)
        for name in (asked.field, *ctx.spoken(asked.name))
    }
    if not names:
        return text
    pattern = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))
    marks = list(
        re.finditer(rf"(?:^|(?<=[\s,，;；。]))({pattern})\s*[:：]\s*", text, re.IGNORECASE)
    )
    kept = text[: marks[0].start()] if marks else text
    ends = [following.start() for following in marks[1:]] + [len(text)]
    for mark, end in zip(marks, ends, strict=False):
        asked = names[mark[1].casefold()]
        _answered(asked, text[mark.end() : end].strip(_GLUE), ctx, found)
    return kept


def _answered(asked: Question, raw: str, ctx: Context, found: Understood) -> None:
    """Take an answer; the first that is wrong, or not clear, is asked about."""
    try:
        found.answers[asked.field] = answer(asked, raw, ctx)
    except Invalid as invalid:
        found.invalid = found.invalid or invalid
    except Which as which:
        found.which = found.which or which


def _picked(text: str, declared: Declared, ctx: Context, found: Understood) -> str:
    put = asked_of(declared.questions, outside=ctx.outside)
    open_ = [q for q in put if isinstance(q.kind, Pick) and q.field not in found.answers]
    if not open_ or not text.strip():
        return text
    asked = open_[0]
    if not asked.required and any(map(_names_new, put)):
        return text
    assert isinstance(asked.kind, Pick)
    leads = ctx.nouns[asked.kind.noun].leads
    if leads is None:
        return text
    matches, rest = leads(ctx.look, text)
    if matches.clear:
        found.answers[asked.field] = matches.found[0].id
        if any(other.required for other in open_[1:]):
            return _picked(rest.lstrip(_GLUE), declared, ctx, found)
        return _second(asked.field, leads, rest, ctx, found)
    if matches.found and asked.required:
        found.which = Which(asked.field, options_of(matches.found))
        return rest.lstrip(_GLUE)
    return text


def _names_new(asked: Question) -> bool:
    """Whether the words are what something new is called, however it begins."""
    return isinstance(asked.kind, Text) and asked.required and not asked.ask.long


def _second(field_: str, leads: Leads, rest: str, ctx: Context, found: Understood) -> str:
    """A second customer right after the first: whether to split is asked."""
    joined = _AND.match(rest) or _SPACE.match(rest)
    if joined:
        matches, beyond = leads(ctx.look, rest[joined.end() :], whole=joined.re is not _AND)
        sure = joined.re is _AND or (matches.clear and matches.found[0].score >= EXACT)
        if sure and matches.clear and matches.found[0].id != found.answers[field_]:
            found.also = (field_, matches.found[0].id)
            return beyond.lstrip(_GLUE)
    return rest.lstrip(_GLUE + _CLOSING)


def dated(text: str, declared: Declared, ctx: Context, found: Understood) -> str:
    """Take the day that a text tells; give the rest, which is the text if none stood before it."""
    asked = next((q for q in declared.questions if isinstance(q.kind, Day)), None)
    if asked is None or asked.field in found.answers or not text.strip():
        return text
    said = without_until(text) if asked.ask.ahead else text
    try:
        told = told_day(said, local_day(ctx.look.now, ctx.look.zone), _side(asked))
    except AmbiguousDate as unclear:
        if found.which:
            return text
        found.which = _which_day(asked.field, unclear)
        return said[unclear.end :].lstrip(_GLUE)
    except NotADate as impossible:
        found.invalid = found.invalid or _no_such_day(asked.field, str(impossible))
        return text.partition(str(impossible))[2].lstrip(_GLUE)
    if told is None:
        return text
    found.answers[asked.field] = told.day.isoformat()
    return told.rest.lstrip(_GLUE)


def _timed(text: str, declared: Declared, ctx: Context, found: Understood) -> str:
    """A moment that must be known, alone or as the first word."""
    moments = (q for q in declared.questions if isinstance(q.kind, Moment) and q.required)
    asked = next(moments, None)
    if asked is None or asked.field in found.answers or not text.strip():
        return text
    first, _, rest = text.strip().partition(" ")
    for said, left in ((text, ""), (first, rest)):
        try:
            found.answers[asked.field] = _moment(asked, said.strip(), ctx)
        except Invalid:
            continue
        return left
    return text


def _chosen(text: str, declared: Declared, ctx: Context, found: Understood) -> str:
    """Choices by what they are called, where no question takes words and nothing else is said."""
    if any(isinstance(q.kind, Text) for q in declared.questions):
        return text
    chosen: dict[str, Json] = {}
    rest = text
    while following := _first_choice(rest, declared, ctx, {*found.answers, *chosen}):
        field_, value, rest = following
        chosen[field_] = value
    if rest.strip():
        return text
    found.answers |= chosen
    return ""


def _first_choice(
    text: str, declared: Declared, ctx: Context, answered: set[str]
) -> tuple[str, str, str] | None:
    """The field and the value that a text begins with, and what comes behind it."""
    called = [
        (name, asked.field, value)
        for asked in declared.questions
        if isinstance(asked.kind, Choice) and not asked.kind.several
        if asked.field not in answered
        for value, label in asked.kind.options
        for name in (value, *ctx.spoken(label))
    ]
    for name, field_, value in sorted(called, key=lambda one: -len(one[0])):
        if text.casefold().startswith(name.casefold()) and _ends_here(text, name):
            return field_, value, text[len(name) :].lstrip(_GLUE)
    return None


def _told(text: str, declared: Declared, ctx: Context, found: Understood) -> str:
    asked = told_in(declared)
    if asked is None or asked.field in found.answers:
        asked = _left(declared, found)
    if asked is None or not text.strip():
        return text.strip()
    said = _behind_name(asked, text.strip(), ctx) if isinstance(asked.kind, Pick) else text.strip()
    _answered(asked, said, ctx, found)
    return ""


def told_in(declared: Declared) -> Question | None:
    """The question that the words of a message answer."""
    texts = [q for q in declared.questions if isinstance(q.kind, Text)]
    return next((q for q in texts if q.ask.long), texts[0] if texts else None)


def _behind_name(asked: Question, text: str, ctx: Context) -> str:
    """What follows the name of the question, if a text begins with it: deputy 周强."""
    names = sorted((asked.field, *ctx.spoken(asked.name)), key=len, reverse=True)
    folded = text.casefold()
    name = next((n for n in names if folded.startswith(n.casefold()) and _ends_here(text, n)), "")
    return text[len(name) :].lstrip(_GLUE) or text


def _left(declared: Declared, found: Understood) -> Question | None:
    """The one question that must still be answered, the only one that there is, or a choice.

    Where only choices or moments are open, words that are none of them are said to be wrong.
    """
    unclear = found.which.field if found.which else ""
    left = [q for q in declared.questions if q.field not in {*found.answers, unclear}]
    needed = left if len(declared.questions) == 1 else [q for q in left if q.required]
    if len(needed) == 1:
        return needed[0]
    return (
        left[0] if left and all(isinstance(q.kind, Choice | YesNo | Moment) for q in left) else None
    )


def options_of(found: Iterable[Found]) -> tuple[tuple[Json, str | date], ...]:
    """Found subjects as options."""
    return tuple((one.id, one.name) for one in found)


def _which_day(field_: str, unclear: AmbiguousDate) -> Which:
    return Which(field_, tuple((day.isoformat(), day) for day in unclear.readings))


# --- one answer -----------------------------------------------------------------------------------


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
            return _moment(asked, str(raw), ctx)
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


def _side(asked: Question) -> Prefer:
    """On which side of today a date without a year lies."""
    return "future" if asked.ask.ahead else "past"


def _day(asked: Question, raw: str, ctx: Context) -> str:
    try:
        today = local_day(ctx.look.now, ctx.look.zone)
        said = without_until(raw) if asked.ask.ahead else raw
        return parse_date(said, today, _side(asked)).isoformat()
    except AmbiguousDate as unclear:
        raise _which_day(asked.field, unclear) from unclear
    except NotADate as error:
        raise _no_such_day(asked.field, raw) from error


def _no_such_day(field_: str, raw: str) -> Invalid:
    return Invalid(
        field_, T("I can't read “{raw}” as a date. Try “yesterday” or “13 Oct”.", raw=raw)
    )


def _moment(asked: Question, raw: str, ctx: Context) -> str:
    try:
        return parse_moment(raw, ctx.look.now, ctx.look.zone, _side(asked)).isoformat()
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
    raise Invalid(
        asked.field, T("There is no {noun} called “{said}”.", noun=noun.words, said=str(raw))
    )
