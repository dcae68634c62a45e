"""What the fake Slack remembers: people, messages, views, files, triggers, reply addresses."""

from __future__ import annotations

import copy
import itertools
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from tests.fakes.slack.values import (
    BOT_USER,
    TEAM,
    Call,
    Channel,
    Json,
    Message,
    Refusal,
    SlackRefusal,
    StoredFile,
    User,
    View,
    slack_seconds,
)

TRIGGER_LIFE = timedelta(seconds=3)
RESPONSE_URL_LIFE = timedelta(minutes=30)
RESPONSE_URL_USES = 5
DEEPEST_STACK = 3
MICROS = 1_000_000


@dataclass(slots=True)
class Trigger:
    id: str
    user: str
    at: datetime
    in_view: View | None = None
    used: bool = False


@dataclass(slots=True)
class ResponseUrl:
    id: str
    user: str
    channel: str
    at: datetime
    original: Message | None = None
    uses: int = 0


@dataclass(frozen=True, slots=True)
class Manifest:
    """What an installed app's manifest allows; commands say whether names in them are escaped."""

    commands: Mapping[str, bool]
    events: frozenset[str]
    shortcuts: frozenset[str]
    scopes: frozenset[str] = frozenset()
    has_home: bool = True

    @classmethod
    def read(cls, manifest: Json) -> Manifest:
        features, settings = manifest.get("features", {}), manifest.get("settings", {})
        commands = features.get("slash_commands", [])
        return cls(
            commands={each["command"]: bool(each.get("should_escape")) for each in commands},
            events=frozenset(settings.get("event_subscriptions", {}).get("bot_events", [])),
            shortcuts=frozenset(each["callback_id"] for each in features.get("shortcuts", [])),
            scopes=frozenset(manifest.get("oauth_config", {}).get("scopes", {}).get("bot", [])),
            has_home=bool(features.get("app_home", {}).get("home_tab_enabled")),
        )


