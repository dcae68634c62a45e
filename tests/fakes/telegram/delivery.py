"""What goes to the bot: updates kept until confirmed, fetched by polls or pushed to a webhook."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit

from tests.fakes.telegram.arguments import Arguments
from tests.fakes.telegram.posts import SECRET_HEADER, Posts
from tests.fakes.telegram.values import Answer, Json, TelegramRefusal, Update, bad
from tests.fakes.telegram.world import World

FIRST_ID = 700_001
KEPT_FOR = timedelta(hours=24)
MOST_AT_ONCE = 100
MOST_RETRIES = 5
PORTS = {443, 80, 88, 8443}
ON_REQUEST = frozenset({"chat_member", "message_reaction", "message_reaction_count"})
_SECRET = re.compile(r"[A-Za-z0-9_-]{0,256}")


def conflict(words: str) -> TelegramRefusal:
    return TelegramRefusal(409, f"Conflict: {words}")


@dataclass(frozen=True, slots=True)
class Hook:
    """The webhook in force. Without a path of its own it has the path of the posts."""

    url: str
    secret: str
    path: str = ""
    connections: int = 40


class Updates:
    """`pending` are those not confirmed yet; under a webhook, those not acknowledged."""

    def __init__(self, world: World) -> None:
        self.retries = False
        self.next_id = FIRST_ID
        self.pending: list[Update] = []
        self.log: list[Update] = []
        self.answers: list[Answer] = []
        self.confirmed = 0
        self.posts: Posts | None = None
        self.hook: Hook | None = None
        self._world = world
        self._allowed: frozenset[str] = frozenset()
        self._poller: object | None = None
        self._interrupted: dict[object, str] = {}
        self._in_flight = 0
        self._tasks: set[asyncio.Task[None]] = set()
        self._closed = False

    # --- what happens ----------------------------------------------------------------------------

    async def happens(self, kind: str, content: Json, redeliver: int = 0) -> Update | None:
        """Tell the bot of something, unless it did not subscribe to that."""
        wanted = kind in self._allowed if self._allowed else kind not in ON_REQUEST
        if not wanted:
            return None
        told = {"update_id": self.next_id, kind: content}
        return await self.raw(json.dumps(told, ensure_ascii=False), redeliver)

    async def raw(self, text: str, redeliver: int = 0) -> Update:
        update = Update(self.next_id, text, self._world.clock())
        self.next_id += 1
        self.log.append(update)
        await self.deliver(update, redeliver)
        return update

    async def deliver(self, update: Update, redeliver: int = 0) -> None:
        """Hand over an update, new or one delivered before, and then so many times again."""
        polled = self.posts is None or self.hook is None
        self.pending += [update] * (1 + redeliver if polled else 1)
        self._world.changed.ring()
        if not polled:
            await self._push(update)
            for _ in range(redeliver):
                await self._post(update)

    # --- polling ---------------------------------------------------------------------------------

    async def poll(self, args: Arguments) -> str:
        """getUpdates: the result as JSON text, since what is poisoned is passed on as it is."""
        if self.hook is not None:
            raise conflict(
                "can't use getUpdates method while webhook is active; use deleteWebhook to delete"
                " the webhook first"
            )
        self._subscribe(args)
        self._confirm(args.whole("offset") or 0)
        me = object()
        self._interrupt(
            "terminated by other getUpdates request; make sure that only one bot instance is"
            " running"
        )
        self._poller = me
        self._world.changed.ring()
        try:
            await self._wait(me, args.whole("timeout") or 0)
        finally:
            words = self._interrupted.pop(me, "")
            if self._poller is me:
                self._poller = None
                self._world.changed.ring()
        if words:
            raise conflict(words)
        limit = min(max(args.whole("limit") or MOST_AT_ONCE, 1), MOST_AT_ONCE)
        return "[" + ",".join(update.raw for update in self.pending[:limit]) + "]"

    async def _wait(self, me: object, seconds: int) -> None:
        """Until there is something, time is up, or somebody else has begun to fetch."""

        def over() -> bool:
            return bool(self.pending) or self._poller is not me or self._closed

        if seconds:
            with suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await self._world.changed.until(over)

    @property
    def polled(self) -> bool:
        """Whether a poll waits just now."""
        return self._poller is not None

    def _interrupt(self, words: str) -> None:
        """End the poll that waits, if one does."""
        if self._poller is not None:
            self._interrupted[self._poller] = words
            self._poller = None
            self._world.changed.ring()

    def release_polls(self) -> None:
        """Let the waiting poll end with nothing, as when its time is up."""
        self._poller = None
        self._world.changed.ring()

    def _subscribe(self, args: Arguments) -> None:
        """What the bot wants to hear from now on; not saying keeps what it said before."""
        if (kinds := args.rows("allowed_updates")) is not None:
            self._allowed = frozenset(map(str, kinds))

    def _confirm(self, offset: int) -> None:
        before = len(self.pending)
        if offset > 0:
            self.pending = [update for update in self.pending if update.id >= offset]
        elif offset < 0:
            self.pending = self.pending[offset:]
        self.confirmed += before - len(self.pending)
        oldest = self._world.clock() - KEPT_FOR
        self.pending = [update for update in self.pending if update.at >= oldest]
        self._world.changed.ring()

    # --- the webhook -----------------------------------------------------------------------------

    def set_webhook(self, args: Arguments) -> bool:
        url, secret = args.words("url"), args.words("secret_token")
        if not url:
            return self.delete_webhook(args)
        parts = urlsplit(url)
        if parts.scheme != "https" or not parts.hostname:
            raise bad("bad webhook: An HTTPS URL must be provided for webhook")
        if (parts.port or 443) not in PORTS:
            raise bad("bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443")
        if not _SECRET.fullmatch(secret):
            raise bad("secret token contains unallowed characters")
        if not 1 <= (args.whole("max_connections") or 40) <= MOST_AT_ONCE:
            raise bad("max_connections must be between 1 and 100")
        self._subscribe(args)
        self._forget(args)
        self._interrupt("terminated by setWebhook request")
        self.hook = Hook(url, secret, parts.path, args.whole("max_connections") or 40)
        self._push_pending()
        return True

    def delete_webhook(self, args: Arguments) -> bool:
        self._forget(args)
        self.hook = None
        return True

    def webhook_info(self) -> Json:
        failed = next((a for a in reversed(self.answers) if not a.acknowledged), None)
        info: Json = {
            "url": self.hook.url if self.hook else "",
            "has_custom_certificate": False,
            "pending_update_count": len(self.pending),
        }
        if self.hook:
            info["max_connections"] = self.hook.connections
        if self._allowed:
            info["allowed_updates"] = sorted(self._allowed)
        if self.hook and failed:
            said = failed.reason or f"Wrong response from the webhook: {failed.status}"
            info["last_error_date"] = int(self._world.clock().timestamp())
            info["last_error_message"] = said
        return info

    def _forget(self, args: Arguments) -> None:
        if args.flag("drop_pending_updates"):
            self.pending = []
            self._world.changed.ring()

    def _push_pending(self) -> None:
        if self.posts is not None and self.pending:
            task = asyncio.create_task(self.push_again())
            self._tasks.add(task)
            task.add_done_callback(self._pushed)

    def _pushed(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        self._world.changed.ring()

    async def push_again(self) -> None:
        """Push once more what the webhook has not acknowledged."""
        for update in list(self.pending):
            await self._push(update)

    async def _push(self, update: Update) -> None:
        for _ in range(1 + (MOST_RETRIES if self.retries else 0)):
            if (await self._post(update)).acknowledged:
                self.pending = [waiting for waiting in self.pending if waiting is not update]
                self.confirmed += 1
                break
        self._world.changed.ring()

    async def _post(self, update: Update) -> Answer:
        if self.posts is None or self.hook is None:
            return Answer(0, reason="no webhook")
        headers = {SECRET_HEADER: self.hook.secret} if self.hook.secret else {}
        self._in_flight += 1
        try:
            answer = await self.posts.post(update.raw.encode(), headers, self.hook.path)
        finally:
            self._in_flight -= 1
            self._world.changed.ring()
        self.answers.append(answer)
        return answer

    # --- waiting ---------------------------------------------------------------------------------

    async def settled(self, confirmed: int | None) -> None:
        if confirmed is not None:
            await self._world.changed.until(lambda: self.confirmed >= confirmed)
        else:
            await self._world.changed.until(self._quiet)

    def _quiet(self) -> bool:
        pushed = self.hook is not None and self.posts is not None
        return not self._in_flight and not self._tasks if pushed else not self.pending

    def waiting(self) -> Sequence[str]:
        return [update.raw for update in self.pending]

    async def close(self) -> None:
        self._closed = True
        self._world.changed.ring()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
