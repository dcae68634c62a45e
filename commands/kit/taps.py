"""The codec of buttons: command, subject, revision and bound answers in a short line of text.

`approve:case7:12` or `name_customer:case7:3:{"customer":5}`. Free text is never bound to a button:
it waits in a draft, and the button names the draft (`~go:draft12`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from commands.kit.card import Button, Ref
from storage.database import Json

_REF = re.compile(r"([a-z_]{1,20})([0-9]{1,12})")
_COMMAND = re.compile(r"~?[a-z][a-z0-9_]{0,31}")
_NUMBER = re.compile(r"[0-9]{1,9}")


class BadTap(ValueError):
    """This is not a button of ours."""


@dataclass(frozen=True, slots=True)
class Tap:
    """A pressed button."""

    command: str
    about: Ref | None = None
    revision: int = 0
    answers: Mapping[str, Json] = field(default_factory=dict)


def of(button: Button) -> Tap:
    """The tap that pressing a button makes."""
    return Tap(button.does, button.about, button.revision, button.answers)


def encode(tap: Tap) -> str:
    """Write a tap as text."""
    text = f"{tap.command}:{tap.about or ''}:{tap.revision or ''}"
    if tap.answers:
        packed = json.dumps(dict(tap.answers), ensure_ascii=False, separators=(",", ":"))
        return f"{text}:{packed}"
    return text.rstrip(":")


def decode(text: str) -> Tap:
    """Read a tap; anything that we did not write raises `BadTap`."""
    command, _, rest = text.partition(":")
    about, _, rest = rest.partition(":")
    revision, _, bound = rest.partition(":")
    if not _COMMAND.fullmatch(command):
        raise BadTap(text)
    return Tap(command, ref(about), _number(revision), _bound(bound))


def ref(text: str) -> Ref | None:
    """Read `case7`; nothing gives None."""
    if not text:
        return None
    found = _REF.fullmatch(text)
    if not found:
        raise BadTap(text)
    return Ref(found[1], int(found[2]))


def _number(text: str) -> int:
    if not text:
        return 0
    if not _NUMBER.fullmatch(text):
        raise BadTap(text)
    return int(text)


def _bound(text: str) -> Mapping[str, Json]:
    if not text:
        return {}
    try:
        answers = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadTap(text) from error
    if not isinstance(answers, dict):
        raise BadTap(text)
    return answers
