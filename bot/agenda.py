"""Writes a person's calendar as iCalendar (RFC 5545), the same bytes as long as nothing changes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from bot.words import Reader
from commands.kit.agenda import Entry
from commands.kit.words import T, Words

if TYPE_CHECKING:
    from icalendar import Alarm, Calendar, Event

PRODUCT = "-//Headwater//Calendar//EN"
UNWRITTEN = dict.fromkeys((*range(9), 11, 12, *range(13, 32), 127))  # control characters


@dataclass(frozen=True, slots=True)
class Scribe:
    """Writes for one reader.

    `installation` makes the names of entries ours alone; `since` is when this calendar was begun.
    """

    reader: Reader
    installation: str
    since: datetime
    alarm: timedelta
    refresh: timedelta

    def written(self, entries: Iterable[Entry]) -> bytes:
        """The whole calendar; each name once, the first that has it."""
        calendar = self._empty()
        once = {entry.name: entry for entry in reversed(list(entries))}
        for name in sorted(once):
            calendar.add_component(self._event(once[name]))
        written: bytes = calendar.to_ical()
        return written

    def _empty(self) -> Calendar:
        from icalendar import Calendar  # as slow to load as it is seldom wanted

        made = Calendar()
        name = self.reader.say(T("Headwater"))
        for key, value in (
            ("version", "2.0"),
            ("prodid", PRODUCT),
            ("calscale", "GREGORIAN"),
            ("method", "PUBLISH"),
            ("name", name),
            ("x-wr-calname", name),
            ("x-wr-timezone", self.reader.zone.key),
        ):
            made.add(key, value)
        made.add("refresh-interval", self.refresh, parameters={"VALUE": "DURATION"})
        made.add("x-published-ttl", _duration(self.refresh))
        return made

    def _event(self, entry: Entry) -> Event:
        from icalendar import Event

        changed = (entry.changed_at or self.since).astimezone(UTC).replace(microsecond=0)
        made = Event()
        made.add("uid", f"{entry.name}@{self.installation}.headwater")
        made.add("dtstamp", changed)
        made.add("last-modified", changed)
        made.add("sequence", entry.revision)
        made.add("summary", self._said(entry.what))
        if entry.notes:
            made.add("description", "\n".join(self._said(note) for note in entry.notes))
        made.add("class", "PRIVATE")
        self._when(made, entry)
        return made

    def _when(self, made: Event, entry: Entry) -> None:
        """A moment is written in UTC, so that no calendar needs to know our zones."""
        begins = entry.begins
        if not isinstance(begins, datetime):
            made.add("dtstart", begins)
            made.add("dtend", begins + timedelta(days=1))
            made.add("transp", "TRANSPARENT")
            return
        made.add("dtstart", begins.astimezone(UTC))
        if entry.ends:
            made.add("dtend", entry.ends.astimezone(UTC))
        made.add("transp", "TRANSPARENT" if entry.deadline else "OPAQUE")
        made.add_component(self._reminder(entry))

    def _reminder(self, entry: Entry) -> Alarm:
        from icalendar import Alarm

        made = Alarm()
        made.add("action", "DISPLAY")
        made.add("description", self._said(entry.what))
        related = "END" if entry.deadline else "START"
        made.add("trigger", -self.alarm, parameters={"RELATED": related})
        return made

    def _said(self, words: Words) -> str:
        return self.reader.say(words).translate(UNWRITTEN)


def _duration(span: timedelta) -> str:
    return f"PT{int(span.total_seconds() // 60)}M"
