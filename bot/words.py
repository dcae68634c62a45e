"""Translates words for a reader: sentences, and dates, moments and spans as people say them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from commands.kit.calendar import local_day
from commands.kit.card import Audience
from commands.kit.money import Money
from commands.kit.people import Department
from commands.kit.words import Both, T, Value, Words

ENGLISH, CHINESE = "en", "zh"
_PLACE = re.compile(r"\{(\w+)(?::(\w+))?\}")
_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
_WEEKDAYS = {
    ENGLISH: ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"],
    CHINESE: ["周一", "周二", "周三", "周四", "周五", "周六", "周日"],
}
_NEAR = {
    ENGLISH: {-1: "yesterday", 0: "today", 1: "tomorrow"},
    CHINESE: {-2: "前天", -1: "昨天", 0: "今天", 1: "明天", 2: "后天"},
}
_SYMBOLS = {"CNY": "¥", "USD": "$", "EUR": "€"}
_DAYS_FROM = 72  # hours; shorter spans are counted in hours, as the policy counts them
Catalogues = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads: their language, zone and clock, and which audience they belong to.

    `departments` are a person's own; `place` says that the audience is a place, where everybody
    must be allowed to see a part; `admin` that an administrator reads, and nobody else. `link`
    gives a file's address for this reader alone, where there is one account that reads; `handed`
    says that no such address would open there, so that files themselves go along. `server` is what
    our own web server is called.
    """

    language: str
    zone: ZoneInfo
    now: datetime
    catalogues: Catalogues = field(repr=False)
    outside: bool = False
    departments: frozenset[Department] = frozenset()
    place: bool = False
    admin: bool = False
    link: Callable[[int], str] | None = field(default=None, repr=False, compare=False)
    handed: bool = False
    server: str = ""

    def say(self, words: Words) -> str:
        """The words in the reader's language."""
        if isinstance(words, str):
            return words
        values = dict(words.values)
        template = self._template(words, values)
        return _PLACE.sub(lambda m: self._value(values.get(m[1]), m[2] or ""), template)

    def may_see(self, to: Audience) -> bool:
        """Whether a part with this audience is for this reader."""
        if self.outside:
            return to.outside
        if to.admins:
            return self.admin
        if to.departments is None:
            return True
        if self.place:
            return bool(self.departments) and self.departments <= to.departments
        return bool(self.departments & to.departments)

    def _template(self, words: T, values: Mapping[str, Value]) -> str:
        if self.language == ENGLISH:
            return words.many if words.many and values.get("n") != 1 else words.text
        return self.catalogues.get(self.language, {}).get(words.text, words.text)

    def _value(self, value: Value, how: str) -> str:
        match value:
            case None:
                return "—"
            case T():
                return self.say(value)
            case Both():
                return value.zh if self.language == CHINESE else value.en
            case datetime():
                return self._moment(value, how)
            case date():
                return self._day(value, how)
            case timedelta():
                return self._span(value)
            case Decimal() | Money():
                return _amount(value)
            case _:
                return str(value)

    def _day(self, day: date, how: str) -> str:
        today = local_day(self.now, self.zone)
        plain = self._plain_day(day, today)
        near = _NEAR[self.language].get((day - today).days)
        if how == "near" and near:
            return f"{near}（{plain}）" if self.language == CHINESE else f"{near} ({plain})"
        if how == "weekday":
            return self._with_weekday(plain, day)
        if how == "name":
            return _WEEKDAYS[self.language][day.weekday()]
        return plain

    def _with_weekday(self, plain: str, day: date) -> str:
        name = _WEEKDAYS[self.language][day.weekday()]
        return f"{plain}（{name}）" if self.language == CHINESE else f"{name[:3]} {plain}"

    def _plain_day(self, day: date, today: date) -> str:
        if self.language == CHINESE:
            year = "" if day.year == today.year else f"{day.year}年"
            return f"{year}{day.month}月{day.day}日"
        year = "" if day.year == today.year else f" {day.year}"
        return f"{day.day} {_MONTHS[day.month - 1]}{year}"

    def _moment(self, at: datetime, how: str) -> str:
        local = at.astimezone(self.zone)
        today = local_day(self.now, self.zone)
        near = _NEAR[self.language].get((local.date() - today).days) if how == "clock" else None
        day = near or self._plain_day(local.date(), today)
        between = "" if self.language == CHINESE else " "
        return f"{day}{between}{local:%H:%M}"

    def _span(self, span: timedelta) -> str:
        minutes = max(0, round(span.total_seconds() / 60))
        hours, minutes = divmod(minutes, 60)
        days = 0
        if hours >= _DAYS_FROM:
            (days, hours), minutes = divmod(hours, 24), 0
        parts = [(days, "天", "d"), (hours, "小时", "h"), (minutes, "分钟", "min")]
        kept = [p for p in parts if p[0]][:2] or [(0, "分钟", "min")]
        if self.language == CHINESE:
            return "".join(f"{n}{unit}" for n, unit, _ in kept)
        return " ".join(f"{n} {unit}" for n, _, unit in kept)


def _amount(value: Decimal | Money) -> str:
    if isinstance(value, Decimal):
        return f"{value:,}"
    return f"{_SYMBOLS.get(value.currency, value.currency + ' ')}{value.amount:,}"
