"""What the fake Telegram knows: people, chats, messages, files, presses, the bot's settings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tests.fakes.telegram.signal import Signal
from tests.fakes.telegram.values import (
    Call,
    Chat,
    Json,
    Message,
    Press,
    Refused,
    StoredFile,
    User,
    bad,
    forbidden,
)

LARGEST_DOWNLOAD = 20 * 1024 * 1024
ChatRef = int | Chat


@dataclass(slots=True)
class Profile:
    """What the bot has told about itself; menus by scope, texts by field and language."""

    menus: dict[tuple[str, int, int, str], list[Json]] = field(default_factory=dict)
    texts: dict[tuple[str, str], str] = field(default_factory=dict)
    buttons: dict[int, Json] = field(default_factory=dict)


class World:
    """`clock` dates messages and presses, `machine_clock` calls and the pace."""

    def __init__(
        self, token: str, clock: Callable[[], datetime], machine_clock: Callable[[], datetime]
    ) -> None:
        self.token = token
        self.clock = clock
        self.behind = timedelta()  # how much later than they were sent messages are delivered
        self.machine_clock = machine_clock
        self.me = User(int(token.partition(":")[0]), "Headwater", "headwater_bot", is_bot=True)
        self.reads_all = False
        self.press_lives = timedelta(seconds=15)
        self.users: dict[int, User] = {self.me.id: self.me}
        self.chats: dict[int, Chat] = {}
        self.files: dict[str, StoredFile] = {}
        self.presses: dict[str, Press] = {}
        self.profile = Profile()
        self.calls: list[Call] = []
        self.refused: list[Refused] = []
        self.changed = Signal()
        self._last_message: dict[int, int] = {}
        self._last_number = 0

    def add_user(self, user: User) -> User:
        self.users[user.id] = user
        self.chats[user.id] = Chat(user.id, "private", person=user, members={user.id})
        return user

    def add_chat(self, chat: Chat) -> Chat:
        self.chats[chat.id] = chat
        return chat

    def number(self) -> int:
        """A number of which nothing else has the same."""
        self._last_number += 1
        return self._last_number

    def next_message_id(self, chat: Chat) -> int:
        self._last_message[chat.id] = self._last_message.get(chat.id, 0) + 1
        return self._last_message[chat.id]

    def now(self) -> datetime:
        return (self.clock() - self.behind).replace(microsecond=0)

    def chat(self, ref: ChatRef) -> Chat:
        """A chat for a test, which must name one that there is."""
        return ref if isinstance(ref, Chat) else self.chats[ref]

    def known_chat(self, chat_id: int | None) -> Chat:
        """The chat that the bot names; refused where it does not know it, or knows it elsewhere."""
        chat = self.chats.get(chat_id or 0)
        if chat is None:
            raise bad("chat not found")
        if chat.migrated_to is not None:
            moved = bad("group chat was upgraded to a supergroup chat")
            moved.parameters["migrate_to_chat_id"] = chat.migrated_to
            raise moved
        return chat

    def reach(self, chat_id: int | None) -> Chat:
        """The chat, if the bot may speak there."""
        chat = self.known_chat(chat_id)
        place = "group chat" if chat.type == "group" else "supergroup chat"
        if chat.bot == "kicked":
            raise forbidden(f"bot was kicked from the {place}")
        if chat.bot == "left":
            raise forbidden(f"bot is not a member of the {place}")
        self._check_person(chat.person)
        return chat

    def _check_person(self, person: User | None) -> None:
        if person is None:
            return
        if person.deactivated:
            raise forbidden("user is deactivated")
        if person.blocked:
            raise forbidden("bot was blocked by the user")
        if not person.started:
            raise forbidden("bot can't initiate conversation with a user")

    def keep(self, message: Message) -> Message:
        message.chat.messages[message.id] = message
        return message

    def message(self, chat: Chat, message_id: int | None) -> Message | None:
        found = chat.messages.get(message_id or 0)
        return None if found is None or found.deleted else found

    def keep_file(
        self, kind: str, name: str, mime_type: str, content: bytes, size: int | None = None
    ) -> StoredFile:
        number = self.number()
        ending = name.rpartition(".")[2] if "." in name else "bin"
        path = f"{kind}/file_{number}.{ending}"
        held = len(content) if size is None else size
        stored = StoredFile(f"F{number:04}-{kind}", path, name, mime_type, content, held)
        self.files[stored.id] = stored
        return stored
