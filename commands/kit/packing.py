"""Turns values made of known dataclasses, words and plain data into JSON and back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from commands.kit import words

Json = Any


class Packing:
    """Knows some dataclasses by name; everything within them must be known, words, or plain data."""

    def __init__(self, *kinds: type[Any]) -> None:
        self._kinds = {kind.__name__: kind for kind in kinds}

    def pack(self, value: Any) -> Json:
        """To JSON."""
        tag = type(value).__name__
        if self._kinds.get(tag) is type(value):
            return {"is": tag} | {f.name: self.pack(getattr(value, f.name)) for f in fields(value)}
        match value:
            case frozenset():
                return {"is": "set", "of": sorted(value)}
            case tuple() | list():
                return [self.pack(item) for item in value]
            case Mapping():
                return {"is": "map", "of": {k: self.pack(v) for k, v in value.items()}}
        return words.encode(value)

    def unpack(self, packed: Json) -> Any:
        """From JSON; what was a list or a tuple comes back as a tuple."""
        match packed:
            case {"is": "set", "of": members}:
                return frozenset(members)
            case {"is": "map", "of": members}:
                return {k: self.unpack(v) for k, v in members.items()}
            case {"is": tag, **inner}:
                return self._kinds[tag](**{name: self.unpack(v) for name, v in inner.items()})
            case list():
                return tuple(self.unpack(item) for item in packed)
        return words.decode(packed)
