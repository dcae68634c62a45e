"""Takes updates through the door, each once, and answers the presses among them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Protocol, TypeVar, assert_never

import structlog
from telegram import Bot
from telegram.error import TelegramError

from bot.abilities import Witness
from bot.pages import Page, Say
from bot.platform import Address, Landed, Open, Parcel, Reply, Request, Show, Silent, Toast, Wrong
from bot.telegram import draw, events, hear
from bot.telegram.api import MISSHAPEN, Delivery
from bot.telegram.hear import PLATFORM, Heard, Me, Unreadable
from commands.kit.errors import Undeliverable
from storage.database import Gone

V = TypeVar("V")
log = structlog.get_logger(PLATFORM)

AT_ONCE = 8


class Posts(Protocol):
    """Where a page goes that could not be an answer."""

    async def send(self, parcel: Parcel) -> Landed:
        """Post a page."""


async def outcome(work: Awaitable[V]) -> V | BaseException:
    """What a piece of work gives, or how it failed: for places that must go on in any case."""
    (result,) = await asyncio.gather(work, return_exceptions=True)
    return result


class Intake:
    """Hands updates to the gate: in order within a chat, several chats side by side."""

    def __init__(self, bot: Bot, gate: Witness, posts: Posts, now: Callable[[], datetime]) -> None:
        self._bot = bot
        self._gate = gate
        self._posts = posts
        self._now = now
        self.me: Me | None = None
        self._free = asyncio.Semaphore(AT_ONCE)
        self._tasks: set[asyncio.Task[bool]] = set()

    async def introduce(self) -> None:
        """Ask Telegram who we are; without our name no message of a group can be read."""
        user = await self._bot.get_me()
        self.me = Me(str(user.id), user.username or "")

    async def take(self, deliveries: Sequence[Delivery]) -> bool:
        """Commit each update or set it aside. False: not all were kept, they must come again."""
        lanes: dict[str, list[Delivery]] = {}
        for delivery in deliveries:
            lanes.setdefault(hear.lane(delivery.raw), []).append(delivery)
        tasks = [asyncio.create_task(self._through(lane)) for lane in lanes.values()]
        self._tasks.update(tasks)
        # Unlike gather this leaves the tasks alone when we are cancelled: what began is finished.
        await asyncio.wait(tasks)
        self._tasks.difference_update(tasks)
        return not [task for task in tasks if not _kept(task)]

    async def finish(self) -> None:
        """Let what has begun end."""
        if self._tasks:
            await asyncio.wait(self._tasks)

    # --- one update ------------------------------------------------------------------------------

    async def _through(self, lane: list[Delivery]) -> bool:
        async with self._free:
            for delivery in lane:
                if not await self._one(delivery):
                    return False
        return True

    async def _one(self, delivery: Delivery) -> bool:
        """Whether an update is kept, as a deed or aside: a bug must not stop those behind it."""
        failure = await outcome(self._handle(delivery))
        if isinstance(failure, Gone):
            log.warning("not_kept", reason=str(failure))
            return False
        if failure is not None:
            log.error("update_failed", exc_info=failure)
            reason = f"failed: {type(failure).__name__}"
            await self._gate.set_aside(PLATFORM, delivery.body, reason)
        return True

    async def _handle(self, delivery: Delivery) -> None:
        assert self.me is not None
        try:
            happened = events.event(delivery.raw, self.me)
            if happened:
                await self._gate.happened(happened)
                return
            heard = hear.read(delivery, self.me, self._now())
        except Unreadable as unreadable:
            await self._gate.set_aside(PLATFORM, delivery.body, str(unreadable))
            return
        reply = await self._gate.handle(heard.request) if heard.request else Silent()
        await self._answer(heard, reply)

    # --- the answer ------------------------------------------------------------------------------

    async def _answer(self, heard: Heard, reply: Reply) -> None:
        """Give the answer, which may be lost. A press is always answered, or its button spins."""
        toast = reply if isinstance(reply, Toast) and heard.press else None
        if heard.press:
            await self._answer_press(heard.press, toast)
        if heard.request and not toast:
            await self._show(heard.request, reply)

    async def _answer_press(self, press: str, toast: Toast | None) -> None:
        text = draw.toast(toast.text) if toast else None
        alert = toast.alert if toast else None
        try:
            await self._bot.answer_callback_query(press, text, show_alert=alert)
        except (TelegramError, *MISSHAPEN) as error:
            # Most often "query is too old": the person has long looked away.
            log.info("press_unanswered", reason=str(error))

    async def _show(self, request: Request, reply: Reply) -> None:
        match reply:
            case Silent():
                return
            case Toast():
                await self._post(request, Page("", (Say(reply.text),)))
            case Show():
                await self._post(request, reply.page)
            case Open() | Wrong():
                log.error("form_without_a_place", reply=type(reply).__name__)
            case _:
                assert_never(reply)

    async def _post(self, request: Request, page: Page) -> None:
        """For this person only, hence in the direct chat."""
        address = Address(PLATFORM, request.address.workspace, request.user)
        try:
            await self._posts.send(Parcel(address, page, request.key))
        except Undeliverable as error:
            log.info("answer_lost", reason=error.reason)


def _kept(task: asyncio.Task[bool]) -> bool:
    """Whether a lane went through; setting aside may have failed too."""
    error = task.exception()
    if error is None:
        return task.result()
    log.error("not_set_aside", exc_info=error)
    return False
