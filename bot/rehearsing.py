"""Rehearses one's own company before going live: on a copy, in the local chat, sending nothing.

The copy lies beside the database, or here if that is a server, and is made anew each time; only
quiet hours that somebody set in the rehearsal before are taken over, so that they can be tried.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

from bot import locale
from bot.core import AHEAD, Core
from bot.playing import Played, Stage
from bot.sample import PLATFORM, SAMPLE, account_of
from bot.script import MONTH, Script
from bot.settings import Settings
from bot.start import Refusal
from bot.wiring import Running, assemble
from bot.words import Reader
from commands import budget
from commands.budget import Budget, Load
from commands.kit.words import T, Words, listed
from commands.rehearsal import PLAYED
from storage import customers, house, people
from storage.connections import SQLITE, engine_of, sqlite_path
from storage.copying import (
    EMPTY,
    LATELY,
    NO_COMPANY,
    OTHER_VERSION,
    REFUSED,
    Copied,
    Uncopied,
    copy,
)
from storage.database import Database, Json, Transaction, known

NAME = "headwater.rehearsal.db"
QUIET, COMPLAINTS = "quiet_copied", "complaints_monthly"
# Complaints of one customer in a month, where fewer than FEW came lately.
MONTHLY, FEW = 0.5, 10
# What a play can be asked for; more complaints than a few an hour would only take long.
DAYS, MOST_MONTHLY = range(1, 93), 1000
_WHY = {
    NO_COMPANY: T(
        "There is no company in this database yet. Name yours in {name}.", name="DATABASE_URL"
    ),
    OTHER_VERSION: T(
        "This database is of another version. Run {run} first.", run="python -m bot migrate"
    ),
    REFUSED: T(
        "This database holds a sample or a rehearsal. Name your own company's in {name}.",
        name="DATABASE_URL",
    ),
    EMPTY: T("Nobody works in this company yet. Import your people first."),
}


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be played."""

    days: int
    seed: int
    monthly: float | None = None


def planned(days: int, seed: int, monthly: float | None) -> Plan:
    """A plan that can be played. Raises `Refusal`."""
    if days not in DAYS:
        raise Refusal(
            T(
                "{option} must be a number from {least} to {most}. Without it the local chat "
                "opens on the copy.",
                option="--days",
                least=DAYS[0],
                most=DAYS[-1],
            )
        )
    if monthly is not None and not 0 <= monthly <= MOST_MONTHLY:
        raise Refusal(
            T(
                "{option} must be a number from {least} to {most}.",
                option="--complaints",
                least=0,
                most=MOST_MONTHLY,
            )
        )
    return Plan(days, seed, monthly)


def beside(url: str) -> Path:
    """Where the rehearsal of a database lies."""
    if engine_of(url) != SQLITE:
        return Path(NAME)
    path = sqlite_path(url)
    return path.with_name(f"{path.stem}.rehearsal.db")


def settings_of(settings: Settings) -> Settings:
    """The same settings on the copy, without any platform and with files of its own."""
    return settings.alone(f"sqlite:///{beside(settings.database_url)}")


# --- copied ---------------------------------------------------------------------------------------


def copied(settings: Settings) -> Settings:
    """Make the copy anew; give the settings under which it is played. Raises `Refusal`."""
    target, now = beside(settings.database_url), datetime.now(UTC)
    tried = _tried(target)
    try:
        found = copy(settings.database_url, target, now, platform=PLATFORM, unless=SAMPLE)
    except Uncopied as uncopied:
        raise Refusal(_WHY[uncopied.why]) from uncopied
    database = Database(f"sqlite:///{target}")
    try:
        database.write_now(lambda db: _settle_in(db, found, tried, now))
    finally:
        database.close()
    return settings_of(settings)


def opened(settings: Settings, *, keep: bool) -> Running:
    """The local chat on a fresh copy, or where the last one ended. Raises `Refusal`."""
    if not keep:
        return assemble(copied(settings))
    if not beside(settings.database_url).exists():
        raise Refusal(T("There is no rehearsal yet to go on with. Begin one."))
    return assemble(settings_of(settings))


def _settle_in(db: Transaction, found: Copied, tried: dict[str, list[str]], now: datetime) -> None:
    """Everybody can be played; quiet hours that were tried out count on."""
    house.put(db, SAMPLE, value=True)
    house.put(db, PLAYED, [now.isoformat(), now.isoformat()])
    house.put(db, COMPLAINTS, _monthly(found))
    house.put(db, QUIET, _quiet(db))
    for row in people.active(db):
        id_ = known(row.id)
        people.add_account(db, account_of(f"p{id_}", row.name, now, person_id=id_))
        if str(id_) in tried:
            people.set_quiet(db, id_, *tried[str(id_)])
    if not people.administrators(db):
        _administered(db)
    for id_ in sorted(found.writers):
        contact = customers.contact(db, id_)
        if contact:
            people.add_account(db, account_of(f"c{id_}", contact.name, now, contact_id=id_))


