"""Lets whoever waits for an answer go first: long work gives way here between its pieces.

Threads of one process compute in turn, so a table that is worked off would make every statement of
a request wait for its own turn.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event

# However many ask, a table is finished some day: so long, in seconds, a piece of it waits at most.
LONGEST = 0.5


class Courtesy:
    """Knows whether this process is answering somebody just now.

    `rest` is how long work pauses after each piece for other processes' sake, as a share of it.
    """

    def __init__(self, rest: float = 0.0) -> None:
        self._rest = rest
        self._answering = 0
        self._free = Event()
        self._free.set()

    @contextmanager
    def answering(self) -> Iterator[None]:
        """While a request is being answered; on the event loop."""
        self._answering += 1
        self._free.clear()
        try:
            yield
        finally:
            self._answering -= 1
            if not self._answering:
                self._free.set()

    async def give_way(self) -> None:
        """Wait until nobody waits for an answer, or long enough."""
        if not self._free.is_set():
            await asyncio.to_thread(self.give_way_here)

    def give_way_here(self) -> None:
        """The same in a thread of its own."""
        self._free.wait(LONGEST)

    async def rest(self, took: float) -> None:
        """Pause after a piece that took so many seconds."""
        if self._rest:
            await asyncio.sleep(took * self._rest)
