"""What follows when a file's bytes and its subject are both known; and what files are called."""

from __future__ import annotations

import re
import unicodedata

import structlog

from bot.house import House
from commands.kit.desk import Desk
from commands.kit.words import T
from scheduler.alarm import raise_alarm
from scheduler.sending import BUGS
from storage.files import File

log = structlog.get_logger("files")
HOOK = T("⚠ A file was kept, but what should follow did not")
LONGEST = 120


def filed(house: House, desk: Desk, file: File, content: bytes) -> None:
    """Tell a file's noun that both its subject and its bytes are known."""
    noun = house.nouns.get(file.kind) if file.kind else None
    if noun is None or file.subject_id is None:
        return
    try:
        with desk.db.savepoint():
            noun.filed(desk, file.subject_id, file, content)
    except BUGS as bug:  # the file itself is kept
        log.exception("file_hook_failed", file=file.id, exc_info=bug)
        raise_alarm(desk.db, house.clock, "filed", HOOK, file.kind)


def file_name(said: str) -> str:
    """A name to be shown: the last part of it, without what nobody can see; it leads nowhere."""
    whole = said.encode("utf-8", "replace").decode("utf-8")
    last = re.split(r"[/\\]", whole)[-1]
    seen = "".join(c for c in last if not unicodedata.category(c).startswith("C"))
    return seen.strip(" .")[-LONGEST:]
