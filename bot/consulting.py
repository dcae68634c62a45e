"""What `python -m bot doctor` says, in the company's language, with every secret blotted out."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from bot import locale
from bot.doctor import as_json, failed, lines, now, settings_refused
from bot.finding import Finding
from bot.house import LANGUAGES
from bot.secrecy import hider, without_passwords
from bot.settings import Settings
from bot.start import tongue, why_unusable
from bot.wiring import examined
from bot.words import CHINESE, Reader


def consult(*, for_programs: bool) -> tuple[str, bool]:
    """What was found, and whether the bot can't work like this."""
    try:
        settings = Settings()
    except ValidationError as error:
        found = [settings_refused(why_unusable(e)) for e in error.errors()]
        said = _said(found, tongue(), for_programs=for_programs)
        return without_passwords(said), True
    found = asyncio.run(examined(settings))
    said = _said(found, settings.language, for_programs=for_programs)
    return hider(settings)(said), failed(found)


def _said(found: Sequence[Finding], language: str, *, for_programs: bool) -> str:
    spoken = language if language in LANGUAGES else CHINESE
    moment = now()
    reader = Reader(spoken, ZoneInfo("UTC"), moment, locale.load())
    if for_programs:
        return json.dumps(as_json(found, reader), ensure_ascii=False, indent=1)
    return "\n".join(lines(found, reader))
