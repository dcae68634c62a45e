"""A person at Telegram's client: what they say, press and send, as far as the client lets them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from tests.fakes.telegram import media
from tests.fakes.telegram.delivery import Updates
from tests.fakes.telegram.entities import Formatted, cut, finished, utf16
from tests.fakes.telegram.limits import ALBUM, CAPTION, TEXT
from tests.fakes.telegram.reading import rows
from tests.fakes.telegram.rewriting import rewrite
from tests.fakes.telegram.settings import delete_forum_topic, membership, menu_seen, open_topic
from tests.fakes.telegram.speaking import place
from tests.fakes.telegram.values import (
    CannotDo,
    Chat,
    Json,
    Message,
    Press,
    Standing,
    User,
)
from tests.fakes.telegram.world import ChatRef, World

_PAYLOAD = re.compile(r"[A-Za-z0-9_-]{0,64}")


@dataclass(frozen=True, slots=True)
class Aside:
    """Where in its chat a message goes, and how often it is delivered over again."""

    reply_to: Message | None = None
    thread: int | None = None
    redeliver: int = 0


@dataclass(frozen=True, slots=True)
class Said:
    """What a message is made of."""

    text: str = ""
    caption: str = ""
    content: Mapping[str, object] | None = None
    album: str = ""
    origin: Json | None = None


class Person:
    """Every deed returns what came of it in the chat, once the bot was told.

    Over a webhook that means answered; with polling it waits to be fetched. `redeliver=` delivers
    the same update so many times again.
    """

    def __init__(self, world: World, updates: Updates, user: User) -> None:
        self.user = user
        self._world = world
        self._updates = updates

    @property
    def id(self) -> int:
        """Also the id of the private chat with the bot."""
        return self.user.id

    @property
    def told(self) -> list[Message]:
        """The bot's messages in the private chat, oldest first."""
        chat = self._world.chats[self.id]
        return [m for m in chat.messages.values() if m.by_bot and not m.deleted]

    def menu(self, chat: ChatRef | None = None) -> list[Json]:
        """The commands this person's client offers there."""
        return menu_seen(self._world, self.user, self._world.chat(chat or self.id))

    async def says(
        self,
        chat: ChatRef,
        text: str,
        *,
        reply_to: Message | None = None,
        thread: int | None = None,
        redeliver: int = 0,
    ) -> Message:
        if not text.strip() or utf16(text.strip()) > TEXT:
            raise CannotDo("a message has 1 to 4096 characters")
        return await self._send(chat, Said(text=text), Aside(reply_to, thread, redeliver))

    async def starts(self, payload: str = "", *, redeliver: int = 0) -> Message:
        """Open the bot by its button, or by a link with a payload."""
        if not _PAYLOAD.fullmatch(payload):
            raise CannotDo(f"no link carries {payload!r}")
        return await self.says(self.id, f"/start {payload}".strip(), redeliver=redeliver)

    async def sends_photo(
        self,
        chat: ChatRef,
        content: bytes,
        *,
        caption: str = "",
        media_group_id: str = "",
        reply_to: Message | None = None,
        thread: int | None = None,
        redeliver: int = 0,
    ) -> Message:
        photo = media.persons_photo(self._world, content)
        said = Said(caption=caption, content=photo, album=media_group_id)
        return await self._send(chat, said, Aside(reply_to, thread, redeliver))

    async def sends_album(
        self,
        chat: ChatRef,
        contents: Sequence[bytes],
        *,
        caption: str = "",
        captioned: int = 0,
        order: Sequence[int] = (),
        reply_to: Message | None = None,
        redeliver: int = 0,
    ) -> list[Message]:
        """Photos as one: a message and an update each, which may arrive in any `order`."""
        if len(contents) not in ALBUM:
            raise CannotDo("an album has 2 to 10 photos")
        album = str(13_000_000_000 + self._world.number())
        sent = []
        for number in order or range(len(contents)):
            words = caption if number == captioned else ""
            said = Said(
                caption=words,
                content=media.persons_photo(self._world, contents[number]),
                album=album,
            )
            sent.append(await self._send(chat, said, Aside(reply_to, None, redeliver)))
        return sent

    async def sends_document(
        self,
        chat: ChatRef,
        content: bytes,
        name: str = "letter.pdf",
        *,
        mime_type: str = "application/pdf",
        size: int | None = None,
        caption: str = "",
        reply_to: Message | None = None,
        thread: int | None = None,
        redeliver: int = 0,
    ) -> Message:
        """`size` claims more bytes than there are, for what is too big to be fetched."""
        stored = self._world.keep_file("documents", name, mime_type, content, size)
        said = Said(caption=caption, content=media.document(stored))
        return await self._send(chat, said, Aside(reply_to, thread, redeliver))

    async def sends_voice(
        self,
        chat: ChatRef,
        content: bytes,
        *,
        seconds: int = 3,
        reply_to: Message | None = None,
        thread: int | None = None,
        redeliver: int = 0,
    ) -> Message:
        stored = self._world.keep_file("voice", "voice.oga", "audio/ogg", content)
        described = {"duration": seconds, "mime_type": stored.mime_type}
        said = Said(content={"voice": stored.as_json() | described})
        return await self._send(chat, said, Aside(reply_to, thread, redeliver))

    async def shares_contact(
        self,
        chat: ChatRef,
        phone: str,
        *,
        of: Person | str | None = None,
        reply_to: Message | None = None,
        redeliver: int = 0,
    ) -> Message:
        """One's own number, somebody else's, or (by a bare name) that of one not at Telegram."""
        card: Json = {"phone_number": phone}
        match of:
            case str():
                card["first_name"] = of
            case _:
                who = of.user if of else self.user
                card |= {"first_name": who.first_name, "user_id": who.id}
        return await self._send(
            chat, Said(content={"contact": card}), Aside(reply_to, None, redeliver)
        )

    async def sends_location(
        self,
        chat: ChatRef,
        latitude: float,
        longitude: float,
        *,
        reply_to: Message | None = None,
        redeliver: int = 0,
    ) -> Message:
        place_ = {"location": {"latitude": latitude, "longitude": longitude}}
        return await self._send(chat, Said(content=place_), Aside(reply_to, None, redeliver))

    async def sends_venue(
        self,
        chat: ChatRef,
        latitude: float,
        longitude: float,
        title: str,
        address: str = "",
        *,
        reply_to: Message | None = None,
        redeliver: int = 0,
    ) -> Message:
        """A place with a name; Telegram tells its location twice."""
        where = {"latitude": latitude, "longitude": longitude}
        venue = {"location": where, "title": title, "address": address}
        said = Said(content={"venue": venue, "location": where})
        return await self._send(chat, said, Aside(reply_to, None, redeliver))

    async def shares_live_location(
        self, chat: ChatRef, latitude: float, longitude: float, *, seconds: int = 900
    ) -> Message:
        """A place that moves: see `moves`."""
        where = {"latitude": latitude, "longitude": longitude, "live_period": seconds}
        return await self._send(chat, Said(content={"location": where}), Aside())

    async def moves(self, message: Message, latitude: float, longitude: float) -> None:
        """A live place is told anew as an edit of its message."""
        message.content["location"] |= {"latitude": latitude, "longitude": longitude}
        message.edited = self._world.now()
        await self._updates.happens("edited_message", message.as_json())

    async def forwards(
        self,
        chat: ChatRef,
        what: Message | str,
        *,
        author: User | Chat | str | None = None,
        signed: str = "",
        written: datetime | None = None,
        thread: int | None = None,
        redeliver: int = 0,
    ) -> Message:
        """Pass on a message, or words somebody wrote elsewhere.

        A bare name is a hidden account, a chat one that posts in its own name, perhaps signed.
        """
        if isinstance(what, Message):
            said = Said(what.text, what.caption, what.content)
            author, written = author or what.sender, written or what.date
        else:
            said = Said(text=what)
        origin = _origin(author or "Somebody", written or self._world.now(), signed)
        return await self._send(chat, replace(said, origin=origin), Aside(None, thread, redeliver))

    async def edits(self, message: Message, text: str, *, redeliver: int = 0) -> Message:
        if message.sender is not self.user or message.deleted or message.origin:
            raise CannotDo("only one's own messages can be edited")
        words = finished(text)
        caption = not message.text
        new = replace(message.version, entities=words.entities)
        new = replace(new, caption=words.text) if caption else replace(new, text=words.text)
        rewrite(message, new, self._world.now())
        if self._hears(message):
            await self._updates.happens("edited_message", message.as_json(), redeliver)
        return message

    def deletes(self, message: Message) -> None:
        """Telegram tells a bot nothing of deletions."""
        if message.sender is not self.user and not message.chat.is_private:
            raise CannotDo("only one's own messages can be deleted")
        message.deleted = True

    async def presses(
        self, message: Message, label: str, *, as_it_was: int | None = None, redeliver: int = 0
    ) -> Press:
        """Press a button by its words, or by those of an earlier version (an index of `past`)."""
        markup = message.markup if as_it_was is None else message.past[as_it_was].markup
        found = [b for row in rows(markup) for b in row if b["text"].strip() == label.strip()]
        if message.deleted or not found:
            on_offer = [button["text"] for row in rows(markup) for button in row]
            raise CannotDo(f"no button {label!r} in sight, but {on_offer}")
        if "callback_data" not in found[0]:
            raise CannotDo(f"{label!r} tells the bot nothing")
        return await self.forges_press(message, found[0]["callback_data"], redeliver=redeliver)

    async def forges_press(self, message: Message, data: str, *, redeliver: int = 0) -> Press:
        """A press with any data, which a tampered client can send."""
        self._check_member(message.chat)
        press = Press(
            f"{self.id}{self._world.number():06}", self.user, message, data, self._world.now()
        )
        self._world.presses[press.id] = press
        query = {
            "id": press.id,
            "from": self.user.as_json(),
            "message": message.as_json(),
            "chat_instance": str(1_000_003 * message.chat.id),
            "data": data,
        }
        await self._updates.happens("callback_query", query, redeliver)
        return press

    async def taps(self, message: Message, label: str, *, redeliver: int = 0) -> Message:
        """A button of a reply keyboard, which says its own words."""
        if label not in [
            b["text"] for row in (message.markup or {}).get("keyboard", []) for b in row
        ]:
            raise CannotDo(f"no key {label!r} in sight")
        return await self.says(message.chat, label, redeliver=redeliver)

    async def opens_topic(self, chat: ChatRef, name: str) -> Message:
        """Open a topic in a forum; its thread is the returned message's."""
        forum = self._world.chat(chat)
        if not forum.is_forum:
            raise CannotDo("topics are for forums")
        self._check_member(forum)
        opening = open_topic(self._world, forum, self.user, name)
        await self._updates.happens("message", opening.as_json())
        return opening

    async def blocks_bot(self) -> None:
        self.user.blocked = True
        await self._moves_bot("member", "kicked")

    async def unblocks_bot(self) -> None:
        self.user.blocked = False
        await self._moves_bot("kicked", "member")

    async def removes_bot(self, chat: ChatRef) -> None:
        """Throw the bot out of a group."""
        group = self._world.chat(chat)
        before, group.bot = group.bot, "kicked"
        await self._moves_bot(before, "kicked", group)

    async def adds_bot(self, chat: ChatRef) -> None:
        """Let the bot into a group that one is in."""
        group = self._world.chat(chat)
        self._check_member(group)
        before, group.bot = group.bot, "member"
        await self._moves_bot(before, "member", group)

    async def promotes_bot(self, chat: ChatRef, *rights: str) -> None:
        """Make the bot an administrator with these rights; without any, a member again."""
        group = self._world.chat(chat)
        now: Standing = "administrator" if rights else "member"
        before, group.bot, group.bot_rights = group.bot, now, set(rights)
        await self._moves_bot(before, now, group)

    def deletes_topic(self, chat: ChatRef, thread: int) -> None:
        """Telegram tells a bot nothing of deleted topics."""
        delete_forum_topic(self._world.chat(chat), thread)

    async def _moves_bot(self, old: Standing, new: Standing, chat: Chat | None = None) -> None:
        there, me = chat or self._world.chats[self.id], self._world.me
        changed = {
            "chat": there.as_json(),
            "from": self.user.as_json(),
            "date": int(self._world.now().timestamp()),
            "old_chat_member": membership(me, old, there.bot_rights),
            "new_chat_member": membership(me, new, there.bot_rights),
        }
        await self._updates.happens("my_chat_member", changed)

    async def _send(self, ref: ChatRef, said: Said, aside: Aside) -> Message:
        chat = self._world.chat(ref)
        self._check_member(chat)
        if aside.thread is not None and aside.thread not in chat.topics:
            raise CannotDo("there is no such topic")
        if aside.thread in chat.closed and chat.standing(self.user) != "administrator":
            raise CannotDo("this topic is closed")
        words = finished(said.text or said.caption)
        if said.caption and utf16(words.text) > CAPTION:
            raise CannotDo("a caption has at most 1024 characters")
        message = self._written(chat, said, words)
        place(message, aside.reply_to, aside.thread)
        message.id = self._world.next_message_id(chat)
        self._world.keep(message)
        if chat.is_private:
            self.user.started, self.user.blocked = True, False
        if self._hears(message):
            await self._updates.happens("message", message.as_json(), aside.redeliver)
        return message

    def _written(self, chat: Chat, said: Said, words: Formatted) -> Message:
        message = Message(chat, 0, self.user, self._world.now(), entities=words.entities)
        message.text = words.text if said.text else ""
        message.caption = words.text if said.caption else ""
        message.content, message.album = dict(said.content or {}), said.album
        message.origin = said.origin
        return message

    def _check_member(self, chat: Chat) -> None:
        if self.id not in chat.members:
            raise CannotDo(f"{self.user.first_name} is not in {chat.title or chat.id}")
        if chat.migrated_to is not None:
            raise CannotDo("this group has become a supergroup")

    def _hears(self, message: Message) -> bool:
        """Whether the bot is told: all in private chats, in groups as its privacy mode has it."""
        chat, me = message.chat, self._world.me
        if chat.bot in ("left", "kicked"):
            return False
        if chat.is_private or chat.bot == "administrator" or self._world.reads_all:
            return True
        replied = message.reply_to
        if replied is not None and replied.sender is me and not replied.service:
            return True
        return any(_addresses(me.username, message, entity) for entity in message.entities)


def _addresses(username: str, message: Message, entity: Json) -> bool:
    """Whether an entity mentions the bot or is a command not meant for another bot."""
    words = cut(message.words, entity).lower()
    if entity["type"] == "mention":
        return words == f"@{username}".lower()
    _, _, meant = words.partition("@")
    return entity["type"] == "bot_command" and meant in ("", username.lower())


def _origin(author: User | Chat | str, written: datetime, signed: str) -> Json:
    date = int(written.timestamp())
    if isinstance(author, User):
        return {"type": "user", "date": date, "sender_user": author.as_json()}
    if isinstance(author, str):
        return {"type": "hidden_user", "date": date, "sender_user_name": author}
    signature = {"author_signature": signed} if signed else {}
    if author.type == "channel":
        posted = {"chat": author.as_json(), "message_id": 1}
        return {"type": "channel", "date": date, **posted, **signature}
    return {"type": "chat", "date": date, "sender_chat": author.as_json(), **signature}
