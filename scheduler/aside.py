"""Works out under which grams names are found, in a process beside this one.

It is all computation: in a thread it would keep every other thread from going on, again and again.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Mapping, Sequence

from storage import readings

LONGEST_LINE = 2**24
FEW = 50
Grams = Mapping[str, frozenset[str]]


class Aside:
    """Asks the process beside us, which is started when there is much to ask."""

    def __init__(self) -> None:
        self._process: asyncio.subprocess.Process | None = None
        self._asked = 0

    async def grams(self, names: Sequence[str]) -> Grams:
        """The grams of each name; of a few, they are worked out here."""
        self._asked += len(names)
        if self._asked <= FEW:
            return {name: readings.grams(name) for name in names}
        return await self._answer(names) if names else {}

    async def close(self) -> None:
        """Let the process end."""
        process, self._process, self._asked = self._process, None, 0
        if process is not None and process.stdin is not None:
            process.stdin.close()
            ending = asyncio.ensure_future(process.wait())
            try:
                await asyncio.shield(ending)
            except asyncio.CancelledError:
                await ending  # it is told to end: we leave nothing behind that still runs
                raise

    async def _answer(self, names: Sequence[str]) -> Grams:
        process = self._process or await self._begin()
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(json.dumps(list(names)).encode() + b"\n")
        line = await process.stdout.readline()
        if not line:
            # It was ended from outside: whoever applies the names works it out.
            self._process = None
            return {}
        return {name: frozenset(found) for name, found in zip(names, json.loads(line), strict=True)}

    async def _begin(self) -> asyncio.subprocess.Process:
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-c",
            "from scheduler.aside import answer; answer()",
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            limit=LONGEST_LINE,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)},
        )
        return self._process


def answer() -> None:
    """Answer each line of names with a line of grams, behind everything else that wants to run."""
    os.nice(5)
    for line in sys.stdin:
        found = [sorted(readings.grams(name)) for name in json.loads(line)]
        sys.stdout.write(json.dumps(found) + "\n")
        sys.stdout.flush()
