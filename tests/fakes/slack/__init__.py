"""A stateful, strict fake of Slack at the wire, for the real Bolt and SDK to talk to."""

from tests.fakes.slack.fake import FakeSlack
from tests.fakes.slack.person import Person
from tests.fakes.slack.reading import Button, buttons, live_mentions, plain
from tests.fakes.slack.values import (
    BOT_USER,
    Answer,
    Call,
    CannotDo,
    Channel,
    Delivery,
    Message,
    Refusal,
    User,
    View,
)

__all__ = [
    "BOT_USER",
    "Answer",
    "Button",
    "Call",
    "CannotDo",
    "Channel",
    "Delivery",
    "FakeSlack",
    "Message",
    "Person",
    "Refusal",
    "User",
    "View",
    "buttons",
    "live_mentions",
    "plain",
]
