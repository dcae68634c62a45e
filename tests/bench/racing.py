"""Times contenders side by side: interleaved rounds, each contender in a process of its own."""

from __future__ import annotations

import json
import os
import signal
import statistics
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.bench.rows import BUILD, ROOT, Scale

PATIENCE_S = 20


class Unmeasured(Exception):
    """A contender could not be timed; the words say why."""


@dataclass(frozen=True, slots=True)
class Contender:
    """What is timed: `module:name` of an async context manager, and its arguments.

    `python` and `folder` say with which installation and from which checkout.
    """

    what: str
    arguments: tuple[str, ...] = ()
    python: Path = Path(sys.executable)
    folder: Path = ROOT

    @contextmanager
    def ready(self) -> Iterator[Timer]:
        """Start it, and stop it afterwards whatever happens."""
        BUILD.mkdir(exist_ok=True)
        log = BUILD / "bench.log"
        with log.open("a", encoding="utf-8") as errors:
            process = subprocess.Popen(
                [str(self.python), "-m", "tests.bench.child", self.what, *self.arguments],
                cwd=self.folder,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
                start_new_session=True,
            )
        try:
            yield Timer(self, process)
        finally:
            _end(process)


@dataclass(frozen=True, slots=True)
class Timer:
    """A contender that waits for its next round."""

    contender: Contender
    process: subprocess.Popen[str]

    def round(self) -> Any:  # noqa: ANN401 -- a number, or whatever else the contender counts
        """Its figure of one round. Raises `Unmeasured`."""
        self.ask()
        return self.answer()

    def ask(self) -> None:
        """Begin a round."""
        assert self.process.stdin
        try:
            self.process.stdin.write("\n")
            self.process.stdin.flush()
        except BrokenPipeError as error:
            raise Unmeasured(self._ended()) from error

    def answer(self) -> Any:  # noqa: ANN401
        """What came of it."""
        assert self.process.stdout
        line = self.process.stdout.readline()
        if not line:
            raise Unmeasured(self._ended())
        return json.loads(line)

    def _ended(self) -> str:
        return f"{self.contender.what} ended by itself; build/bench.log says why"


def _end(process: subprocess.Popen[str]) -> None:
    """No more rounds: it stops by itself, or is stopped with all that it has started."""
    assert process.stdin
    assert process.stdout
    with suppress(BrokenPipeError):
        process.stdin.close()
    try:
        process.wait(PATIENCE_S)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    process.stdout.close()


@dataclass
class Race:
    """The figures of each contender, round by round; those that dropped out say why."""

    figures: dict[str, list[float]] = field(default_factory=dict)
    out: dict[str, str] = field(default_factory=dict)

    def median(self, name: str) -> float | None:
        """A contender's own figure; None where it has none."""
        figures = self.figures.get(name)
        return statistics.median(figures) if figures else None

    def ratio(self, above: str, below: str) -> float | None:
        """How one stands to the other: the median of the rounds' ratios."""
        pairs = zip(self.figures.get(above, ()), self.figures.get(below, ()), strict=False)
        ratios = [one / other for one, other in pairs]
        return statistics.median(ratios) if ratios else None


def race(contenders: Mapping[str, Contender], scale: Scale) -> Race:
    """One round to warm up, then `scale.rounds` in which all have their turn, back and forth."""
    found = Race()
    with ExitStack() as held:
        timers = {name: held.enter_context(one.ready()) for name, one in contenders.items()}
        for number in range(scale.rounds + 1):
            order: Sequence[str] = list(timers)
            for name in reversed(order) if number % 2 else order:
                _turn(found, timers, name, counts=number > 0)
    return found


def race_of_tables(contender: Contender, scale: Scale) -> dict[str, float]:
    """The medians of a contender that measures several things in each round."""
    with contender.ready() as timer:
        timer.round()
        found = [timer.round() for _ in range(scale.rounds)]
    return {name: statistics.median(one[name] for one in found) for name in found[0]}


def race_tables(contenders: Mapping[str, Contender], scale: Scale) -> dict[str, Race]:
    """The same for contenders that measure several things in each round: a race for each thing."""
    races: dict[str, Race] = {}
    with ExitStack() as held:
        timers = {name: held.enter_context(one.ready()) for name, one in contenders.items()}
        for number in range(scale.rounds + 1):
            order: Sequence[str] = list(timers)
            for name in reversed(order) if number % 2 else order:
                for thing, figure in timers[name].round().items():
                    if number:
                        here = races.setdefault(thing, Race())
                        here.figures.setdefault(name, []).append(figure)
    return races


def _turn(found: Race, timers: dict[str, Timer], name: str, *, counts: bool) -> None:
    try:
        figure = timers[name].round()
    except Unmeasured as why:
        del timers[name]
        found.figures.pop(name, None)
        found.out[name] = str(why)
        return
    if counts:
        found.figures.setdefault(name, []).append(figure)