def _administered(db: Transaction) -> None:
    """Before going live nobody may have joined as administrator: whoever is at the top plays it."""
    everybody = people.active(db)
    top = next((row for row in everybody if row.superior_id is None), everybody[0])
    people.set_admin(db, known(top.id), admin=True)


def _monthly(found: Copied) -> float:
    """The company's own rate, where enough complaints came lately to tell."""
    if found.lately < FEW or not found.customers:
        return MONTHLY
    return found.lately / (LATELY.days / MONTH) / found.customers


def _quiet(db: Transaction) -> dict[str, list[str]]:
    return {str(row.id): [row.quiet_from, row.quiet_to] for row in people.active(db)}


def _tried(target: Path) -> dict[str, list[str]]:
    """Quiet hours that were set in the rehearsal before, by person."""
    if not target.exists():
        return {}
    database = Database(f"sqlite:///{target}")
    try:
        (before, now), _ = database.write_now(lambda db: (house.get(db, QUIET) or {}, _quiet(db)))
    finally:
        database.close()
    return {id_: hours for id_, hours in now.items() if before.get(id_, hours) != hours}


# --- played ---------------------------------------------------------------------------------------


async def play(settings: Settings, plan: Plan) -> Budget:
    """Play so many days by itself, beginning with the next; `settings` are those of the copy."""
    clock = Played(datetime.now(UTC))
    running = assemble(settings, clock=clock)
    try:
        return await _played(Stage(running.core, clock), plan)
    finally:
        await running.stop()


async def _played(stage: Stage, plan: Plan) -> Budget:
    core, begun = stage.core, stage.clock.at
    first = begun.astimezone(core.house.zone).date() + timedelta(days=1)
    since = datetime.combine(first, time(), core.house.zone)
    before = datetime.combine(first + timedelta(days=plan.days), time(), core.house.zone)
    monthly = await core.database.read(lambda db: often(db, plan))
    await Script(stage, plan.seed, monthly).plan(first, plan.days)
    await stage.play(before)
    await core.database.write(lambda db: _remember(db, since, before, before - begun))
    return await core.database.read(lambda db: _counted(db, core, since, before))


def often(db: Transaction, plan: Plan) -> float:
    """How often a customer complains in a month of this play."""
    return float(house.get(db, COMPLAINTS)) if plan.monthly is None else plan.monthly


def _counted(db: Transaction, core: Core, since: datetime, before: datetime) -> Budget:
    return budget.counted(db, core.house.policy, core.house.zone, since, before)


def _remember(db: Transaction, since: datetime, before: datetime, ahead: timedelta) -> None:
    """Whoever opens the chat afterwards goes on where the play ended."""
    house.put(db, PLAYED, [since.isoformat(), before.isoformat()])
    house.put(db, AHEAD, ahead.total_seconds())


# --- reported -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Look:
    """What of a copy is worth telling: who administers there, and how often customers complain."""

    administrator: str
    monthly: float


def looked(played: Settings, plan: Plan) -> Look:
    """The same, once a copy is made."""
    database = Database(played.database_url)
    try:
        found, _ = database.write_now(lambda db: Look(_at_the_top(db), often(db, plan)))
    finally:
        database.close()
    return found


def _at_the_top(db: Transaction) -> str:
    return people.administrators(db)[0].name


def begun(settings: Settings, plan: Plan) -> str:
    """What is said while it is played."""
    words = T(
        "Playing {n} day on a copy of your company: nothing reaches anybody. It takes a while.",
        "Playing {n} days on a copy of your company: nothing reaches anybody. It takes a while.",
        n=plan.days,
    )
    return _spoken(settings, (words,))


def welcome(running: Running) -> str:
    """What is said of the chat when it opens."""
    house_, database = running.core.house, running.core.database
    name, _ = database.write_now(_at_the_top)
    reader = Reader(house_.language, house_.zone, datetime.now(UTC), house_.catalogues)
    return reader.say(
        T(
            "A copy of your company: nothing reaches anybody. You can be everybody and move the "
            "clock; as {name}, send {command} to see how many messages everybody would get.",
            name=name,
            command="/rehearsal",
        )
    )


def as_json(found: Budget, plan: Plan, look: Look) -> Json:
    """The budget for programs, and to be compared with."""
    return {
        "since": found.since.isoformat(),
        "days": found.days,
        "seed": plan.seed,
        "complaints": look.monthly,
        "kept": found.kept,
        "median": found.median,
        "limits": found.limits.model_dump(),
        "people": [_person(load) for load in found.loads],
        "advice": [hint.text for hint in budget.advice(found)],
    }


