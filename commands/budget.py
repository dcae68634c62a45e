"""The message budget: how often the bot disturbs each person, with what, and what to do then."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from statistics import median
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import Field

from commands.kit.calendar import is_quiet, local_day
from commands.kit.card import STAFF, Card, Line, Note
from commands.kit.people import Person, load
from commands.kit.policy import Clause, Policy, Section
from commands.kit.words import T, Words, listed
from storage import people, places, pushes
from storage.database import Transaction, known
from storage.pushes import Sent

PLATFORM = "web"
SATURDAY = 5
WORST = 3
URGENT = "now"

# What a push was about. A kind that nothing here names is told by what it is about.
ANSWERS = T("answers to what they did themselves")
CASES = T("new and passed-on cases")
SAID = T("what customers add")
WARNINGS, MISSED, ABOVE = T("warnings"), T("missed deadlines"), T("second escalations")
REMINDERS, STANDING_IN = T("reminders they asked for"), T("standing in and coming back")
QUESTIONS, HANDING_OVER, OTHERS = T("open questions"), T("handing over"), T("other news")
_BY_VIEW = {"warn": WARNINGS, "breach": MISSED, "above": ABOVE, "reminder": REMINDERS}
_BY_KIND = {
    ("case", False): CASES,
    ("case", True): SAID,
    ("visit", True): REMINDERS,
    ("person", True): STANDING_IN,
    ("draft", False): QUESTIONS,
    ("draft", True): QUESTIONS,
    ("offer", False): HANDING_OVER,
    ("departure", False): HANDING_OVER,
}


class BudgetPolicy(Section, section="messages"):
    """How much a person may be disturbed."""

    median_daily: Annotated[int, Clause("7.3.1"), Field(gt=0, le=1000)]
    most_daily: Annotated[int, Clause("7.3.1"), Field(gt=0, le=1000)]


@dataclass(frozen=True, slots=True)
class Push:
    """One message that came to a person, made of so many letters.

    One that is not urgent, or answers what they just did, comes silently.
    """

    at: datetime
    kind: T
    letters: int
    urgent: bool

    @property
    def silent(self) -> bool:
        """Whether no bell rings for it."""
        return not self.urgent or self.kind == ANSWERS


@dataclass(frozen=True, slots=True)
class Load:
    """What one person got in a span, silent pushes apart.

    `answers` are those of the silent ones that answer what they did. `median` is over the days that
    are worked, Monday to Friday, `most` over all of them. `quiet` counts by kind what came unasked
    in their quiet hours, `disturbed` what of it was not urgent.
    """

    person_id: int
    name: str
    pushes: int
    silent: int
    answers: int
    merged: int
    median: float
    most: int
    kinds: tuple[tuple[T, int], ...]
    quiet: tuple[tuple[T, int], ...]
    disturbed: int

    @property
    def in_quiet(self) -> int:
        """How many came in quiet hours."""
        return sum(n for _, n in self.quiet)


@dataclass(frozen=True, slots=True)
class Budget:
    """Everybody's load in a span, the heaviest first, and how much it may be."""

    since: date
    days: int
    loads: tuple[Load, ...]
    limits: BudgetPolicy
    unbound: bool

    @property
    def over(self) -> tuple[Load, ...]:
        """Those who get more than they may."""
        return tuple(load for load in self.loads if exceeds(load, self.limits))

    @property
    def kept(self) -> bool:
        """Whether nobody gets more."""
        return not self.over

    @property
    def median(self) -> float:
        """The middle person's day."""
        return median([load.median for load in self.loads] or [0])


def exceeds(load_: Load, limits: BudgetPolicy) -> bool:
    """Whether somebody is disturbed more than may be."""
    too_many = load_.median > limits.median_daily or load_.most > limits.most_daily
    return too_many or load_.disturbed > 0


# --- counted --------------------------------------------------------------------------------------


def counted(
    db: Transaction, policy: Policy, zone: ZoneInfo, since: datetime, before: datetime
) -> Budget:
    """The budget of a span of whole days, as far as it was played."""
    found: dict[int, list[Push]] = {}
    for person_id, push in _pushes(pushes.sent(db, PLATFORM, since, before)):
        found.setdefault(person_id, []).append(push)
    days = _days(since, before, zone)
    loads = [
        loaded(person, found.get(person.id, []), days, zone)
        for row in people.active(db)
        if (person := load(db, known(row.id)))
    ]
    loads.sort(key=lambda one: (-one.pushes, one.person_id))
    unbound = not places.bound_to(db, "cases")
    limits = policy.of(BudgetPolicy)
    return Budget(days[0], len(days), tuple(loads), limits, unbound)


def _pushes(sent: Iterable[Sent]) -> Iterator[tuple[int, Push]]:
    """Letters of one message are one push; it is as loud, and about what, its first letter is."""
    for (person_id, _), together in groupby(sent, key=lambda one: (one.person_id, one.message)):
        letters = list(together)
        head = letters[0]
        yield person_id, Push(head.at, kind_of(head), len(letters), head.urgency == URGENT)


def kind_of(letter: Sent) -> T:
    """What a letter was about, in words."""
    view, _, told = letter.view.partition(":")
    named = _BY_VIEW.get(told.partition(",")[0] if told else view)
    if named:
        return named
    if letter.answers:
        return ANSWERS
    return _BY_KIND.get((letter.kind, bool(letter.titled)), OTHERS)


