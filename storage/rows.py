"""What every table's class is: a row that is made as cheaply as any object."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from pydantic import ConfigDict
from sqlmodel import SQLModel


class Row(SQLModel):
    """A row that no session ever watches, so nothing has to be told of its fields.

    SQLModel would tell one of each, which took a third of a command's time. What would validate
    one is not even built.
    """

    # SQLModel has a type of its own for this, which it keeps to itself.
    model_config = ConfigDict(defer_build=True)  # type: ignore[assignment]

    def __init__(self, **given: Any) -> None:  # noqa: ANN401 -- each table names and types them
        fields = self.__dict__
        fields.update(_blank(type(self)))
        fields.update(given)


@dataclass(frozen=True, slots=True)
class Hand:
    """Whose hand writes, and when; nobody's where something happens by itself."""

    at: datetime
    by_id: int | None = None


@cache
def _blank(table: type[Row]) -> dict[str, Any]:
    """Every field with its default; one that must be given has None until it is."""
    fields = table.model_fields
    return {
        name: None if field.is_required() else field.get_default() for name, field in fields.items()
    }
