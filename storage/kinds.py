"""What columns hold beyond what both engines know alike: moments in UTC, JSON, and amounts."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, DateTime, Dialect, String, Text
from sqlalchemy.types import TypeDecorator, TypeEngine

from storage.connections import SQLITE
from storage.database import Json


class Instant(TypeDecorator[datetime]):
    """An aware moment, kept in UTC: text that sorts on SQLite, timestamptz on PostgreSQL."""

    impl = DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Choose what the engine stores."""
        return dialect.type_descriptor(String(32) if dialect.name == SQLITE else DateTime(True))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | str | None:
        """Refuse naive moments, and turn aware ones to UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without a zone cannot be stored")
        utc = value if value.tzinfo is UTC else value.astimezone(UTC)
        return utc.isoformat(timespec="microseconds") if dialect.name == SQLITE else utc

    def process_result_value(
        self, value: datetime | str | None, dialect: Dialect
    ) -> datetime | None:
        """Give back an aware UTC moment."""
        if value is None:
            return None
        moment = datetime.fromisoformat(value) if isinstance(value, str) else value
        return moment if moment.tzinfo is UTC else moment.astimezone(UTC)


_COMPACT = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


class JsonText(TypeDecorator[Json]):
    """JSON kept as text on both engines, so that both give back the same."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Json, dialect: Dialect) -> str | None:
        """Write compact JSON with its letters as they are."""
        if value is None:
            return None
        return _COMPACT.encode(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Json:
        """Read it back."""
        return None if value is None else json.loads(value)


class Amount(TypeDecorator[Decimal]):
    """An amount of money, exact to two decimals: hundredths, which both engines add up alike."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> int | None:
        """Refuse what is finer than a hundredth."""
        if value is None:
            return None
        hundredths = value.scaleb(2)
        if hundredths != hundredths.to_integral_value():
            raise ValueError("an amount has two decimals at most")
        return int(hundredths)

    def process_result_value(self, value: int | None, dialect: Dialect) -> Decimal | None:
        """Give it back with its two decimals."""
        return None if value is None else Decimal(value).scaleb(-2)
