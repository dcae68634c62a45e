"""Somebody with Telegram on the phone."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta

from tests.fakes.telegram import CannotDo, FakeTelegram, Message, Press
from tests.samples import ogg

Settle = Callable[[], Awaitable[None]]

IN_SIGHT = 30
# One grey dot.
VOICE = ogg(b"OpusHead")
PICTURE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg=="
)
# What a person does not see: it keeps Telegram from making links and mentions of words.
UNSEEN = "\u2060"


class TelegramPlayer:
    """A person of the fake Telegram, who sees what a phone shows and presses what is in sight.

    `settle` lets the bot finish speaking, which is needed between one question and the next.
    """

    platform = "telegram"

    def __init__(self, telegram: FakeTelegram, user: int, name: str, settle: Settle) -> None:
        self.name = name
        self.user = str(user)
        self._telegram = telegram
        self._person = telegram.user(user, name)
        self._settle = settle
        self._here = user
        self._pressed: Press | None = None

    # --- doing ------------------------------------------------------------------------------------

    async def says(self, text: str, *, where: str = "", reply_to: str = "", times: int = 1) -> None:
        self._turns_to(where)
        answered = self._containing(reply_to) if reply_to else None
        await self._person.says(self._here, text, reply_to=answered, redeliver=times - 1)
        await self._telegram.settled()

    async def presses(self, label: str, *, on: str = "", where: str = "", times: int = 1) -> None:
        self._turns_to(where)
        message, words = self._button(label, on)
        await self._press(message, words, times)

    async def answers(self, **fields: str) -> None:
        """Answer question after question where the person is; in a group as a reply to each."""
        for said in fields.values():
            await self._settle()
            question = self._question()
            if said in self._labels(question):
                await self._press(question, said)
            else:
                replied = None if question.chat.is_private else question
                await self._person.says(self._here, said, reply_to=replied)
                await self._telegram.settled()
        await self._settle()

    async def closes(self) -> None:
        await self.presses("取消")

    async def picks(self, label: str) -> None:
        message, words = self._button(label, "")
        await self._press(message, words)

    async def sends_photo(
        self, text: str = "", *, where: str = "", reply_to: str = "", name: str = "photo.png"
    ) -> None:
        """Send a picture as the client sends them, which is without a name."""
        self._turns_to(where)
        answered = self._containing(reply_to) if reply_to else None
        await self._person.sends_photo(self._here, PICTURE, caption=text, reply_to=answered)
        await self._telegram.settled()

    async def sends_file(
        self, name: str, content: bytes, text: str = "", *, where: str = "", reply_to: str = ""
    ) -> None:
        self._turns_to(where)
        answered = self._containing(reply_to) if reply_to else None
        await self._person.sends_document(
            self._here, content, name, caption=text, reply_to=answered
        )
        await self._telegram.settled()

    async def speaks(self) -> None:
        """Send a voice message."""
        self._turns_to("")
        await self._person.sends_voice(self._here, VOICE)
        await self._telegram.settled()

    def lags(self, seconds: float) -> None:
        """What is sent from now on was sent so much earlier, and only comes now."""
        self._telegram.world.behind = timedelta(seconds=seconds)

    async def sends_album(
        self,
        photos: int,
        text: str = "",
        *,
        captioned: int = 0,
        order: Sequence[int] = (),
        reply_to: str = "",
        times: int = 1,
    ) -> None:
        """Send photos as one; their updates may arrive in any order."""
        self._turns_to("")
        await self._person.sends_album(
            self._here,
            [PICTURE] * photos,
            caption=text,
            captioned=captioned,
            order=order,
            reply_to=self._containing(reply_to) if reply_to else None,
            redeliver=times - 1,
        )
        await self._telegram.settled()

    async def forwards(
        self,
        text: str,
        *,
        by: TelegramPlayer | str,
        written: datetime | None = None,
        where: str = "",
        thread: int | None = None,
    ) -> None:
        """Pass on what somebody wrote elsewhere; a bare name is one who hides their account."""
        self._turns_to(where)
        known = by if isinstance(by, str) else self._telegram.user(int(by.user), by.name)
        author = known if isinstance(known, str) else known.user
        await self._person.forwards(self._here, text, author=author, written=written, thread=thread)
        await self._telegram.settled()

    async def shares_place(
        self, latitude: float, longitude: float, title: str = "", *, reply_to: str = ""
    ) -> None:
        """Send a place, by a pin or by its name."""
        self._turns_to("")
        answered = self._containing(reply_to) if reply_to else None
        if title:
            await self._person.sends_venue(
                self._here, latitude, longitude, title, reply_to=answered
            )
        else:
            await self._person.sends_location(self._here, latitude, longitude, reply_to=answered)
        await self._telegram.settled()

    async def walks(self, *steps: tuple[float, float]) -> None:
        """Share a place that moves."""
        self._turns_to("")
        first, *others = steps
        message = await self._person.shares_live_location(self._here, *first)
        for step in others:
            await self._person.moves(message, *step)
        await self._telegram.settled()

    async def shares_contact(self, phone: str, of: str = "", *, reply_to: str = "") -> None:
        """Send one's own number, or that of somebody with this name."""
        self._turns_to("")
        answered = self._containing(reply_to) if reply_to else None
        await self._person.shares_contact(self._here, phone, of=of or None, reply_to=answered)
        await self._telegram.settled()

    async def edits(self, text: str, to: str) -> None:
        """Change the newest message of one's own that contains a text."""
        own = [m for m in self._sight(self._here) if m.sender is self._person.user]
        found = [message for message in own if text in message.words]
        if not found:
            raise CannotDo(f"{self.name} wrote nothing containing {text!r}")
        await self._person.edits(found[-1], to)
        await self._telegram.settled()

    async def starts(self, code: str = "") -> None:
        self._turns_to("")
        await self._person.starts(code)
        await self._telegram.settled()

    # --- seeing -----------------------------------------------------------------------------------

    def sees(self, *texts: str, where: str = "") -> bool:
        shown = [self._text(message) for message in self._told(where)]
        return any(all(text in one for text in texts) for one in [*shown, *self._toasts()])

    def reads(self, where: str = "") -> str:
        shown = [self._text(message) for message in self._sight(self._place(where))]
        return "\n\n".join([*shown, *self._toasts()])

    def links(self) -> list[str]:
        shown = (json.dumps(m.entities) for m in self._told(""))
        return [url for said in shown for url in re.findall(r'"url": "([^"]+)"', said)]

    def handed(self) -> list[tuple[str, bytes]]:
        documents = [m.content["document"] for m in self._told("") if "document" in m.content]
        kept = self._telegram.world.files
        return [(one["file_name"], kept[one["file_id"]].content) for one in documents]

    def buttons(self, on: str = "", where: str = "") -> list[str]:
        return self._labels(self._containing(on, where))

    def count(self, text: str, where: str = "") -> int:
        return sum(text in self._text(message) for message in self._told(where))

    # --- how --------------------------------------------------------------------------------------

    def _turns_to(self, where: str) -> None:
        """Look at a chat; a toast is gone by then."""
        self._here = self._place(where)
        self._pressed = None

    def _place(self, where: str) -> int:
        if not where:
            return self._person.id
        chats = self._telegram.world.chats.values()
        found = [chat for chat in chats if chat.title == where and self._person.id in chat.members]
        if not found:
            raise CannotDo(f"{self.name} is in no group named {where!r}")
        return found[0].id

    def _sight(self, chat: int) -> list[Message]:
        return [m for m in self._telegram.messages(chat) if not m.service][-IN_SIGHT:]

    def _told(self, where: str) -> list[Message]:
        """What others have said; what one says oneself proves nothing."""
        sight = self._sight(self._place(where))
        return [message for message in sight if message.sender is not self._person.user]

    def _toasts(self) -> list[str]:
        return [self._pressed.toast] if self._pressed and self._pressed.toast else []

    def _text(self, message: Message) -> str:
        return self._telegram.plain(message).replace(UNSEEN, "")

    def _labels(self, message: Message) -> list[str]:
        return [label for label, _ in self._telegram.buttons(message)]

    def _containing(self, text: str, where: str | None = None) -> Message:
        """The newest message of somebody else's that contains a text."""
        chat = self._here if where is None else self._place(where)
        for message in reversed(self._sight(chat)):
            if message.sender is not self._person.user and text in self._text(message):
                return message
        raise CannotDo(f"{self.name} sees no message containing {text!r}")

    def _button(self, label: str, on: str) -> tuple[Message, str]:
        """The newest button that says this, or begins so."""
        for message in reversed(self._sight(self._here)):
            labels = [words for words in self._labels(message) if words.startswith(label)]
            if labels and on in self._text(message):
                return message, label if label in labels else labels[0]
        raise CannotDo(f"{self.name} sees no button {label!r} on {on!r}:\n{self.reads()}")

    def _question(self) -> Message:
        told = [m for m in self._sight(self._here) if m.by_bot]
        if not told:
            raise CannotDo(f"{self.name} is asked nothing")
        return told[-1]

    async def _press(self, message: Message, label: str, times: int = 1) -> None:
        self._pressed = await self._person.presses(message, label, redeliver=times - 1)
        await self._telegram.settled()
