"""Lifts a platform's limits, which would otherwise be all that a bench of sending shows."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

from bot.platform import Address, Landed, Parcel, Platform
from scheduler.sending import Rate

Send = Callable[[Parcel], Awaitable[Landed]]


class Unlimited:
    """A platform's voice with its limits a million times as wide; it counts what was sent.

    Every row that paces is still read and written. `send` may take the place of the network.
    """

    def __init__(self, platform: Platform, send: Send | None = None) -> None:
        self._send, self._rates = send or platform.send, platform.rates
        platform.send, platform.rates = self.send, self.rates  # type: ignore[method-assign]
        self._count = 0
        self._grown = asyncio.Event()

    async def send(self, parcel: Parcel) -> Landed:
        """Send it."""
        landed = await self._send(parcel)
        self._count += 1
        self._grown.set()
        return landed

    def rates(self, address: Address) -> tuple[Rate, ...]:
        """The same destinations."""
        return tuple(replace(rate, many=rate.many * 1_000_000) for rate in self._rates(address))

    async def more(self, many: int) -> None:
        """Wait until so many more have been sent."""
        while self._count < many:
            self._grown.clear()
            await self._grown.wait()
        self._count -= many
