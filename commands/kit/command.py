"""What a command is: one typed class whose fields are the questions and whose `run` is the deed."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from pydantic import BaseModel, ConfigDict

from commands.kit import limits
from commands.kit.card import Card, Ref
from commands.kit.clauses import CLAUSES
from commands.kit.desk import Desk
from commands.kit.errors import Misdeclared, Refused
from commands.kit.form import Choice, Pick, Question, question
from commands.kit.people import Department, Relation, Role, Who
from commands.kit.words import T
from storage.database import Json, Transaction

_NAME = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True, slots=True)
class Declared:
    """What a command's class says of itself.

    `on` is the kind of subject it acts on, `under` the field holding it. `decides` runs on the
    current revision only; `makes` asks "Again?" when the same is said twice within ten minutes.
    What `fills` needs one answer at least: with none it asks, though each can be left out. What
    `gathers` is also told in several messages without a command, sent shortly after each other.
    """

    name: str
    aliases: tuple[str, ...]
    who: Who
    clause: str
    help: str
    questions: tuple[Question, ...]
    on: str = ""
    under: str = ""
    decides: bool = False
    makes: bool = False
    fills: bool = False
    gathers: bool = False
    module: str = ""

    @property
    def words(self) -> T:
        """What it does, in a sentence."""
        return T(self.help)

    @property
    def listed(self) -> bool:
        """Whether menus show it: verbs on a subject are buttons and replies instead."""
        return not self.on

    @property
    def secrets(self) -> frozenset[str]:
        """The fields whose answers nobody may read where they are kept."""
        return frozenset(q.field for q in self.questions if q.ask.secret)

    def question(self, field: str) -> Question | None:
        """The question of a field."""
        return next((q for q in self.questions if q.field == field), None)


class Command(BaseModel):
    """The base of every command: `class LogVisit(Command, name="visit", who={...}): ...`."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)
    declared: ClassVar[Declared]

    def __init_subclass__(cls, **_kwargs: object) -> None:
        """Accept the declaration, which is read once the fields are known."""
        super().__init_subclass__()

    @classmethod
    def __pydantic_init_subclass__(  # noqa: PLR0913 -- what can be declared, each by its name
        cls,
        *,
        name: str = "",
        aliases: Iterable[str] = (),
        who: Iterable[Department | Relation | Role] = (),
        clause: str = "",
        on: str = "",
        decides: bool = False,
        makes: bool = False,
        fills: bool = False,
        gathers: bool = False,
        **_kwargs: object,
    ) -> None:
        """Read the declaration, and refuse one that cannot work."""
        where = f"{cls.__module__}.{cls.__qualname__}"
        questions = tuple(question(where, f, info) for f, info in cls.model_fields.items())
        cls.declared = Declared(
            name=name,
            aliases=tuple(aliases),
            who=frozenset(who),
            clause=clause,
            help=(inspect.cleandoc(cls.__dict__.get("__doc__") or "").split("\n\n")[0]).rstrip("."),
            questions=questions,
            on=on,
            under=_under(on, questions),
            decides=decides,
            makes=makes,
            fills=fills,
            gathers=gathers,
            module=cls.__module__,
        )
        _check(where, cls.declared)

    @classmethod
    def early(cls, desk: Desk) -> None:
        """Raise `Refused` where nothing that could be answered would help; asked nothing yet."""

    @classmethod
    def present(cls, db: Transaction, id_: int) -> Mapping[str, Json]:
        """How the fields that this corrects stand now, by name; forms begin with them."""
        return {}

    def run(self, desk: Desk) -> Card | Ref | None:
        """Do it: give a card, or the subject whose card is to be shown, or nothing.

        Raise `Refused` to change nothing.
        """
        raise NotImplementedError(f"{type(self).__name__} does nothing yet")

    @classmethod
    def mend(cls, desk: Desk, about: Ref, changed: Mapping[str, Json]) -> None:
        """Correct what was done to a subject: these answers read differently now (None: gone).

        Never does it anew. Raise `Refused` where it stays as it is.
        """
        raise Refused(T("That is done and stays as it was. To change it, use its card."))


def _under(on: str, questions: tuple[Question, ...]) -> str:
    return next((q.field for q in questions if on and q.kind == Pick(on)), "")


def _check(where: str, declared: Declared) -> None:
    for complaint in _complaints(declared):
        raise Misdeclared(f"{where}: {complaint}")


def _complaints(declared: Declared) -> Iterable[str]:
    if not _NAME.fullmatch(declared.name):
        yield f"the name {declared.name!r} must be a-z, 0-9 and _, and begin with a letter"
    if len(declared.name) > limits.COMMAND_NAME:
        yield f"the name is longer than {limits.COMMAND_NAME} characters"
    if not declared.help:
        yield f"/{declared.name} has no docstring, so nobody could be told what it does"
    if len(declared.help) > limits.DESCRIPTION:
        yield f"the docstring's first paragraph is longer than {limits.DESCRIPTION} characters"
    if not declared.who:
        yield f"/{declared.name} says nothing about who may do it"
    if declared.clause and declared.clause not in CLAUSES:
        yield f"the policy has no clause {declared.clause}"
    if declared.on and not declared.under:
        yield f"it acts on a {declared.on} but no field holds one"
    yield from _long_options(declared)


def _long_options(declared: Declared) -> Iterable[str]:
    for asked in declared.questions:
        if len(asked.name.text) > limits.LABEL * 2:
            yield f"the name of '{asked.field}' is longer than {limits.LABEL * 2} characters"
        if isinstance(asked.kind, Choice):
            for _value, label in asked.kind.options:
                if len(label.text) > limits.OPTION:
                    yield f"the option {label.text!r} of '{asked.field}' is too long"


class Catalogue:
    """Every command there is, by name and by alias."""

    def __init__(self, commands: Iterable[type[Command]]) -> None:
        self._by_name: dict[str, type[Command]] = {}
        self._aliases: dict[str, type[Command]] = {}
        for command in commands:
            self._add(command)
        self._longest_first = sorted(self._aliases, key=len, reverse=True)

    def __iter__(self) -> Iterator[type[Command]]:
        return iter(self._by_name.values())

    def get(self, name: str) -> type[Command] | None:
        """The command with this name."""
        return self._by_name.get(name)

    @property
    def spoken(self) -> Mapping[str, type[Command]]:
        """Every word that begins a command: names and aliases, casefolded."""
        return self._aliases

    @property
    def longest_first(self) -> Sequence[str]:
        """The same words: one that begins another comes after it."""
        return self._longest_first

    def _add(self, command: type[Command]) -> None:
        declared = command.declared
        for word in (declared.name, *declared.aliases):
            other = self._aliases.get(word.casefold())
            if other is not None:
                raise Misdeclared(
                    f"'{word}' is taken twice: by {other.declared.module} and {declared.module}"
                )
            self._aliases[word.casefold()] = command
        self._by_name[declared.name] = command
