"""Waiting for something to come about, without looking at the clock again and again."""

from __future__ import annotations

import asyncio
from collections.abc import Callable


class Signal:
    """Whoever waits looks anew each time it rings."""

    def __init__(self) -> None:
        self._rung = asyncio.Event()

    def ring(self) -> None:
        rung, self._rung = self._rung, asyncio.Event()
        rung.set()

    async def until(self, comes_about: Callable[[], object]) -> None:
        while not comes_about():
            await self._rung.wait()
