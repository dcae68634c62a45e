"""People press whatever they see and say whatever comes to them, for ten thousand steps (26)."""

from __future__ import annotations

import random
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import timedelta

from bot.pages import Date, DateAndTime, Field, Form, Line, Search, Select
from bot.platform import Open, Pressed, Reply, Said, Submitted, Typed
from storage import deliveries
from tests.desk import Reception, keys, reception
from tests.faults.framework import Row, Run, company, most, scenario
from tests.faults.ledger import effects
from tests.faults.parsers import COMPLAINTS, OTHERS, VISITS
from tests.house import CAST

STEPS = 10_000
FEW = 400
IN_SIGHT = 12
WORDS = ("已换货", "明天", "3.5万", "永固", "李娜", "是", "", "13:30", "10-20", "锈蚀约200件")


@dataclass
class Walk:
    """Where everybody stands, and what they may do next."""

    desk: Reception
    chance: random.Random
    forms: dict[str, Form] = field(default_factory=dict)
    taken: dict[str, int] = field(default_factory=dict)

    async def step(self) -> None:
        """Somebody does something; now and then time passes."""
        user = self.chance.choice(list(CAST))
        said = self._next(user)
        kind = type(said).__name__
        self.taken[kind] = self.taken.get(kind, 0) + 1
        reply = await self.desk.says(user, said, inline=True, opens=True)
        self._seen(user, reply)
        if self.chance.random() < 0.2:
            self.desk.clock.at += timedelta(minutes=self.chance.choice((0, 1, 10, 60, 600)))
            await self.desk.work()

    def _seen(self, user: str, reply: Reply) -> None:
        if isinstance(reply, Open):
            self.forms[user] = reply.form

    def _next(self, user: str) -> Said:
        form = self.forms.pop(user, None)
        if form is not None and self.chance.random() < 0.8:
            return Submitted(form.draft, {f.name: self._filled(f) for f in form.fields})
        pressed = self._button(user)
        if pressed and self.chance.random() < 0.6:
            return Pressed(pressed)
        return Typed(self.chance.choice((*VISITS, *COMPLAINTS, *OTHERS, *WORDS)))

    def _button(self, user: str) -> str:
        mine = [p.page for p in self.desk.mail.sent[-200:] if p.address.chat == f"dm:{user}"]
        found = [key.data for page in mine[-IN_SIGHT:] for key in keys(page)]
        return self.chance.choice(found) if found else ""

    def _filled(self, asked: Field) -> str:
        match asked.input:
            case Select(options=options) if options:
                return self.chance.choice(list(options))[0]
            case Search():
                return f"#{self.chance.randrange(1, 12)}"
            case Date():
                return f"2026-10-{self.chance.randrange(1, 31):02d}"
            case DateAndTime():
                return f"2026-10-{self.chance.randrange(1, 31):02d}T13:30"
            case Line() | _:
                return self.chance.choice(WORDS)


@scenario("walk")
async def walk(run: Run) -> list[Row]:
    """So many steps."""
    url = f"sqlite:///{run.folder / 'walk.db'}"
    await company(url, "web")
    times = run.times(STEPS, FEW)
    async with AsyncExitStack() as stack:
        desk = await stack.enter_async_context(reception(url))
        walking = Walk(desk, run.chance())
        for _ in range(times):
            await walking.step()
        aside = await desk.core.database.read(deliveries.newest_aside)
    broken = effects(url).broken
    for one in [*(f"{row.reason}: {row.raw[:200]}" for row in aside), *broken][:5]:
        run.say(one)
    run.say(str(walking.taken))
    return [
        most(f"{times} steps of people who press anything: bugs met", len(aside), 0, "bugs"),
        most(f"{times} steps: invariants broken", len(broken), 0, "things"),
    ]
