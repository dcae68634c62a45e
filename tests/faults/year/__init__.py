"""A year of care and visits on a clock that jumps, the bot killed at random (clauses 3.1.1a, 3.2).

What was done is compared, line by line, with what must have been done by the calendar; and at the
wire nobody may have been greeted twice.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from datetime import date, datetime
from pathlib import Path
from typing import NamedTuple

from tests.bot.mail.server import Mailroom, mailroom
from tests.bot.sms.provider import Provider, provider
from tests.fakes.slack import FakeSlack
from tests.faults.framework import Row, Run, least, most, scenario
from tests.faults.year.cast import DAY, Cast
from tests.faults.year.expected import Rules, Year, kept, rules_of, year
from tests.faults.year.found import Found, found, reached, twice
from tests.faults.year.records import Greeting, Letter, differences
from tests.faults.year.world import BEGINS, World, begun
from tests.house import ROOT, ZONE
from tests.postgres import fast_place

# Its summer has a leap month, and its February 29 days; the next one's has not.
FIRST, DAYS = date(2028, 3, 2), 365
# From before Spring Festival to the end of a February of 28 days.
FEW_FIRST, FEW_DAYS = date(2029, 1, 20), 44
MANY, FEW, SELLERS, FEW_SELLERS = 1_000, 60, 12, 3
LONGEST_S, LEAST_KILLS, FEW_KILLS = 480.0, 100, 2
# In a moment one mail and one text message may go, by the pace of each.
IN_FLIGHT = 2
SHORT_MONTH, LEAP_MONTH = ("last", "next", "skip"), ("regular", "leap", "skip")
LEAP_DAY = ("feb28", "mar1", "skip")


class Lasted(NamedTuple):
    """How often it was killed until the year was over, and how long that took."""

    kills: int
    seconds: float


@dataclass
class Wire:
    """Who takes what goes out."""

    room: Mailroom
    provider: Provider
    slack: FakeSlack
    settings: dict[str, str]


@asynccontextmanager
async def wire(cast: Cast, world: World) -> AsyncIterator[Wire]:
    """A mail server, a provider of text messages, and Slack, whose clocks are the world's."""
    now = world.machine
    with mailroom() as (room, at):
        async with provider() as gate, FakeSlack(clock=now, machine_clock=now) as slack:
            for contact in cast.contacts:
                if contact.user:
                    slack.add_user(contact.user, contact.name, real_name=contact.name)
            settings = {
                "smtp_url": f"smtp://{at}?starttls=never",
                "mail_from": "源头公司 <hello@example.com>",
                "sms_url": gate.url,
                "sms_body": '{"to": "{to}", "text": "{text}"}',
                "slack_bot_token": slack.bot_token,
                "slack_signing_secret": slack.signing_secret,
                "slack_api_url": slack.api_url,
            }
            yield Wire(room, gate, slack, settings)


def policy(run: Run) -> Path:
    """Days that a year has not are kept as chance wills, and the calculation knows how."""
    chance, path = run.chance("policy"), run.folder / "policy.toml"
    chosen = {
        "short_month": chance.choice(SHORT_MONTH),
        "leap_month": chance.choice(LEAP_MONTH),
        "feb29": chance.choice(LEAP_DAY),
    }
    run.say(f"{chosen}")
    lines = "\n".join(f'{name} = "{value}"' for name, value in chosen.items())
    path.write_text(f"[care]\n{lines}\n", encoding="utf-8")
    return path


def cast_of(run: Run, rules: Rules) -> Cast:
    """Everybody; some customers change hands just as a holiday comes near."""
    first, days = (FEW_FIRST, FEW_DAYS) if run.short else (FIRST, DAYS)
    many, sellers = run.times(MANY, FEW), run.times(SELLERS, FEW_SELLERS)
    cast, ahead = Cast(run.seed, many, sellers, first, days), rules.care["ahead_days"]
    near = [day for _, born in rules.festivals for day in kept(born, cast, ahead, rules)]
    rush = {day - n * DAY for day in near for n in range(ahead + 1)}
    some = tuple(sorted(day for day in rush if cast.first < day < cast.end))
    return Cast(run.seed, many, sellers, first, days, some)


