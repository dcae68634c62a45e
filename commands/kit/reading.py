"""Reads what people type: which command, which customer, which day, and the rest as it is."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from commands.kit.answers import (
    Context,
    Which,
    answer,
    just_past,
    no_such_day,
    no_such_one,
    options_of,
    side,
    which_day,
)
from commands.kit.calendar import local_day
from commands.kit.command import Catalogue, Command, Declared
from commands.kit.date_rules import JustPast
from commands.kit.dates import AmbiguousDate, NotADate, without_until
from commands.kit.errors import Invalid
from commands.kit.form import (
    Choice,
    Day,
    Moment,
    Pick,
    Question,
    Text,
    YesNo,
    asked_of,
)
from commands.kit.happened import told_day
from commands.kit.moments import leading_moment
from commands.kit.noun import Leads
from storage.database import Json

_PREFIX = re.compile(r"^\s*/?(?:headwater\b)?\s*/?", re.IGNORECASE)
_GLUE = " \t\r\n,，:：;；、。-—"
_CLOSING = "】」』》)）]"
_BETWEEN = re.compile(r"[\s,，:：;；、。]+")
_SPACE = re.compile(r"[ \t]+")
_NUMBER = re.compile(r"\s*[a-z0-9-]+", re.IGNORECASE)
_HASH = re.compile(r"\s*(#[0-9]{1,9})(?![0-9a-z])", re.IGNORECASE)
EXACT = 100.0
# What people say without meaning anything by it.
# In front of a value a dash means something: a minus, or that nothing is to stand there.
_SOFT = _GLUE.replace("-", "").replace("—", "")
_AROUND = _GLUE + "?？!！.~～"
_POLITE = {"", *"呢吗吧啊呀了", "一下", "谢谢", "please", "pls", "thanks", "thank you"}
_AND = re.compile(r"\s*(?:和|与|及|跟|、|&|\+|and\s)\s*", re.IGNORECASE)

_LIKE = {
    "email": r"[a-z0-9._+-]+@[a-z0-9-]+(?:\.[a-z0-9-]+)+",
    "phone": r"(?<![a-z0-9@.])\+?[0-9][0-9 ()-]{5,18}[0-9](?![a-z0-9@])",
}


@dataclass
class Understood:
    """What was found in a text.

    Answers, the one whose meaning is not clear, further subjects that are named, and what is wrong
    with an answer: the others stand nevertheless. `rest` is what answers no question at all.
    """

    answers: dict[str, Json] = field(default_factory=dict)
    which: Which | None = None
    also: tuple[str, tuple[int, ...]] | None = None
    invalid: Invalid | None = None
    rest: str = ""


def command_in(
    text: str,
    catalogue: Catalogue,
    only: Callable[[Declared, str], bool] = lambda _d, _rest: True,
    *,
    apart: bool = False,
) -> tuple[type[Command], str] | None:
    """The command that a text begins with, by its longest name or alias, and the rest of it.

    The rest may follow at once, as in 拜访华强; with `apart` only behind a space or a stop.
    """
    start = _PREFIX.match(text)
    body = text[start.end() if start else 0 :]
    folded = body.casefold()
    for word in catalogue.longest_first:
        command = catalogue.spoken[word]
        rest = body[len(word) :].lstrip(_GLUE)
        named = folded.startswith(word) and _ends_here(folded, word, apart=apart)
        if named and only(command.declared, rest):
            return command, rest
    return None


def _ends_here(text: str, word: str, *, apart: bool = False) -> bool:
    after = text[len(word) : len(word) + 1]
    in_a_row = apart or (word[-1].isascii() and after.isascii())
    return not (in_a_row and (after.isalnum() or after == "_"))


def fill(text: str, declared: Declared, ctx: Context, known: Mapping[str, Json]) -> Understood:
    """Find answers in a text: named ones, picks, a leading date, a choice, and the rest.

    Raises nothing: what is wrong or unclear stands beside what was understood.
    """
    understood = Understood(dict(known))
    text = _named(text, declared, ctx, understood)
    text = _by_id(text, declared, ctx, understood)
    text = _picked(text, declared, ctx, understood)
    text = _alike(text, declared, ctx, understood)
    text = dated(text, declared, ctx, understood)
    text = _timed(text, declared, ctx, understood)
    text = _chosen(text, declared, ctx, understood)
    rest = _told(text, declared, ctx, understood)
    understood.rest = "" if rest.strip(_AROUND).casefold() in _POLITE else rest
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
        said = text[mark.end() : end].strip()
        _answered(asked, said.lstrip(_SOFT).rstrip(_GLUE) or said, ctx, found)
    return kept


def _answered(asked: Question, raw: str, ctx: Context, found: Understood) -> None:
    """Take an answer; the first that is wrong, or not clear, is asked about."""
    try:
        found.answers[asked.field] = answer(asked, raw, ctx)
    except Invalid as invalid:
        found.invalid = found.invalid or invalid
    except Which as which:
        found.which = found.which or which


def _by_id(text: str, declared: Declared, ctx: Context, found: Understood) -> str:
    """`#7` in front is the subject, of whatever kind, also of those that nobody calls by a name."""
    told = _HASH.match(text)
    put = asked_of(declared.questions, outside=ctx.outside)
    open_ = [q for q in put if isinstance(q.kind, Pick) and q.field not in found.answers]
    if told is None or not open_ or not open_[0].required:
        return text
    _answered(open_[0], told[1], ctx, found)
    return text[told.end() :].lstrip(_GLUE)


def _picked(text: str, declared: Declared, ctx: Context, found: Understood) -> str:
    put = asked_of(declared.questions, outside=ctx.outside)
    open_ = [q for q in put if isinstance(q.kind, Pick) and q.field not in found.answers]
    if not open_ or not text.strip():
        return text
    asked = open_[0]
    if not asked.required and any(map(_names_new, put)):
        return text
    assert isinstance(asked.kind, Pick)
    noun = ctx.nouns[asked.kind.noun]
    leads = noun.leads
    if leads is None:
        return text
    matches, rest = leads(ctx.look, text)
    if not matches.found and noun.numbered(text):
        number = _NUMBER.match(text)
        assert number
        found.invalid = found.invalid or no_such_one(asked, noun, number[0].strip())
        return text[number.end() :].lstrip(_GLUE)
    if matches.clear:
        found.answers[asked.field] = matches.found[0].id
        if any(other.required for other in open_[1:]):
            return _picked(rest.lstrip(_GLUE), declared, ctx, found)
        return _others(asked.field, leads, rest, ctx, found)
    if matches.found and asked.required:
        found.which = Which(asked.field, options_of(matches.found))
        return rest.lstrip(_GLUE)
    return text


def _names_new(asked: Question) -> bool:
    """Whether the words are what something new is called, however it begins."""
    return isinstance(asked.kind, Text) and asked.required and not asked.ask.long


def _others(field_: str, leads: Leads, rest: str, ctx: Context, found: Understood) -> str:
    """More customers right after the first: whether it is for each of them is asked."""
    named: list[int] = [found.answers[field_]]
    while following := _next_one(leads, rest, ctx, named):
        id_, rest = following
        named.append(id_)
    if len(named) > 1:
        found.also = (field_, tuple(named[1:]))
    return rest.lstrip(_GLUE + _CLOSING)


def _next_one(
    leads: Leads, rest: str, ctx: Context, named: Sequence[int]
) -> tuple[int, str] | None:
    """One that is joined to those named before, and what comes behind it."""
    joined = _AND.match(rest) or _SPACE.match(rest)
    if joined is None:
        return None
    matches, beyond = leads(ctx.look, rest[joined.end() :], whole=joined.re is not _AND)
    sure = joined.re is _AND or (matches.clear and matches.found[0].score >= EXACT)
    if sure and matches.clear and matches.found[0].id not in named:
        return matches.found[0].id, beyond
    return None


def _alike(text: str, declared: Declared, ctx: Context, found: Understood) -> str:
    """Take phone numbers and e-mail addresses, wherever they stand, with what they are called."""
    wanted = [q for q in declared.questions if q.ask.like and q.field not in found.answers]
    for asked in sorted(wanted, key=lambda q: q.ask.like):  # an address may hold digits
        called = "|".join(re.escape(name) for name in ctx.spoken(asked.name))
        said = re.search(rf"(?:(?:{called})\s*)?({_LIKE[asked.ask.like]})", text, re.IGNORECASE)
        if said:
            found.answers[asked.field] = said[1]
            text = (
                f"{text[: said.start()].rstrip(_GLUE)} {text[said.end() :].lstrip(_GLUE)}".strip()
            )
    return text


def dated(text: str, declared: Declared, ctx: Context, found: Understood) -> str:
    """Take the day that a text tells; give the rest, which is the text if none stood before it."""
    asked = next((q for q in declared.questions if isinstance(q.kind, Day)), None)
    if asked is None or asked.field in found.answers or not text.strip():
        return text
    said = without_until(text) if asked.ask.ahead else text
    try:
        told = told_day(said, local_day(ctx.look.now, ctx.look.zone), side(asked))
    except AmbiguousDate as unclear:
        if found.which:
            return text
        found.which = which_day(asked.field, unclear)
        return said[unclear.end :].lstrip(_GLUE)
    except JustPast as past:
        found.invalid = found.invalid or just_past(asked.field, past.day)
        return said[past.end :].lstrip(_GLUE)
    except NotADate as impossible:
        found.invalid = found.invalid or no_such_day(asked.field, str(impossible))
        return text.partition(str(impossible))[2].lstrip(_GLUE)
    if told is None:
        return text
    found.answers[asked.field] = told.day.isoformat()
    return told.rest.lstrip(_GLUE)


def _timed(text: str, declared: Declared, ctx: Context, found: Understood) -> str:
    """A moment that must be known, if the text begins with one."""
    moments = (q for q in declared.questions if isinstance(q.kind, Moment) and q.required)
    asked = next(moments, None)
    if asked is None or asked.field in found.answers or not text.strip():
        return text
    try:
        at = leading_moment(text, ctx.look.now, ctx.look.zone, side(asked))
    except JustPast as past:
        found.invalid = found.invalid or just_past(asked.field, past.day)
        return text[past.end :].lstrip(_GLUE)
    if at is None:
        return text
    found.answers[asked.field] = at.value.isoformat()
    return text[at.end :].lstrip(_GLUE)


def _chosen(text: str, declared: Declared, ctx: Context, found: Understood) -> str:
    """Choices by what they are called, where no question takes words and nothing else is said.

    Where one may be answered with a few words, as with a name, the rest is for that.
    """
    texts = _texts(declared)
    if any(asked.required or asked.ask.long for asked in texts):
        return text
    if texts:
        return _chosen_beside(text, declared, ctx, found)
    chosen: dict[str, Json] = {}
    rest = text
    while following := _first_choice(rest, declared, ctx, {*found.answers, *chosen}):
        field_, value, rest = following
        chosen[field_] = value
    if rest.strip():
        return text
    found.answers |= chosen
    return ""


def _chosen_beside(text: str, declared: Declared, ctx: Context, found: Understood) -> str:
    """The choice that must be made, at the beginning or the end of a text; and the rest of it."""
    must = {q.field for q in declared.questions if q.required and isinstance(q.kind, Choice)}
    answered = {q.field for q in declared.questions if q.field not in must} | {*found.answers}
    starts = [0, *(m.end() for m in _BETWEEN.finditer(text))]
    for start in starts:
        told = _first_choice(text[start:], declared, ctx, answered)
        if told and (start == 0 or not told[2].strip()):
            found.answers[told[0]] = told[1]
            return told[2] if start == 0 else text[:start].rstrip(_GLUE)
    return text


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
    """The question that the words of a message answer: one that must be, and asks for many words.

    Where none must be answered that is in words, it is one that may.
    """
    texts = _texts(declared)
    texts = [q for q in texts if q.required] or texts
    return next((q for q in texts if q.ask.long), texts[0] if texts else None)


def _texts(declared: Declared) -> list[Question]:
    """The questions that words without a name can answer."""
    return [q for q in declared.questions if isinstance(q.kind, Text) and not q.ask.named]


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
