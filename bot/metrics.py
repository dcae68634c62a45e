"""Measures the bot for Prometheus: what happened since it started, and how much waits now."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from importlib.metadata import PackageNotFoundError, version
from typing import Protocol

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Info
from prometheus_client.exposition import generate_latest

from scheduler.tally import Tally
from storage import counts, letters, timers
from storage.counts import Counts
from storage.database import Database, Gone

FRESH_S = 5.0
OTHER = "other"
OUTCOMES = ("answered", "repeated", "refused", "failed", "set_aside", "gone")
LETTERS = (
    letters.WAITING,
    letters.SENDING,
    letters.SENT,
    letters.UNCLEAR,
    letters.DEAD,
    letters.DROPPED,
    letters.REPLACED,
)
TIMERS = (timers.FIRED, timers.FAILED)
QUICK = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5)
SLOW = (0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800, 3600, 21600)


class Clock(Protocol):
    """The company's clock and the machine's."""

    def now(self) -> datetime:
        """The company's."""

    def machine(self) -> datetime:
        """The machine's."""


class Metrics(Tally):
    """Every metric there is, in a registry of its own; labels take few values and name nobody."""

    def __init__(self, platforms: tuple[str, ...], pulses: Mapping[str, Pulse]) -> None:
        self.registry = CollectorRegistry()
        self._platforms = platforms
        self._pulses = pulses
        self._tell_build()
        self._since_start()
        self._now()

    def _tell_build(self) -> None:
        build = Info("headwater_build", "Which version runs.", registry=self.registry)
        build.info({"version": _version()})

    def _since_start(self) -> None:
        into = self.registry
        self._requests = Counter(
            "headwater_requests",
            "Requests that came through the door, by platform and how they ended.",
            ("platform", "outcome"),
            registry=into,
        )
        self._door = Histogram(
            "headwater_door_seconds",
            "From hearing a request to its commit, in seconds.",
            ("platform",),
            buckets=QUICK,
            registry=into,
        )
        self._sent = Counter(
            "headwater_letters_ended", "Letters ended, by state.", ("state",), registry=into
        )
        self._delivery = Histogram(
            "headwater_delivery_seconds",
            "From when a letter might first go until it was sent, in seconds.",
            buckets=SLOW,
            registry=into,
        )
        self._fired = Counter(
            "headwater_timers_ended", "Timers ended, by state.", ("state",), registry=into
        )
        self._late = Histogram(
            "headwater_timer_late_seconds",
            "How long after its moment a timer fired, in seconds.",
            buckets=SLOW,
            registry=into,
        )
        self._write_wait = Histogram(
            "headwater_write_wait_seconds",
            "How long a write waited for its turn at the database, in seconds.",
            buckets=QUICK,
            registry=into,
        )

    def _now(self) -> None:
        gauge = self._gauge
        self._letters = Gauge(
            "headwater_letters", "Letters, by state.", ("state",), registry=self.registry
        )
        self._heard = Gauge(
            "headwater_heard_timestamp_seconds",
            "When a platform last answered this process's listening, in seconds since 1970.",
            ("platform",),
            registry=self.registry,
        )
        self._oldest = gauge(
            "oldest_letter_seconds", "How long the oldest letter that may go waits."
        )
        self._lost = gauge("letters_lost", "Letters given up on, or unclear.")
        self._timers = gauge("timers_waiting", "Timers whose moment has not come, or is overdue.")
        self._overdue = gauge("timer_overdue_seconds", "How long the earliest timer is overdue.")
        self._failed = gauge("timers_failed", "Timers given up on.")
        self._open = gauge("dues_open", "Duties that are open.")
        self._missed = gauge("dues_missed", "Duties that were missed and are still owed.")
        self._aside = gauge("set_aside", "Messages that could not be handled and were kept.")
        self._files = gauge("files_wanted", "Files whose bytes are still to be fetched.")
        self._drafts = gauge("drafts_open", "Forms and questions begun and not finished.")
        self._up = gauge("database_up", "1 when the database answered this look, else 0.")

    def _gauge(self, name: str, words: str) -> Gauge:
        return Gauge(f"headwater_{name}", words, registry=self.registry)

    # --- what is told (scheduler.tally.Tally) -----------------------------------------------------

    def heard(self, platform: str, outcome: str, seconds: float) -> None:
        """A request went through the door."""
        name = _one_of(self._platforms, platform)
        self._requests.labels(name, _one_of(OUTCOMES, outcome)).inc()
        self._door.labels(name).observe(seconds)

    def sent(self, state: str, after: timedelta) -> None:
        """A letter ended."""
        self._sent.labels(_one_of(LETTERS, state)).inc()
        if state == letters.SENT:
            self._delivery.observe(max(after.total_seconds(), 0))

    def fired(self, state: str, late: timedelta) -> None:
        """A timer ended."""
        self._fired.labels(_one_of(TIMERS, state)).inc()
        if state == timers.FIRED:
            self._late.observe(max(late.total_seconds(), 0))

    def waited(self, seconds: float) -> None:
        """A write waited for its turn."""
        self._write_wait.observe(seconds)

    # --- what waits now ---------------------------------------------------------------------------

    def counted(self, found: Counts, now: datetime) -> None:
        """What one look into the database found."""
        for state in LETTERS:
            self._letters.labels(state).set(found.letters.get(state, 0))
        self._oldest.set(_seconds_since(found.oldest_letter, now))
        self._lost.set(sum(found.letters.get(s, 0) for s in (letters.DEAD, letters.UNCLEAR)))
        self._timers.set(found.timers_waiting)
        self._overdue.set(_seconds_since(found.next_timer, now))
        self._failed.set(found.timers_failed)
        self._open.set(found.dues_open)
        self._missed.set(found.dues_missed)
        self._aside.set(found.set_aside)
        self._files.set(found.files_wanted)
        self._drafts.set(found.drafts_open)

    def up(self, *, up: bool) -> None:
        """Whether the database answers."""
        self._up.set(up)

    def page(self) -> bytes:
        """Everything, as Prometheus reads it."""
        for platform, pulse in self._pulses.items():
            at = pulse()
            if at is not None:
                self._heard.labels(_one_of(self._platforms, platform)).set(at.timestamp())
        return generate_latest(self.registry)


Pulse = Callable[[], datetime | None]


class Reading:
    """Looks into the database for a page, though not more often than every few seconds."""

    def __init__(self, metrics: Metrics, database: Database, clock: Clock) -> None:
        self._metrics = metrics
        self._database = database
        self._clock = clock
        self._looked = -FRESH_S

    async def page(self) -> bytes:
        """The page, with what waits now."""
        if time.monotonic() - self._looked >= FRESH_S:
            self._looked = time.monotonic()
            await self._look()
        return self._metrics.page()

    async def _look(self) -> None:
        now = self._clock.now()
        try:
            found = await self._database.read(lambda db: counts.look(db, now))
        except Gone:
            self._metrics.up(up=False)
        else:
            self._metrics.counted(found, now)
            self._metrics.up(up=True)


def _one_of(known: tuple[str, ...], said: str) -> str:
    """The value if it is a known one: a label must not grow with what people send."""
    return said if said in known else OTHER


def _seconds_since(at: datetime | None, now: datetime) -> float:
    return max((now - at).total_seconds(), 0) if at else 0


def _version() -> str:
    try:
        return version("headwater")
    except PackageNotFoundError:
        return "source"
