"""A stateful, strict fake of Telegram's Bot API, which the real library talks to on loopback."""

from tests.fakes.telegram.fake import FakeTelegram
from tests.fakes.telegram.people import Person
from tests.fakes.telegram.reading import Live
from tests.fakes.telegram.values import (
    Answer,
    Call,
    CannotDo,
    Chat,
    Message,
    Press,
    Refused,
    Update,
    User,
)

__all__ = [
    "Answer",
    "Call",
    "CannotDo",
    "Chat",
    "FakeTelegram",
    "Live",
    "Message",
    "Person",
    "Press",
    "Refused",
    "Update",
    "User",
]
