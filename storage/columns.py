"""The few kinds of column that tables are made of."""

from typing import Any

from sqlalchemy import ColumnElement, Text, or_
from sqlalchemy.orm import Mapped
from sqlmodel import Field

from storage.database import Json
from storage.kinds import Amount, Instant, JsonText

Column = Any  # what Field gives: it stands beside a field of any type


def key() -> Column:
    """The number a row is known by, given by the database."""
    return Field(default=None, primary_key=True)


def moment(*, index: bool = False) -> Column:
    """A moment that is always known, in UTC."""
    return Field(sa_type=Instant, index=index)


def maybe_moment(*, index: bool = False) -> Column:
    """A moment that may not have come, in UTC."""
    return Field(default=None, sa_type=Instant, nullable=True, index=index)


def words(default: str | None = "") -> Column:
    """Words of any length."""
    return Field(default=default, sa_type=Text, nullable=default is None)


def data(default: Json = None) -> Column:
    """JSON."""
    return Field(default=default, sa_type=JsonText, nullable=True)


def maybe_amount() -> Column:
    """An amount of money, if there is one; its currency stands beside it."""
    return Field(default=None, sa_type=Amount, nullable=True)


def points_at(table: str, *, index: bool = True) -> Column:
    """The id of a row in another table."""
    return Field(foreign_key=f"{table}.id", index=index)


def may_point_at(table: str, *, index: bool = True) -> Column:
    """The id of a row in another table, or none."""
    return Field(default=None, foreign_key=f"{table}.id", index=index, nullable=True)


def one_of(column: Mapped[str], *values: str) -> ColumnElement[bool]:
    """The column is one of these: a list that is known when the statement is compiled."""
    return or_(*(column == value for value in values))