class Workspace:
    """A workspace with the app installed; `clock` is people's time, `machine_clock` the wire's."""

    def __init__(
        self, clock: Callable[[], datetime], machine_clock: Callable[[], datetime]
    ) -> None:
        self.clock = clock
        self.machine_clock = machine_clock
        self.base_url = ""
        self.bot_deleted = False
        self.looks = 1
        self.uninstalled = False
        self.manifest: Manifest | None = None
        self.users: dict[str, User] = {}
        self.channels: dict[str, Channel] = {}
        self.messages: dict[str, list[Message]] = {}
        self.ephemerals: list[Message] = []
        self.stacks: dict[str, list[View]] = {}
        self.homes: dict[str, View] = {}
        self.files: dict[str, StoredFile] = {}
        self.triggers: dict[str, Trigger] = {}
        self.response_urls: dict[str, ResponseUrl] = {}
        self.calls: list[Call] = []
        self.refused: list[Refusal] = []
        self.complaints: list[str] = []
        self._numbers = itertools.count(1)
        self.behind = timedelta()
        self._overtaken = 0
        self._last_micros = 0
        self.add_user(User(BOT_USER, "headwater", "Headwater", is_bot=True))

    def add_user(self, user: User) -> User:
        self.users[user.id] = user
        return user

    def add_channel(self, channel: Channel) -> Channel:
        self.channels[channel.id] = channel
        return channel

    def fresh(self, prefix: str) -> str:
        return f"{prefix}{next(self._numbers):09d}"

    def next_ts(self) -> str:
        """The clock as Slack writes it; later than every ts before, even when the clock stands."""
        now = self.clock() - self.behind
        micros = slack_seconds(now) * MICROS + now.microsecond
        if self.behind:  # sent then, and delivered only now
            self._overtaken += 1
            micros += self._overtaken
        else:
            micros = self._last_micros = max(self._last_micros + 1, micros)
        seconds, rest = divmod(micros, MICROS)
        return f"{seconds}.{rest:06d}"

    def user(self, user_id: str) -> User:
        if (found := self.users.get(user_id)) is None:
            raise SlackRefusal("user_not_found")
        return found

    def channel(self, channel_id: str) -> Channel:
        if (found := self.channels.get(channel_id)) is None:
            raise SlackRefusal("channel_not_found")
        return found

    def im(self, user_id: str) -> Channel:
        """The direct conversation of a person and the bot, opened when first needed."""
        self.user(user_id)
        opened = Channel(f"D{user_id[1:]}", "", members={user_id, BOT_USER}, is_im=True)
        return self.channels.setdefault(opened.id, opened)

    def file(self, file_id: str) -> StoredFile:
        if (found := self.files.get(file_id)) is None:
            raise SlackRefusal("file_not_found")
        return found

    def in_channel(self, channel_id: str) -> list[Message]:
        """Messages still there, oldest first, thread replies among them."""
        return [m for m in self.messages.get(channel_id, ()) if not m.deleted]

    def message(self, channel_id: str, ts: str) -> Message:
        for message in self.in_channel(channel_id):
            if message.ts == ts:
                return message
        raise SlackRefusal("message_not_found")

    def keep(self, message: Message) -> Message:
        message.blocks = self.rendered(message.blocks)
        if message.ephemeral_to is None:
            self.messages.setdefault(message.channel, []).append(message)
        else:
            self.ephemerals.append(message)
        return message

    def revise(self, message: Message, text: str, blocks: list[Json], by: str) -> None:
        message.past.append(message.as_json())
        message.text, message.blocks = text, self.rendered(blocks)
        message.edited = {"user": by, "ts": self.next_ts()}

    def rendered(self, blocks: list[Json]) -> list[Json]:
        """Blocks as Slack gives them back: ids filled in, defaults of texts written out."""
        ours: list[Json] = copy.deepcopy(blocks)
        for block in ours:
            block.setdefault("block_id", self.fresh("b"))
        for node in objects_in(ours):
            if node.get("type") == "plain_text":
                node.setdefault("emoji", True)
            elif node.get("type") == "mrkdwn":
                node.setdefault("verbatim", False)
            elif takes_action_id(node):
                node.setdefault("action_id", self.fresh("a"))
        return ours

    def known_metadata(self, metadata: Json | None) -> Json | None:
        """Slack drops, with a warning only, an event type of other than letters, digits, _, -."""
        if metadata is None or re.fullmatch(r"[A-Za-z0-9_-]+", metadata["event_type"]):
            return metadata
        self.complaints.append(f"metadata dropped: event_type {metadata['event_type']}")
        return None

    def issue_trigger(self, user: str, *, key: str | None = None, view: View | None = None) -> str:
        trigger = Trigger(key or f"{self.fresh('')}.{TEAM}.trigger", user, self.clock(), view)
        self.triggers.setdefault(trigger.id, trigger)
        return trigger.id

    def spend_trigger(self, trigger_id: object) -> Trigger:
        trigger = self.triggers.get(trigger_id) if isinstance(trigger_id, str) else None
        if trigger is None:
            raise SlackRefusal("invalid_trigger_id")
        if trigger.used:
            raise SlackRefusal("exchanged_trigger_id")
        if self.clock() - trigger.at > TRIGGER_LIFE:
            raise SlackRefusal("expired_trigger_id")
        trigger.used = True
        return trigger

    def issue_response_url(self, user: str, channel: str, original: Message | None = None) -> str:
        reply = ResponseUrl(self.fresh("R"), user, channel, self.clock(), original)
        self.response_urls[reply.id] = reply
        return f"{self.base_url}/respond/{reply.id}"

    def spend_response_url(self, reply_id: str) -> ResponseUrl:
        reply = self.response_urls.get(reply_id)
        if reply is None or self.clock() - reply.at > RESPONSE_URL_LIFE:
            raise SlackRefusal("expired_url")
        if reply.uses >= RESPONSE_URL_USES:
            raise SlackRefusal("used_url")
        reply.uses += 1
        return reply

    def new_view(self, user: str, body: Json, under: View | None = None) -> View:
        view_id = self.fresh("V")
        return View(
            id=view_id,
            user=user,
            body=body | {"blocks": self.rendered(body["blocks"])},
            hash=self.fresh(f"{slack_seconds(self.clock())}."),
            root_id=under.root_id if under else view_id,
            previous_id=under.id if under else None,
        )

    def redraw_view(self, view: View, body: Json) -> None:
        """Replaces what a view shows; what was filled in stays where its block remains."""
        view.body = body | {"blocks": self.rendered(body["blocks"])}
        view.hash = self.fresh(f"{slack_seconds(self.clock())}.")
        known = {block["block_id"] for block in view.blocks}
        view.state = {block: values for block, values in view.state.items() if block in known}

    def open_views(self) -> Iterator[View]:
        for stack in self.stacks.values():
            yield from stack
        yield from self.homes.values()


def objects_in(node: object) -> Iterator[Json]:
    """Every JSON object inside, outermost first."""
    if isinstance(node, dict):
        yield node
        for value in node.values():
            yield from objects_in(value)
    elif isinstance(node, list):
        for item in node:
            yield from objects_in(item)


def takes_action_id(node: Json) -> bool:
    kind = str(node.get("type", ""))
    ends = ("button", "_select", "picker", "_input", "checkboxes", "radio_buttons", "overflow")
    return kind.endswith(ends)
