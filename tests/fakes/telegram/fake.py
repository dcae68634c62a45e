"""The fake Telegram: a bot with its people and groups, served on loopback, scripted by tests."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.fakes.telegram.delivery import Hook, Updates
from tests.fakes.telegram.faults import Fault
from tests.fakes.telegram.people import Person
from tests.fakes.telegram.posts import SECRET_HEADER, AsgiApp, Posts
from tests.fakes.telegram.reading import Live, buttons, live_links, plain
from tests.fakes.telegram.server import DOWNLOAD, Server
from tests.fakes.telegram.values import (
    Answer,
    Call,
    Chat,
    ChatType,
    Json,
    Message,
    Refused,
    Update,
    User,
    utc_now,
)
from tests.fakes.telegram.world import ChatRef, World

PATH = "/telegram"
PATIENCE = 10.0


class FakeTelegram:
    """`clock` dates messages, presses and updates; `machine_clock` calls and the pace.

    Updates wait to be fetched until `webhook()` names where to post them and a secret was given
    there or by the bot's own setWebhook.
    """

    def __init__(
        self,
        token: str = "123456:fake-token",
        *,
        clock: Callable[[], datetime] = utc_now,
        machine_clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self.token = token
        self.world = World(token, clock, machine_clock)
        self.updates = Updates(self.world)
        self._server = Server(self.world, self.updates)
        self._posts: list[Posts] = []

    async def __aenter__(self) -> Self:
        await self._server.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.updates.close()
        for posts in self._posts:
            await posts.close()
        await self._server.stop()

    @property
    def api_url(self) -> str:
        """For Bot(base_url=f"{api_url}/bot", base_file_url=f"{api_url}/file/bot")."""
        return self._server.base_url

    @property
    def me(self) -> User:
        return self.world.me

    @property
    def calls(self) -> list[Call]:
        return self.world.calls

    @property
    def refused(self) -> list[Refused]:
        """Calls this fake's own rules refused, ordered faults apart."""
        return self.world.refused

    @property
    def answers(self) -> list[Answer]:
        """What the webhook answered, in order; forgeries apart."""
        return self.updates.answers

    @property
    def pending(self) -> list[Update]:
        """Updates not confirmed by a poll, or not acknowledged by the webhook."""
        return self.updates.pending

    @property
    def enforce_pace(self) -> bool:
        return self._server.pace.enforced

    @enforce_pace.setter
    def enforce_pace(self, on: bool) -> None:
        self._server.pace.enforced = on

    @property
    def retries(self) -> bool:
        return self.updates.retries

    @retries.setter
    def retries(self, on: bool) -> None:
        self.updates.retries = on

    @property
    def reads_all(self) -> bool:
        """Whether the bot's privacy mode is off."""
        return self.world.reads_all

    @reads_all.setter
    def reads_all(self, on: bool) -> None:
        self.world.reads_all = on

    # --- people and places -----------------------------------------------------------------------

    def user(
        self,
        user_id: int,
        name: str = "",
        language_code: str | None = None,
        *,
        username: str = "",
        started: bool = False,
    ) -> Person:
        """A person, made when first named; `started`: has written to the bot before."""
        user = self.world.users.get(user_id)
        if user is None:
            made = User(user_id, name or f"User {user_id}", username, language_code)
            user = self.world.add_user(made)
        user.started = user.started or started
        return Person(self.world, self.updates, user)

    def group(
        self,
        chat_id: int,
        title: str,
        *members: int,
        kind: ChatType = "supergroup",
        forum: bool = False,
        bot_rights: set[str] | None = None,
        admins: set[int] | None = None,
    ) -> Chat:
        """A group with the bot in it, as administrator where it has rights (a set, even empty)."""
        chat = Chat(chat_id, kind, title, members=set(members), is_forum=forum)
        chat.admins, chat.bot_rights = admins or set(), bot_rights or set()
        chat.bot = "member" if bot_rights is None else "administrator"
        return self.world.add_chat(chat)

    async def migrates(self, ref: ChatRef, new_id: int) -> Chat:
        """A plain group becomes a supergroup, under a new id; both sides of it are told."""
        old = self.world.chat(ref)
        new = Chat(new_id, "supergroup", old.title, members=old.members, admins=old.admins)
        new.bot, new.bot_rights = old.bot, old.bot_rights
        self.world.add_chat(new)
        old.migrated_to = new_id
        await self._serves(old, {"migrate_to_chat_id": new_id})
        await self._serves(new, {"migrate_from_chat_id": old.id})
        return new

    async def _serves(self, chat: Chat, service: Json) -> None:
        sender = self.world.users[min(chat.members)] if chat.members else self.me
        number = self.world.next_message_id(chat)
        message = Message(chat, number, sender, self.world.now(), service=service)
        await self.updates.happens("message", self.world.keep(message).as_json())

    # --- what was said ---------------------------------------------------------------------------

    def messages(self, chat: ChatRef) -> list[Message]:
        """Messages still there, oldest first."""
        return [m for m in self.world.chat(chat).messages.values() if not m.deleted]

    def last(self, chat: ChatRef) -> Message:
        return self.messages(chat)[-1]

    def sent(self, method: str) -> list[Json]:
        """The payloads of the calls of this method, refused and failed ones too."""
        return [call.payload for call in self.calls if call.method == method]

    def dump_calls(self, path: Path) -> None:
        """Writes what the payload checker reads."""
        api = [call for call in self.calls if call.method != DOWNLOAD]
        listed = [{"method": call.method, "payload": call.payload} for call in api]
        path.write_text(json.dumps(listed, ensure_ascii=False, indent=1), encoding="utf-8")

    def plain(self, message: Message) -> str:
        return plain(message)

    def buttons(self, message: Message) -> list[tuple[str, str]]:
        return buttons(message)

    def live_links(self, message: Message) -> list[Live]:
        return live_links(message)

    # --- towards the bot -------------------------------------------------------------------------

    def webhook(self, target: str | AsgiApp, path: str = PATH, secret: str | None = None) -> None:
        """Post updates to this base address or ASGI application, once a webhook is set.

        A secret sets it at once, as if by an earlier run of the bot; otherwise the bot's setWebhook
        does, whose address then gives the path.
        """
        self.updates.posts = Posts(target, path)
        self._posts.append(self.updates.posts)
        if secret is not None:
            self.updates.hook = Hook(f"https://bot.test{path}", secret, path)

    async def retry_pending(self) -> None:
        """Post again what the webhook has not acknowledged."""
        await self.updates.push_again()

    async def redeliver(self, update: Update) -> None:
        """Deliver an update of `tg.updates.log` again, confirmed or not."""
        await self.updates.deliver(update)

    async def poison(self, raw: str) -> Update:
        """Deliver this very text as an update; `$ID` in it becomes the next update's number."""
        return await self.updates.raw(raw.replace("$ID", str(self.updates.next_id)))

    async def forged(
        self,
        body: bytes,
        *,
        secret: str | bytes | None = "",
        headers: Mapping[str, str | bytes] | None = None,
    ) -> Answer:
        """Post these bytes. An empty secret means the right one; None leaves the header out."""
        posts, hook = self.updates.posts, self.updates.hook
        if posts is None:
            raise ValueError("forged() needs webhook() first")
        right = hook.secret if hook else ""
        given = {} if secret is None else {SECRET_HEADER: secret or right}
        return await posts.post(body, given | dict(headers or {}), hook.path if hook else "")

    async def settled(self, confirmed: int | None = None, *, within: float = PATIENCE) -> None:
        """Wait until nothing is left to be confirmed, or until so many updates were in all."""
        try:
            async with asyncio.timeout(within):
                await self.updates.settled(confirmed)
        except TimeoutError:
            waiting = self.updates.waiting()
            raise AssertionError(
                f"{self.updates.confirmed} updates confirmed, still waiting: {waiting}"
            ) from None

    async def until(self, comes_about: Callable[[], object], *, within: float = PATIENCE) -> None:
        """Wait for something that calls of the bot's bring about."""
        async with asyncio.timeout(within):
            await self.world.changed.until(comes_about)

    def release_polls(self) -> None:
        """Let the poll that waits end with nothing, as when its time is up."""
        self.updates.release_polls()

    # --- trouble ---------------------------------------------------------------------------------

    def fail_next(self, method: str, kind: str, times: int = 1, *, retry_after: object = 1) -> None:
        """Order a fault for the next calls of a method ("*": of any; "download": of files).

        Kinds: 429 (with `retry_after` as it is; None leaves it out), 500, 502, ok_false,
        reset_before, reset_after, timeout_before, timeout_after, truncated, "400:words".
        """
        self._server.faults.order(Fault(method, kind, times, retry_after))

    def revoke_token(self) -> None:
        """From now on every call is answered 401."""
        self._server.revoked = True

    def restore_token(self) -> None:
        """The token is good again."""
        self._server.revoked = False
