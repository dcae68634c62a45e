"""A chat has another number: what is remembered of it follows, and its limits with it."""

from __future__ import annotations

from dataclasses import replace
from typing import Protocol

import structlog

from scheduler.sending import Rate, Where
from storage import moving, pacing
from storage.database import Transaction

log = structlog.get_logger("moving")


class Limits(Protocol):
    """Who knows the limits of an address."""

    def rates(self, where: Where) -> tuple[Rate, ...]:
        """The limits that a message to this chat counts against."""


def moved(db: Transaction, limits: Limits, where: Where, chat: str) -> bool:
    """Everything of a chat is at its new number; False when that was so before."""
    done = moving.move(db, where.platform, where.workspace, where.chat, chat)
    fresh = limits.rates(replace(where, chat=chat))
    for old, new in zip(limits.rates(where), fresh, strict=True):
        pacing.move(db, old.destination, new.destination)
    if done:
        log.info("chat_moved", platform=where.platform)
    return done
