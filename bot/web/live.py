"""Tells open pages that something has changed; they ask for what."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator

BEAT_S = 15.0
RETRY = "retry: 1000\n\n"


class Live:
    """A bell that every open page listens to. Pages are told that it rang, never what for."""

    def __init__(self, beat: float = BEAT_S) -> None:
        self._beat = beat
        self._rung = 0
        self._bell = asyncio.Event()
        self._open = True

    def ring(self) -> None:
        """Something has changed."""
        self._rung += 1
        bell, self._bell = self._bell, asyncio.Event()
        bell.set()

    def stop(self) -> None:
        """End every stream, so that the server can stop."""
        self._open = False
        self.ring()

    async def stream(self) -> AsyncGenerator[str, None]:
        """Server-sent events: one at once, one whenever the bell rings, a heartbeat in between."""
        yield RETRY
        heard = -1
        while self._open:
            bell = self._bell
            if heard != self._rung:
                heard = self._rung
                yield f"data: {heard}\n\n"
            elif not await _rings(bell, self._beat):
                yield ": still here\n\n"


async def _rings(bell: asyncio.Event, within: float) -> bool:
    waiting = asyncio.ensure_future(bell.wait())
    try:
        done, _ = await asyncio.wait({waiting}, timeout=within)
    finally:
        waiting.cancel()
    return bool(done)