async def lived(run: Run, cast: Cast, settings: dict[str, str], url: str, wall: Path) -> int:
    """Have it lived in a process of its own; how often it was killed."""
    whole = asdict(cast) | {"first": str(cast.first), "rush": [str(day) for day in cast.rush]}
    order = run.folder / "year.json"
    kept = {"cast": whole, "url": url, "wall": str(wall), "settings": settings}
    order.write_text(json.dumps(kept), encoding="utf-8")
    (log := order.with_suffix(".log")).touch()
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "tests.faults.year.living", str(order)),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
        start_new_session=True,
    )
    assert process.stdout is not None
    kills = 0
    try:
        async for line in process.stdout:
            if line.startswith(b"{"):
                kills = json.loads(line)["kills"]
            else:
                run.say(line.decode().strip())
        assert await process.wait() == 0, log.read_text()[-4_000:]
    finally:
        if process.returncode is None:
            os.killpg(process.pid, signal.SIGKILL)  # and whoever lives just now
            await process.wait()
    return kills


@scenario("year", long=True)
async def a_year(run: Run) -> list[Row]:
    """All of it."""
    rules = rules_of(own := policy(run))
    cast, wall = cast_of(run, rules), run.folder / "clock"
    world = begun(wall, datetime.combine(cast.first, BEGINS, ZONE))
    # What is killed is the process, not the machine: the disk would only make the year longer.
    with tempfile.TemporaryDirectory(prefix="headwater-year-", dir=fast_place()) as place:
        url, began = f"sqlite:///{place}/year.db", time.monotonic()
        async with wire(cast, world) as out:
            settings = out.settings | {"policy_file": str(own)}
            kills = await lived(run, cast, settings, url, wall)
            lasted = Lasted(kills, time.monotonic() - began)
            festivals = [name for name, _ in rules.festivals]
            there = reached(cast, festivals, out.room, out.provider, out.slack)
        here = found(url)
    return judged(run, cast, year(cast, rules), here, there, lasted)


def judged(
    run: Run,
    cast: Cast,
    expected: Year,
    here: Found,
    there: Sequence[Greeting],
    lasted: Lasted,
) -> list[Row]:
    """What was done against what must have been."""
    kills = lasted.kills
    unclear = [one for one in here.letters if one.state == "unclear"]
    doubled, lost = twice(there, expected.greetings), twice(expected.greetings, there)
    unsure = Counter(cast.contacts[one.contact - 1].address for one in unclear)
    missing = Counter(one.address for one in lost) - unsure
    wrong: dict[str, Sequence[object]] = {
        "occasions": differences(here.done, expected.done),
        "letters": differences(*_surely(here.letters, expected.letters)),
        "visits": differences(here.owed, expected.owed),
        "broken": list(here.broken),
        "greeted twice": doubled,
        "missing": list(missing),
    }
    for what, some in wrong.items():
        for one in some[:5]:
            run.say(f"{what}: {one}")
    run.say(f"{Counter(one.state for one in here.done)} {Counter(o.state for o in here.owed)}")
    name = f"{cast.many:,} customers, {len(cast.contacts):,} contacts, {cast.days} days"
    return [
        least(f"{name}: occasions, each as it must be", len(here.done), 1, "occasions"),
        most(f"{name}: differences in what was done", len(wrong["occasions"]), 0, "lines"),
        least(f"{name}: months' visits, each as it must be", len(here.owed), 1, "duties"),
        most(f"{name}: differences in visits", len(wrong["visits"]), 0, "lines"),
        least(f"{name}: greetings at the wire", len(there), 1, "greetings"),
        most(f"{name}: greeted twice, or for nothing", len(doubled), 0, "greetings"),
        most(f"{name}: not greeted, nor shown as unclear", missing.total(), 0, "greetings"),
        most(f"{name}: letters that ended otherwise", len(wrong["letters"]), 0, "letters"),
        most(f"{name}: unclear after {kills} kills", len(unclear), kills * IN_FLIGHT, "greetings"),
        most(f"{name}: what may never be in a database", len(wrong["broken"]), 0, "rows"),
        least(f"{name}: kills", kills, run.times(LEAST_KILLS, FEW_KILLS), "kills"),
        most(f"{name}: took", lasted.seconds, LONGEST_S, "s"),
    ]


def _surely(here: Sequence[Letter], there: Sequence[Letter]) -> tuple[list[Letter], list[Letter]]:
    """Both without those of which nobody knows whether they arrived."""
    unclear = {one.about for one in here if one.state == "unclear"}
    return [o for o in here if o.about not in unclear], [o for o in there if o.about not in unclear]
