"""Somebody with Slack on the phone."""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable, Iterator
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from bot.slack.manifest import EVERYTHING, usable
from tests.fakes.slack import Answer, CannotDo, FakeSlack, Message, View
from tests.fakes.slack.forms import Field, field_named, fields_of, options_of
from tests.fakes.slack.reading import text_as_read
from tests.fakes.slack_props import Json

Settle = Callable[[], Awaitable[None]]
Seen = Message | View

IN_SIGHT = 30
PICTURE = bytes.fromhex(
    "89504e470d0a1a0a0000000d494844520000000100000001080000000"
    "03a7e9b550000000a49444154789c6368000000820081dd65ca170000000049454e44ae426082"
)
DAYS = {"today": 0, "今天": 0, "yesterday": -1, "昨天": -1, "前天": -2, "tomorrow": 1, "明天": 1}


class SlackPlayer:
    """A person of the fake Slack, who fills in the form on top and presses what is in sight.

    `settle` lets the bot finish speaking, which is needed between one question and the next.
    """

    platform = "slack"

    def __init__(self, slack: FakeSlack, user: str, name: str, settle: Settle) -> None:
        self.name = name
        self.user = user
        self._slack = slack
        known = user in slack.workspace.users
        self._person = slack.user(user) if known else slack.add_user(user, name)
        self._settle = settle
        self._here = self._person.dm
        self._thread: str | None = None
        self._wrong: dict[str, str] = {}

    # --- doing ------------------------------------------------------------------------------------

    async def says(self, text: str, *, where: str = "", reply_to: str = "", times: int = 1) -> None:
        self._turns_to(where, reply_to)
        name = self._slack.workspace.users["U0BOT"].name
        called = text.removeprefix(f"@{name} ")
        again = times - 1
        if called != text:
            answer = await self._person.mentions_bot(
                self._here, called, self._thread, redeliver=again
            )
        else:
            typed = self._as_typed(text)
            answer = await self._person.types(self._here, typed, self._thread, redeliver=again)
        _acknowledged(answer)

    async def presses(self, label: str, *, on: str = "", where: str = "", times: int = 1) -> None:
        self._turns_to(where)
        message, words = self._button(label, on)
        self._thread = message.thread_ts
        _acknowledged(await self._person.presses(message, words, redeliver=times - 1))

    async def answers(self, **fields: str) -> None:
        if self._person.views:
            for field, said in fields.items():
                await self._fill(field, said)
            await self._submit()
            return
        for said in fields.values():
            await self._answer(said)
            await self._settle()

    async def closes(self) -> None:
        _acknowledged(await self._person.closes_view())

    async def picks(self, label: str) -> None:
        if not self._person.views:
            await self.presses(label)
            return
        field = self._asked()
        offered = await self._offered(field, "")
        found = [option for option in offered if option.startswith(label)]
        if not found:
            raise CannotDo(f"{label!r} is not offered: {', '.join(offered)}")
        await self._person.selects(self._person.view, field.block_id, found[0])
        await self._submit()

    async def sends_photo(
        self, text: str = "", *, where: str = "", reply_to: str = "", name: str = "photo.png"
    ) -> None:
        self._turns_to(where, reply_to)
        answer = await self._person.uploads(self._here, name, PICTURE, text, self._thread)
        _acknowledged(answer)

    async def sends_file(
        self, name: str, content: bytes, text: str = "", *, where: str = "", reply_to: str = ""
    ) -> None:
        self._turns_to(where, reply_to)
        answer = await self._person.uploads(self._here, name, content, text, self._thread)
        _acknowledged(answer)

    def lags(self, seconds: float) -> None:
        """What is sent from now on was sent so much earlier, and only comes now."""
        self._slack.workspace.behind = timedelta(seconds=seconds)

    async def edits(self, text: str, to: str) -> None:
        """Change the newest message of one's own that contains a text."""
        _acknowledged(await self._person.edits(self._own(text), to))

    async def deletes(self, text: str) -> None:
        """Take a message of one's own away."""
        _acknowledged(await self._person.deletes(self._own(text)))

    def _own(self, text: str) -> Message:
        own = [m for m in self._sight(self._here) if m.user == self.user]
        found = [message for message in own if text in message.text]
        if not found:
            raise CannotDo(f"{self.name} wrote nothing containing {text!r}")
        return found[-1]

    async def starts(self, code: str = "") -> None:
        """Slack has no links with codes, and its /join and /help are Slack's own."""
        self._turns_to("")
        _acknowledged(await self._person.opens_home("messages"))
        await self.says(f"/{EVERYTHING} join {code}" if code else f"/{EVERYTHING} help")

    async def opens_home(self) -> None:
        """Open the bot's Home tab."""
        _acknowledged(await self._person.opens_home())

    async def presses_at_home(self, label: str) -> None:
        """Press a button on the Home tab; what it opens is filled in like any form."""
        shown = [button.text for button in self._slack.buttons(self._person.home)]
        words = next((one for one in shown if one.startswith(label)), label)
        self._here, self._thread = self._person.dm, None
        _acknowledged(await self._person.presses(self._person.home, words))

    async def reacts(self, emoji: str, *, on: str, where: str = "") -> None:
        """Put an emoji under the newest message that contains a text."""
        _acknowledged(await self._person.reacts(self._said(on, where), emoji))

    async def uses_shortcut(self, callback_id: str, *, on: str, where: str = "") -> None:
        """Choose an entry of a message's menu."""
        self._turns_to(where)
        _acknowledged(await self._person.uses_shortcut(callback_id, self._said(on, where)))

    # --- seeing -----------------------------------------------------------------------------------

    def sees(self, *texts: str, where: str = "") -> bool:
        return any(all(text in one for text in texts) for one in self._texts(where))

    def home(self) -> str:
        """The Home tab as one reads it."""
        return self._slack.plain(self._person.home)

    def reads(self, where: str = "") -> str:
        return "\n\n".join(self._texts(where))

    def links(self) -> list[str]:
        shown = (json.dumps(m.blocks) for m in self._sight(self._place("")))
        return [url for blocks in shown for url in re.findall(r'"url": "([^"]+)"', blocks)]

    def handed(self) -> list[tuple[str, bytes]]:
        said = [m for m in self._sight(self._place("")) if m.user != self.user]
        kept = [self._slack.files[file["id"]] for m in said for file in m.files]
        return [(file.name, file.content) for file in kept if file.content is not None]

    def buttons(self, on: str = "", where: str = "") -> list[str]:
        return self._labels(self._containing(on, self._place(where)))

    def count(self, text: str, where: str = "") -> int:
        return sum(text in one for one in self._texts(where))

    def _texts(self, where: str) -> list[str]:
        """What others have said, and the open form; what one says oneself proves nothing."""
        seen = self._sight(self._place(where))
        told = [self._slack.plain(one) for one in seen if one.user != self.user]
        return [*told, *self._form()]

    def _form(self) -> Iterator[str]:
        """The form on top, with what was said to be wrong in it."""
        if self._person.views:
            yield "\n".join([self._slack.plain(self._person.view), *self._wrong.values()])

    # --- where ------------------------------------------------------------------------------------

    def _turns_to(self, where: str, reply_to: str = "") -> None:
        self._here, self._thread = self._place(where), None
        if reply_to:
            answered = self._containing(reply_to, self._here)
            self._thread = answered.thread_ts or answered.ts

    def _place(self, where: str) -> str:
        if not where:
            return self._person.dm
        for channel in self._slack.workspace.channels.values():
            if channel.name == where and self.user in channel.members:
                return channel.id
        raise CannotDo(f"{self.name} is in no channel named {where!r}")

    def _sight(self, channel: str) -> list[Message]:
        """What stands in a channel for this person, oldest first."""
        whispers = [one for one in self._person.whispered if one.channel == channel]
        found = [*self._slack.messages(channel), *whispers]
        return sorted(found, key=lambda one: tuple(map(int, one.ts.split("."))))[-IN_SIGHT:]

    def _containing(self, text: str, channel: str) -> Message:
        """The newest message of somebody else's that contains a text."""
        for message in reversed(self._sight(channel)):
            if message.user != self.user and text in self._slack.plain(message):
                return message
        raise CannotDo(f"{self.name} sees no message containing {text!r}")

    def _said(self, text: str, where: str) -> Message:
        """The newest message that contains a text, whoever wrote it."""
        for message in reversed(self._sight(self._place(where))):
            if text in self._slack.plain(message) or (message.files and not text):
                return message
        raise CannotDo(f"{self.name} sees no message containing {text!r}")

    def _labels(self, message: Message) -> list[str]:
        return [button.text for button in self._slack.buttons(message)]

    def _button(self, label: str, on: str) -> tuple[Message, str]:
        """The newest button that says this, or begins so."""
        for message in reversed(self._sight(self._here)):
            labels = [words for words in self._labels(message) if words.startswith(label)]
            if labels and on in self._slack.plain(message):
                return message, label if label in labels else labels[0]
        raise CannotDo(f"{self.name} sees no button {label!r} on {on!r}:\n{self.reads()}")

    def _as_typed(self, text: str) -> str:
        """A command as one types it at Slack: not at all in threads, and some only by its app."""
        if not text.startswith("/"):
            return text
        if self._thread is not None:
            return text[1:]
        manifest, name = self._slack.workspace.manifest, text[1:].split(" ", maxsplit=1)[0]
        offered = usable(name) if manifest is None else f"/{name}" in manifest.commands
        return text if offered else f"/{EVERYTHING} {text[1:]}"

    # --- questions --------------------------------------------------------------------------------

    async def _answer(self, said: str) -> None:
        """Answer the question that stands last: by its button, or in words where it stands."""
        asked = self._containing("", self._here)
        if said in self._labels(asked):
            _acknowledged(await self._person.presses(asked, said))
            return
        in_channel = self._here != self._person.dm
        thread = (asked.thread_ts or asked.ts) if in_channel else asked.thread_ts
        _acknowledged(await self._person.types(self._here, said, thread))

    async def _fill(self, name: str, said: str) -> None:
        view = self._person.view
        field = field_named(view, name)
        await self._person.selects(view, name, await self._chosen(field, said))

    async def _chosen(self, field: Field, said: str) -> object:
        """What one picks or types for an answer, as the field's kind has it."""
        match field.kind:
            case "external_select":
                return await self._found(field, said)
            case "multi_static_select":
                return [one.strip() for one in said.replace("、", ",").split(",")]
            case "datepicker":
                return self._day(said)
            case "file_input":
                return (said, PICTURE)
            case _:
                return said

    async def _found(self, field: Field, typed: str) -> str:
        """The option that reads so, or else the first that is offered for these letters."""
        offered = await self._offered(field, typed)
        if not offered:
            raise CannotDo(f"nothing is offered for {typed!r}")
        return typed if typed in offered else offered[0]

    async def _offered(self, field: Field, typed: str) -> list[str]:
        if not field.asks_bot:
            return [text_as_read(option["text"]) for option in options_of(field.element)]
        options: list[Json] = await self._person.suggests(field.block_id, typed)
        return [text_as_read(option["text"]) for option in options]

    def _day(self, said: str) -> date:
        zone = ZoneInfo(self._person.user.tz)
        today = self._slack.workspace.clock().astimezone(zone).date()
        if said in DAYS:
            return today + timedelta(days=DAYS[said])
        try:
            return date.fromisoformat(said)
        except ValueError:
            raise CannotDo(f"no calendar has a day called {said!r}") from None

    def _asked(self) -> Field:
        """The menu that is asked about now: one said to be wrong, or else the first."""
        menus = [one for one in fields_of(self._person.view) if one.kind.endswith("_select")]
        wrong = [one for one in menus if one.block_id in self._wrong]
        if not menus:
            raise CannotDo("nothing can be picked in this form")
        return [*wrong, *menus][0]

    async def _submit(self) -> None:
        answer = await self._person.submits()
        _acknowledged(answer)
        self._wrong = answer.errors


def _acknowledged(answer: Answer) -> None:
    """Slack tells the person when the bot does not answer; where it is not, nothing is expected."""
    if answer.delivery is not None and not answer.acknowledged:
        raise CannotDo(f"the bot did not answer: {answer.status} {answer.reason}")
