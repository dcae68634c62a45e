"""The policy's numbers: one validated TOML file with defaults, each key naming its clause."""

from __future__ import annotations

import hashlib
import tomllib
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import ClassVar, TypeVar, cast

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from commands.kit.clauses import CLAUSES
from commands.kit.errors import Misdeclared
from storage.database import Json

_DEFAULTS = Path(__file__).parent.parent / "policy.toml"


@dataclass(frozen=True, slots=True)
class Clause:
    """Beside a key: the clause it carries out."""

    number: str


Hours = Field(gt=0, le=24 * 366)
Days = Field(gt=0, le=3660)


class Section(BaseModel):
    """One noun's numbers: `class CasePolicy(Section, section="cases")`."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)
    section: ClassVar[str]

    def __init_subclass__(cls, *, section: str) -> None:
        """Remember which table of the file this is."""
        cls.section = section
        super().__init_subclass__()

    @classmethod
    def __pydantic_init_subclass__(cls, **_kwargs: object) -> None:
        """Refuse a key that names no clause."""
        for name, info in cls.model_fields.items():
            clauses = [m.number for m in info.metadata if isinstance(m, Clause)]
            if not clauses or clauses[0] not in CLAUSES:
                raise Misdeclared(f"{cls.__name__}.{name} names no clause of the policy")


S = TypeVar("S", bound=Section)


@dataclass(frozen=True)
class Policy:
    """The numbers in force. `version` names them, so that a subject can say what it began under."""

    tables: dict[str, Json] = field(hash=False)
    version: str = ""

    def of(self, section: type[S]) -> S:
        """One noun's numbers."""
        return cast("S", _section(section, self.version, _Frozen(self.tables)))

    def check(self) -> None:
        """Refuse a table or a key that nobody reads, before anything begins under it."""
        sections = {one.section: one for one in Section.__subclasses__() if "section" in vars(one)}
        for name in self.tables:
            if name not in sections:
                raise Misdeclared(f"the policy has no table [{name}]")
            self.of(sections[name])


class _Frozen:
    """Lets the cache tell policies apart by their version alone."""

    def __init__(self, tables: dict[str, Json]) -> None:
        self.tables = tables

    def __hash__(self) -> int:
        return 0

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Frozen)


@lru_cache(maxsize=256)
def _section(section: type[Section], version: str, held: _Frozen) -> Section:
    try:
        return section(**held.tables.get(section.section, {}))
    except ValidationError as error:
        wrong = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        raise Misdeclared(f"the policy's table [{section.section}]: {wrong}") from error


def load(path: Path | None = None) -> Policy:
    """Read the defaults, and the company's own file over them."""
    tables = tomllib.loads(_DEFAULTS.read_text(encoding="utf-8"))
    for name, table in _own(path).items() if path else ():
        if not isinstance(table, dict):
            raise Misdeclared(f"{path}: '{name}' stands outside every table such as [cases]")
        tables[name] = {**tables.get(name, {}), **table}
    return Policy(tables, hashlib.sha256(repr(sorted(tables.items())).encode()).hexdigest()[:12])


def _own(path: Path) -> Json:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise Misdeclared(f"the policy file {path} can't be read: {error}") from error
