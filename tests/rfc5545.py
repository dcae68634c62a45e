"""Judges iCalendar text by RFC 5545 itself, strictly, sharing no code with what writes it."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

LINE = re.compile(
    r"(?P<name>[A-Z0-9-]+)"
    r'(?P<params>(?:;[A-Z0-9-]+=(?:"[^"\x00-\x1f\x7f]*"|[^";:,\x00-\x1f\x7f]*)'
    r'(?:,(?:"[^"\x00-\x1f\x7f]*"|[^";:,\x00-\x1f\x7f]*))*)*)'
    r":(?P<value>[^\x00-\x08\x0a-\x1f\x7f]*)"
)
UTC = re.compile(r"\d{8}T\d{6}Z")
DATE = re.compile(r"\d{8}")
SPAN = re.compile(r"[+-]?P(\d+W|\d+D(T(\d+H)?(\d+M)?(\d+S)?)?|T(\d+H)?(\d+M)?(\d+S)?)")
TEXTS = {"SUMMARY", "DESCRIPTION", "UID", "NAME", "PRODID", "X-WR-CALNAME"}
# Which properties a component must have once, which it may have once, and which it holds.
ONCE = {
    "VCALENDAR": ({"VERSION", "PRODID"}, {"CALSCALE", "METHOD", "REFRESH-INTERVAL", "NAME"}),
    "VEVENT": (
        {"UID", "DTSTAMP", "DTSTART"},
        {"DTEND", "SUMMARY", "SEQUENCE", "LAST-MODIFIED", "CLASS", "TRANSP", "DESCRIPTION"},
    ),
    "VALARM": ({"ACTION", "TRIGGER", "DESCRIPTION"}, set()),
}
WITHIN = {"VCALENDAR": "", "VEVENT": "VCALENDAR", "VALARM": "VEVENT"}


@dataclass
class Component:
    """A component: its properties as they stand, and what it holds."""

    name: str
    lines: list[tuple[str, str, str]] = field(default_factory=list)
    inner: list[Component] = field(default_factory=list)

    def value(self, name: str) -> str:
        """The value of a property; empty without it."""
        return next((value for key, _, value in self.lines if key == name), "")

    def params(self, name: str) -> str:
        """Its parameters."""
        return next((params for key, params, _ in self.lines if key == name), "")


def faults(content: bytes) -> list[str]:
    """Everything in which a calendar is not as RFC 5545 wants it."""
    found = _framing(content)
    calendar, more = _parsed(unfolded(content))
    found += more
    if calendar is None:
        return [*found, "there is no VCALENDAR"]
    found += _judged(calendar, "")
    uids = Counter(one.value("UID") for one in calendar.inner if one.name == "VEVENT")
    return found + [f"UID {uid} stands {n} times" for uid, n in uids.items() if n > 1]


def _framing(content: bytes) -> list[str]:
    """Lines end in CRLF, hold 75 octets at most, and none is cut within a character (3.1)."""
    found = []
    if not content.endswith(b"\r\n"):
        found.append("the last line has no end")
    for number, line in enumerate(content.split(b"\r\n")[:-1], 1):
        if b"\n" in line or b"\r" in line:
            found.append(f"line {number} holds a bare line end")
        if len(line) > 75:
            found.append(f"line {number} has {len(line)} octets")
        try:
            line.decode("utf-8")
        except UnicodeDecodeError:
            found.append(f"line {number} is cut within a character")
    return found


def unfolded(content: bytes) -> list[str]:
    """The content lines."""
    joined = re.sub(rb"\r\n[ \t]", b"", content)
    return joined.decode("utf-8", "replace").split("\r\n")[:-1]


def _parsed(lines: list[str]) -> tuple[Component | None, list[str]]:
    open_: list[Component] = []
    whole: Component | None = None
    found = []
    for line in lines:
        match = LINE.fullmatch(line)
        if match is None:
            found.append(f"no content line: {line[:60]!r}")
            continue
        name, value = match["name"], match["value"]
        if name == "BEGIN":
            made = Component(value)
            found += _placed(made, open_, whole)
            open_.append(made)
        elif name == "END":
            if not open_ or open_[-1].name != value:
                found.append(f"END:{value} ends nothing")
            else:
                whole = open_.pop()
        elif open_:
            open_[-1].lines.append((name, match["params"], value))
        else:
            found.append(f"{name} stands outside")
    return (whole if not open_ else None), found


def _placed(made: Component, open_: list[Component], whole: Component | None) -> list[str]:
    around = open_[-1].name if open_ else ""
    if open_:
        open_[-1].inner.append(made)
    if WITHIN.get(made.name) != around:
        return [f"{made.name} stands within {around or 'nothing'}"]
    return ["a second VCALENDAR"] if whole and not open_ else []


def _judged(one: Component, where: str) -> list[str]:
    place = f"{where}{one.name} {one.value('UID')}".strip()
    needed, allowed = ONCE.get(one.name, (set(), set()))
    many = Counter(name for name, _, _ in one.lines)
    found = [f"{place}: no {name}" for name in sorted(needed - many.keys())]
    found += [f"{place}: {name} twice" for name in needed | allowed if many[name] > 1]
    strange = {name for name in many if not name.startswith("X-")} - needed - allowed
    found += [f"{place}: {name} does not belong here" for name in sorted(strange)]
    for name, params, value in one.lines:
        found += [f"{place}: {name}{params}:{value[:40]} {why}" for why in _value(name, value)]
    found += [f"{place}: {why}" for why in _as_a_whole(one)]
    return found + [why for inner in one.inner for why in _judged(inner, f"{place} > ")]


def _value(name: str, value: str) -> list[str]:
    match name:
        case "DTSTAMP" | "LAST-MODIFIED":
            return [] if _moment(value) else ["is no moment in UTC"]
        case "DTSTART" | "DTEND":
            return [] if _moment(value) or _day(value) else ["is neither moment nor day"]
        case "REFRESH-INTERVAL" | "X-PUBLISHED-TTL" | "TRIGGER":
            return [] if SPAN.fullmatch(value) else ["is no duration"]
        case "SEQUENCE":
            return [] if value.isdecimal() else ["is no number"]
        case "VERSION":
            return [] if value == "2.0" else ["is not 2.0"]
        case _ if name in TEXTS:
            bare = re.sub(r"\\[\\;,nN]", "", value)
            return ["is not escaped"] if re.search(r"[\\;,]", bare) else []
        case _:
            return []


def _as_a_whole(one: Component) -> list[str]:
    if one.name == "VEVENT":
        begins, ends = one.value("DTSTART"), one.value("DTEND")
        whole = "VALUE=DATE" in one.params("DTSTART")
        found = [] if whole == bool(DATE.fullmatch(begins)) else ["DTSTART lacks VALUE=DATE"]
        if ends and (len(ends) != len(begins) or ends <= begins):
            found.append("DTEND is not after DTSTART, or of another kind")
        return found
    if one.name == "VCALENDAR":
        refresh = "VALUE=DURATION" in one.params("REFRESH-INTERVAL")
        return [] if refresh else ["REFRESH-INTERVAL lacks VALUE=DURATION"]
    return []


def _moment(value: str) -> bool:
    return bool(UTC.fullmatch(value)) and _reads(value, "%Y%m%dT%H%M%SZ")


def _day(value: str) -> bool:
    return bool(DATE.fullmatch(value)) and _reads(value, "%Y%m%d")


def _reads(value: str, shape: str) -> bool:
    try:
        datetime.strptime(value, shape)  # noqa: DTZ007 -- only whether there is such a day
    except ValueError:
        return False
    return True
