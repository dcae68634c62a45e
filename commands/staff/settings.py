"""What people set for themselves: quiet hours, where they are told things, their accounts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from commands.kit.card import STAFF, Button, Buttons, Card, Facts, Part, Ref
from commands.kit.command import Command
from commands.kit.desk import Desk
from commands.kit.errors import Invalid
from commands.kit.form import Ask
from commands.kit.people import Role, load
from commands.kit.words import T, Words, listed
from commands.staff.cards import account_name, unlinking
from commands.staff.notes import called, given
from commands.staff.rules import KIND, last_day, quiet_hours
from storage import absences, people
from storage.absences import Absence
from storage.people import Account

LAST = "last"
# It may be typed as it is shown, in either language.
_LAST = {LAST, "the one used last", "最近", "最近使用的", "最近使用的平台"}


def settings(desk: Desk) -> Card:
    """Everything that a person sets, each with its button."""
    accounts = people.accounts_of(desk.db, desk.person.id)
    quiet, where = _ways()
    homes = tuple(_home(name) for name in dict.fromkeys(a.platform for a in accounts))
    about = Ref(KIND, desk.person.id)
    parts: tuple[Part, ...] = (
        Facts(_as_set(desk, accounts), STAFF),
        *(line for one in _ahead(desk) for line in given(one, T("your superior"))),
        Buttons(quiet),
        Buttons((*homes, where) if len(homes) > 1 else ()),
        Buttons((Button(T("Language"), "language"), *_absent(desk), _calendar())),
        Buttons(tuple(unlinking(about, account) for account in accounts)),
    )
    return Card(T("Your settings"), parts)


def _absent(desk: Desk) -> Iterator[Button]:
    """The way to be away, and the way back for whoever is."""
    if absences.of(desk.db, desk.person.id, desk.now):
        yield Button(T("I am back"), "back")
    yield Button(T("Away"), "away")


def _calendar() -> Button:
    return Button(T("Calendar link"), "calendar")


def _ways() -> tuple[tuple[Button, ...], Button]:
    quiet = (
        Button(T("22:00-7:30"), "quiet", {"hours": "22:00-07:30"}),
        Button(T("20:00-8:00"), "quiet", {"hours": "20:00-08:00"}),
        Button(T("Other hours"), "quiet"),
        Button(T("No quiet hours"), "quiet", {"hours": "none"}),
    )
    return quiet, Button(T("Wherever I was last"), "home", {"platform": LAST})


def _home(platform: str) -> Button:
    name = platform.capitalize()
    return Button(T("Tell me on {platform}", platform=name), "home", {"platform": platform})


def _as_set(desk: Desk, accounts: list[Account]) -> tuple[tuple[Words, Words], ...]:
    found = load(desk.db, desk.person.id)
    assert found is not None
    quiet = found.quiet
    hours = f"{quiet.start:%H:%M}–{quiet.end:%H:%M}"
    return (
        (T("Quiet hours"), T("none") if quiet.start == quiet.end else hours),
        (T("Told on"), found.home.capitalize() or T("wherever you were last")),
        (T("Away"), listed(list(_away(desk)) or [T("no")])),
        (T("Accounts"), listed([account_name(account) for account in accounts])),
    )


def _ahead(desk: Desk) -> list[Absence]:
    return absences.ahead(desk.db, desk.person.id, desk.now)


def _away(desk: Desk) -> Iterator[T]:
    for absence in _ahead(desk):
        yield T(
            "from {since} until {until:weekday}, {deputy} stands in",
            since=absence.since,
            until=last_day(absence, desk.zone),
            deputy=called(desk.db, absence.deputy_id),
        )


class Settings(
    Command,
    name="settings",
    aliases=("设置", "我的设置", "我的账号", "my accounts"),
    who={Role.STAFF},
):
    """Show your settings and accounts."""

    def run(self, desk: Desk) -> Card:
        """Show them, with what can be changed."""
        return settings(desk)


class SetQuiet(Command, name="quiet", aliases=("免打扰", "安静时段"), who={Role.STAFF}):
    """Set your quiet hours."""

    hours: Annotated[str, Ask("When are you not to be disturbed, such as 22:00-7:30?", "Hours")]

    def run(self, desk: Desk) -> Card:
        """Set them: what is not urgent waits for their end."""
        begins, ends = quiet_hours(self.hours)
        people.set_quiet(desk.db, desk.person.id, begins, ends)
        desk.note(Ref(KIND, desk.person.id), None, {"quiet": [begins, ends]})
        return settings(desk)


class SetHome(Command, name="home", aliases=("首选平台",), who={Role.STAFF}):
    """Choose home platform."""

    platform: Annotated[str, Ask("On which platform shall I tell you things?", "Platform")]

    def run(self, desk: Desk) -> Card:
        """Remember it; where nothing gets through, the other accounts are tried."""
        platform = _chosen(self.platform, people.accounts_of(desk.db, desk.person.id))
        people.set_home(desk.db, desk.person.id, platform)
        desk.note(Ref(KIND, desk.person.id), None, {"home": platform})
        return settings(desk)


def _chosen(said: str, accounts: list[Account]) -> str:
    wanted = said.strip().casefold()
    if wanted in _LAST:
        return ""
    platforms = list(dict.fromkeys(account.platform for account in accounts))
    if wanted not in platforms:
        ways: list[Words] = [name.capitalize() for name in platforms]
        names = listed([*ways, T("the one used last")])
        raise Invalid("platform", T("You have no account there. Choose: {names}", names=names))
    return wanted
