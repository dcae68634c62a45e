"""Questions: the closed set of kinds, found by a field's type."""

from __future__ import annotations

import types
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Literal, NewType, Union, get_args, get_origin

from pydantic.fields import FieldInfo

from commands.kit import limits
from commands.kit.errors import Misdeclared
from commands.kit.people import Labelled
from commands.kit.words import T

CustomerId = NewType("CustomerId", int)
PersonId = NewType("PersonId", int)
CaseId = NewType("CaseId", int)
VisitId = NewType("VisitId", int)
CallId = NewType("CallId", int)
PlanId = NewType("PlanId", int)
CareId = NewType("CareId", int)
AccountId = NewType("AccountId", int)
DepartureId = NewType("DepartureId", int)
OfferId = NewType("OfferId", int)
HandoverId = NewType("HandoverId", int)
SheetId = NewType("SheetId", int)
ApprovalId = NewType("ApprovalId", int)
AdmissionId = NewType("AdmissionId", int)
BankId = NewType("BankId", int)
MeetingId = NewType("MeetingId", int)
QuarterId = NewType("QuarterId", int)
ActionId = NewType("ActionId", int)
FileId = NewType("FileId", int)
Files = tuple[FileId, ...]
Past = Annotated[datetime, "past"]


@dataclass(frozen=True, slots=True)
class Where:
    """A place on earth, in degrees, perhaps with a name."""

    latitude: float
    longitude: float
    title: str = ""


@dataclass(frozen=True, slots=True)
class Ask:
    """The words of a question, the short name of its answer, and whether it is long or secret.

    `ahead` asks for a day to come: 20 Oct is then the next one, not the last. What is `like` a
    phone number or an e-mail address is known by its looks, wherever it stands in a message. What
    is `named` is answered behind its name alone: words without one never are. What is a `doubt` is
    asked only when a deed raises it, and stands in no form before.
    """

    words: str
    name: str = ""
    long: bool = False
    secret: bool = False
    ahead: bool = False
    like: Literal["", "phone", "email"] = ""
    named: bool = False
    doubt: bool = False


PHONE = Ask("What is their phone number?", "Phone", like="phone")
EMAIL = Ask("What is their e-mail address?", "E-mail", like="email")


@dataclass(frozen=True, slots=True)
class Text:
    """Words: one line, or many."""

    long: bool = False


@dataclass(frozen=True, slots=True)
class Day:
    """A date."""


@dataclass(frozen=True, slots=True)
class Moment:
    """A date with a time."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One of a few, or several of them."""

    options: tuple[tuple[str, T], ...]
    several: bool = False


@dataclass(frozen=True, slots=True)
class YesNo:
    """Yes or no."""


@dataclass(frozen=True, slots=True)
class Pick:
    """A subject of some noun, found by what people call it."""

    noun: str


@dataclass(frozen=True, slots=True)
class Photos:
    """Photos and files."""


@dataclass(frozen=True, slots=True)
class Place:
    """A place on earth."""


Kind = Text | Day | Moment | Choice | YesNo | Pick | Photos | Place

_KINDS: dict[object, Kind] = {
    str: Text(),
    date: Day(),
    datetime: Moment(),
    bool: YesNo(),
    CustomerId: Pick("customer"),
    PersonId: Pick("person"),
    CaseId: Pick("case"),
    VisitId: Pick("visit"),
    CallId: Pick("call"),
    PlanId: Pick("plan"),
    CareId: Pick("care"),
    AccountId: Pick("account"),
    DepartureId: Pick("departure"),
    OfferId: Pick("offer"),
    HandoverId: Pick("handover"),
    SheetId: Pick("sheet"),
    ApprovalId: Pick("approval"),
    AdmissionId: Pick("admission"),
    BankId: Pick("bank"),
    MeetingId: Pick("meeting"),
    QuarterId: Pick("quarter"),
    ActionId: Pick("action"),
    Files: Photos(),
    Where: Place(),
}


@dataclass(frozen=True, slots=True)
class Question:
    """One field of a command as it is asked."""

    field: str
    ask: Ask
    kind: Kind
    required: bool

    @property
    def words(self) -> T:
        """The question."""
        return T(self.ask.words)

    @property
    def name(self) -> T:
        """What the answer is called."""
        return T(self.ask.name or self.field.replace("_", " ").capitalize())


def asked_of(questions: tuple[Question, ...], *, outside: bool) -> tuple[Question, ...]:
    """The questions put to somebody.

    Nobody outside the company is asked to pick from our lists, or to date what we received.
    """
    return tuple(q for q in questions if not (outside and isinstance(q.kind, Pick | Moment)))


def question(where: str, name: str, field: FieldInfo) -> Question:
    """The question that a declared field asks; refuses what cannot be asked."""
    asks = [m for m in field.metadata if isinstance(m, Ask)]
    if not asks:
        raise Misdeclared(f"{where}: field '{name}' has no Ask(...) beside its type")
    ask = asks[0]
    if not ask.words.strip():
        raise Misdeclared(f"{where}: field '{name}' asks nothing")
    if len(ask.words) > limits.QUESTION:
        raise Misdeclared(
            f"{where}: the question of '{name}' is longer than {limits.QUESTION} characters"
        )
    return Question(name, ask, _kind(where, name, field.annotation, ask), field.is_required())


def _kind(where: str, name: str, annotation: object, ask: Ask) -> Kind:
    inner = _without_none(annotation)
    if inner is str:
        return Text(ask.long)
    found = _KINDS.get(inner)
    if found:
        return found
    options, several = _options(inner)
    if not options:
        raise Misdeclared(f"{where}: nobody knows how to ask for field '{name}' of type {inner}")
    if len(options) > limits.OPTIONS:
        raise Misdeclared(f"{where}: field '{name}' has more than {limits.OPTIONS} options")
    return Choice(options, several)


def _without_none(annotation: object) -> object:
    if get_origin(annotation) in {Union, types.UnionType}:
        kept = [a for a in get_args(annotation) if a is not type(None)]
        return kept[0] if len(kept) == 1 else annotation
    return annotation


def _options(annotation: object) -> tuple[tuple[tuple[str, T], ...], bool]:
    several = get_origin(annotation) is frozenset
    inner = get_args(annotation)[0] if several else annotation
    if isinstance(inner, type) and issubclass(inner, Labelled):
        return tuple((member.value, member.words) for member in inner), several
    return (), False
