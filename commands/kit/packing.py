"""Turns values made of known dataclasses, words and plain data into JSON and back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Generic, TypeVar, cast

from commands.kit import words
from storage.database import Json

V = TypeVar("V")


class Packing(Generic[V]):
    """Knows some dataclasses by name; what is within them must be known, words, or plain data."""

    def __init__(self, *kinds: type) -> None:
        self._kinds: dict[str, type] = {kind.__name__: kind for kind in kinds}
        self._names = {kind: tuple(field.name for field in fields(kind)) for kind in kinds}

    def pack(self, value: object) -> Json:
        """To JSON."""
        kind = type(value)
        names = self._names.get(kind)
        if names is not None:
            inner = {name: self.pack(getattr(value, name)) for name in names}
            return {"is": kind.__name__, **inner}
        match value:
            case str() | int() | None:
                return value
            case frozenset():
                return {"is": "set", "of": sorted(value)}
            case tuple() | list():
                return [self.pack(item) for item in value]
            case Mapping():
                return {"is": "map", "of": {k: self.pack(v) for k, v in value.items()}}
            case _:
                return words.encode(value)

    def unpack(self, packed: Json) -> V:
        """From JSON, what was packed whole; a list or a tuple comes back as a tuple."""
        return cast("V", self._value(packed))

    def _value(self, packed: Json) -> object:
        match packed:
            case {"is": "set", "of": members}:
                return frozenset(members)
            case {"is": "map", "of": members}:
                return self._values(members)
            case {"is": tag, **inner}:
                return self._kinds[tag](**self._values(inner))
            case list():
                return tuple(self._value(item) for item in packed)
            case _:
                return words.decode(packed)

    def _values(self, packed: Json) -> dict[str, object]:
        return {name: self._value(inner) for name, inner in packed.items()}