def _days(since: datetime, before: datetime, zone: ZoneInfo) -> list[date]:
    first = local_day(since, zone)
    last = local_day(before - timedelta(microseconds=1), zone)
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def loaded(person: Person, got: list[Push], days: list[date], zone: ZoneInfo) -> Load:
    """What these pushes are for a person, by their own clock."""
    own = person.zone_or(zone)
    loud = [push for push in got if not push.silent]
    unasked = [push for push in got if push.kind != ANSWERS]
    quiet = [push for push in unasked if is_quiet(person.quiet, push.at, own)]
    by_day = Counter(local_day(push.at, own) for push in loud)
    worked = [by_day[day] for day in days if day.weekday() < SATURDAY]
    return Load(
        person_id=person.id,
        name=person.name,
        pushes=len(loud),
        silent=len(got) - len(loud),
        answers=len(got) - len(unasked),
        merged=sum(push.letters - 1 for push in got),
        median=median(worked or [0]),
        most=max(by_day.values(), default=0),
        kinds=_ranked(loud),
        quiet=_ranked(quiet),
        disturbed=sum(not push.urgent for push in quiet),
    )


def _ranked(got: Iterable[Push]) -> tuple[tuple[T, int], ...]:
    times = Counter(push.kind for push in got)
    return tuple(sorted(times.items(), key=lambda item: (-item[1], item[0].text)))


# --- told -----------------------------------------------------------------------------------------


def card(found: Budget) -> Card:
    """The budget as an administrator reads it: the worst days first, and what can be done."""
    heavy = tuple(Line(line(load), STAFF) for load in found.loads[:WORST])
    detail = tuple(Note(made_up_of(load)) for load in found.loads[:WORST] if load.kinds)
    hints = tuple(Line(T("→ {hint}", hint=hint), STAFF) for hint in advice(found))
    return Card(title(found), (Line(summary(found), STAFF), *heavy, *detail, *hints))


def title(found: Budget) -> T:
    """Whether the budget is kept."""
    if found.kept:
        return T("✅ The message budget is kept")
    return T(
        "⚠ {n} person would get more messages than they should",
        "⚠ {n} people would get more messages than they should",
        n=len(found.over),
    )


def summary(found: Budget) -> T:
    """How many people, how long, and the heaviest day of all."""
    most = max((load.most for load in found.loads), default=0)
    if not found.median:
        return T(
            "{people} people, {days} days from {since}: at least half of them get no message on at "
            "least half of the working days, nobody more than {most} on any day",
            people=len(found.loads),
            days=found.days,
            since=found.since,
            most=most,
        )
    return T(
        "{people} people, {days} days from {since}: half of them get {median} or fewer a working "
        "day, nobody more than {most} on any day",
        people=len(found.loads),
        days=found.days,
        since=found.since,
        median=f"{found.median:g}",
        most=most,
    )


def line(load_: Load) -> T:
    """One person's load in a sentence."""
    return T(
        "{name} would get {n} message, {quiet} of them in quiet hours",
        "{name} would get {n} messages, {quiet} of them in quiet hours",
        name=load_.name,
        n=load_.pushes,
        quiet=load_.in_quiet,
    )


def made_up_of(load_: Load) -> T:
    """How a person's days are, and what their load is made up of."""
    if not load_.median:
        return T(
            "{name}: no message on at least half of the working days, {most} on the fullest; "
            "silent besides: {silent}, merged: {merged}. {kinds}",
            name=load_.name,
            most=load_.most,
            silent=load_.silent,
            merged=load_.merged,
            kinds=_counted(load_.kinds),
        )
    return T(
        "{name}: {median} or fewer on half of the working days, {most} on the fullest; silent "
        "besides: {silent}, merged: {merged}. {kinds}",
        name=load_.name,
        median=f"{load_.median:g}",
        most=load_.most,
        silent=load_.silent,
        merged=load_.merged,
        kinds=_counted(load_.kinds),
    )


def _counted(kinds: tuple[tuple[T, int], ...]) -> Words:
    return listed([T("{kind} {times}", kind=kind, times=n) for kind, n in kinds[:WORST]])


# --- advised --------------------------------------------------------------------------------------

_CURES = {
    CASES: T("Give some of their customers to colleagues."),
    SAID: T("Let them pass cases on, or give some of their customers to colleagues."),
    WARNINGS: T("Warn later: make {key} smaller in your policy file.", key="[cases] warning_hours"),
    MISSED: T("Deadlines are missed too often: name deputies (/away), spread customers."),
    ABOVE: T("Raise {key} in your policy file.", key="[cases] second_escalation_hours"),
    REMINDERS: T("These are reminders that they asked for themselves."),
    STANDING_IN: T("Let several colleagues stand in, not always the same one."),
    HANDING_OVER: T("Hand over to several colleagues."),
}


def advice(found: Budget) -> tuple[T, ...]:
    """What to tune, in words."""
    hints = [_cure(load) for load in found.over[:WORST] if load.kinds]
    if found.kept:
        hints.append(T("Nothing has to be tuned."))
    asleep = [load for load in found.loads if load.in_quiet]
    if asleep:
        hints.append(_woken(asleep))
    if found.unbound:
        hints.append(T("No place is bound for cases: colleagues read along in one after /bind."))
    return tuple(hints)


def _cure(load_: Load) -> T:
    kind = load_.kinds[0][0]
    none = T("Nothing of this can be tuned.")
    return T(
        "{name}, mostly {kind}: {cure}", name=load_.name, kind=kind, cure=_CURES.get(kind, none)
    )


def _woken(asleep: list[Load]) -> T:
    """Urgent things come in quiet hours too: what they were, and whose hours can be changed."""
    kinds: Counter[T] = Counter()
    for load_ in asleep:
        kinds.update(dict(load_.quiet))
    return T(
        "In quiet hours came {kinds}: only what is urgent, and it goes to a deputy while somebody "
        "is away. Everybody sets their hours with /quiet.",
        kinds=_counted(tuple(kinds.most_common())),
    )