def _person(load: Load) -> Json:
    return {
        "person": load.person_id,
        "name": load.name,
        "pushes": load.pushes,
        "median": load.median,
        "most": load.most,
        "silent": load.silent,
        "answers": load.answers,
        "merged": load.merged,
        "in_quiet_hours": load.in_quiet,
        "not_urgent_in_quiet_hours": load.disturbed,
        "kinds": {kind.text: n for kind, n in load.kinds},
        "quiet_kinds": {kind.text: n for kind, n in load.quiet},
    }


def report(settings: Settings, found: Budget, plan: Plan, look: Look) -> str:
    """The budget as a person reads it: the card, then everybody, then what comes next."""
    return _spoken(settings, _sentences(found, plan, look))


def _sentences(found: Budget, plan: Plan, look: Look) -> Iterator[Words]:
    yield budget.title(found)
    yield budget.summary(found)
    yield T(
        "What people do is drawn by chance from seed {seed}; each customer complains {often} times "
        "a month ({option} says otherwise).",
        seed=plan.seed,
        often=f"{look.monthly:.2g}",
        option="--complaints",
    )
    for load in found.loads:
        if load.kinds or load.quiet:
            yield budget.line(load)
            yield budget.made_up_of(load)
    spared = [load.name for load in found.loads if not (load.kinds or load.quiet)]
    if spared:
        yield T(
            "{n} person would not be disturbed at all: {names}",
            "{n} people would not be disturbed at all: {names}",
            n=len(spared),
            names=listed(spared),
        )
    for hint in budget.advice(found):
        yield T("→ {hint}", hint=hint)


def afterwards(settings: Settings, look: Look) -> str:
    """What to do next."""
    return _spoken(
        settings,
        (
            T(
                "Look around in it: {run}. {name} administers it and reads this with {command}.",
                run="python -m bot rehearse --keep",
                name=look.administrator,
                command="/rehearsal",
            ),
            T(
                "Tune quiet hours there, or numbers in your {file}, then play again with the same "
                "seed and {option}.",
                file="POLICY_FILE",
                option="--compare",
            ),
            T(
                "Go live: set a platform's token and start the bot. The rehearsal's database is "
                "not used then; quiet hours that were tuned in it are set anew by each person."
            ),
        ),
    )


def compared(settings: Settings, before: Json, after: Json) -> str:
    """What has changed since the play before, person by person."""
    return _spoken(settings, _differences(before, after))


def _differences(before: Json, after: Json) -> Iterator[Words]:
    if any(before.get(key) != after[key] for key in ("since", "days", "seed", "complaints")):
        yield T(
            "The play before had other days, another seed or other complaints, so chance differs "
            "too."
        )
    was = {person["person"]: person for person in before["people"]}
    shown = ("pushes", "in_quiet_hours")
    changed = [
        now
        for now in after["people"]
        if any(was.get(now["person"], now)[key] != now[key] for key in shown)
    ]
    for person in changed:
        earlier = was[person["person"]]
        yield T(
            "{name}: {before} → {after} messages, in quiet hours {quiet_before} → {quiet_after}",
            name=person["name"],
            before=earlier["pushes"],
            after=person["pushes"],
            quiet_before=earlier["in_quiet_hours"],
            quiet_after=person["in_quiet_hours"],
        )
    if not changed:
        yield T("Nothing has changed for anybody.")


def _spoken(settings: Settings, words: Iterable[Words]) -> str:
    reader = Reader(settings.language, settings.zone, datetime.now(UTC), locale.load())
    return "\n".join(reader.say(one) for one in words)


def kept_report(settings: Settings) -> Path:
    """Where the last play's report lies."""
    return beside(settings.database_url).with_suffix(".json")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a play has shown, in words, and whether the budget is kept."""

    said: str
    kept: bool


async def rehearsed(settings: Settings, plan: Plan, *, compare: bool, machine: bool) -> Outcome:
    """Copy, play, and tell. Raises `Refusal`."""
    path = kept_report(settings)
    if compare and not path.exists():
        raise Refusal(T("There is no play yet to compare with. Rehearse a first time."))
    before = json.loads(path.read_text(encoding="utf-8")) if compare else None
    played = copied(settings)
    look, found = looked(played, plan), await play(played, plan)
    after = as_json(found, plan, look)
    path.write_text(_written(after), encoding="utf-8")
    if machine:
        return Outcome(_written(after), found.kept)
    parts = [
        report(settings, found, plan, look),
        compared(settings, before, after) if before else "",
        afterwards(settings, look),
    ]
    return Outcome("\n\n".join(filter(None, parts)), found.kept)


def _written(told: Json) -> str:
    return json.dumps(told, ensure_ascii=False, indent=1)
