"""A person at Slack's client: what they type, press and fill in, as far as the client lets them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from tests.fakes.slack import payloads, views
from tests.fakes.slack.chat import respond
from tests.fakes.slack.delivery import Deliveries
from tests.fakes.slack.elements import OPTION_ANSWER
from tests.fakes.slack.files import new_file
from tests.fakes.slack.forms import (
    Field,
    complete_state,
    field_named,
    keep_answer,
    missing,
    options_of,
    state_value,
    value_of,
)
from tests.fakes.slack.reading import Button, buttons
from tests.fakes.slack.typed import as_typed, rich_text
from tests.fakes.slack.values import (
    BOT_USER,
    Answer,
    CannotDo,
    Channel,
    Delivery,
    Json,
    Kind,
    Message,
    SlackRefusal,
    User,
    View,
)
from tests.fakes.slack.workspace import ResponseUrl, Workspace

Place = Message | View


class Person:
    """Every deed returns what the bot answered.

    `key=` sets the event id or trigger id it is sent under, `redeliver=` sends the same payload
    so many times again.
    """

    def __init__(self, workspace: Workspace, deliveries: Deliveries, user: User) -> None:
        self.user = user
        self._workspace = workspace
        self._deliveries = deliveries

    @property
    def dm(self) -> str:
        """The id of the direct conversation with the bot."""
        return self._workspace.im(self.user.id).id

    @property
    def views(self) -> list[View]:
        return self._workspace.stacks.get(self.user.id, [])

    @property
    def view(self) -> View:
        """The modal on top."""
        if not self.views:
            raise CannotDo(f"{self.user.name} has no form open")
        return self.views[-1]

    @property
    def home(self) -> View:
        if (home := self._workspace.homes.get(self.user.id)) is None:
            raise CannotDo(f"nothing is published on {self.user.name}'s Home")
        return home

    @property
    def told(self) -> list[Message]:
        """The bot's direct messages to this person, oldest first."""
        return [m for m in self._workspace.in_channel(self.dm) if m.by_bot]

    @property
    def whispered(self) -> list[Message]:
        """Ephemeral messages shown to this person, oldest first."""
        return [m for m in self._workspace.ephemerals if m.ephemeral_to == self.user.id]

    async def types(
        self,
        channel: str,
        text: str,
        thread_ts: str | None = None,
        *,
        redeliver: int = 0,
        key: str | None = None,
    ) -> Answer:
        """A message, or a slash command where the text begins so; not in threads, as at Slack."""
        place = self._place(channel)
        if text.startswith("/"):
            if thread_ts is not None:
                raise CannotDo(f"{text.partition(' ')[0]} does not work in threads")
            return await self._commands(place, text, redeliver, key)
        message = payloads.typed_message(self._workspace, self.user, place, text, thread_ts)
        event = payloads.message_event(message, self.user, place)
        return await self._event(event, place, redeliver, key)

    async def mentions_bot(
        self,
        channel: str,
        text: str,
        thread_ts: str | None = None,
        *,
        redeliver: int = 0,
        key: str | None = None,
    ) -> Answer:
        """Two events: app_mention, whose answer this is, and the message, among its `others`."""
        place = self._place(channel)
        name = self._workspace.users[BOT_USER].name
        message = payloads.typed_message(
            self._workspace, self.user, place, f"@{name} {text}", thread_ts
        )
        plain = payloads.message_event(message, self.user, place)
        twin = f"{key}-message" if key else None
        if place.is_im:
            return await self._event(plain, place, redeliver, key)
        mention = payloads.app_mention(message, self.user, place)
        first = await self._event(mention, place, redeliver, key)
        second = await self._event(plain, place, redeliver, twin)
        return replace(first, others=(*first.others, second, *second.others))

    async def uploads(
        self,
        channel: str,
        name: str,
        content: bytes,
        text: str = "",
        thread_ts: str | None = None,
        *,
        redeliver: int = 0,
        key: str | None = None,
    ) -> Answer:
        place = self._place(channel)
        stored = new_file(self._workspace, name, self.user.id, len(content))
        stored.content, stored.completed, stored.channels = content, True, [channel]
        message = payloads.typed_message(self._workspace, self.user, place, text, thread_ts)
        message.files = [stored.as_json()]
        event = payloads.message_event(message, self.user, place)
        return await self._event(event, place, redeliver, key)

    async def edits(
        self, message: Message, text: str, *, redeliver: int = 0, key: str | None = None
    ) -> Answer:
        place = self._own(message)
        before = message.as_json()
        markup = as_typed(self._workspace, text)
        rich = rich_text(markup, self._workspace.fresh("b"))
        self._workspace.revise(message, markup, [rich], self.user.id)
        ts = self._workspace.next_ts()
        event = payloads.changed_event(message, before, place, ts)
        return await self._event(event, place, redeliver, key)

    async def deletes(
        self, message: Message, *, redeliver: int = 0, key: str | None = None
    ) -> Answer:
        place = self._own(message)
        message.deleted = True
        event = payloads.deleted_event(message, place, self._workspace.next_ts())
        return await self._event(event, place, redeliver, key)

    async def reacts(
        self, message: Message, emoji: str, *, redeliver: int = 0, key: str | None = None
    ) -> Answer:
        place = self._place(message.channel)
        if self.user.id in message.reactions.get(emoji, ()):
            raise CannotDo(f"{self.user.name} has reacted with {emoji} already")
        message.reactions.setdefault(emoji, []).append(self.user.id)
        ts = self._workspace.next_ts()
        event = payloads.reaction_added(message, self.user, emoji, ts)
        return await self._event(event, place, redeliver, key)

    async def opens_home(
        self, tab: str = "home", *, redeliver: int = 0, key: str | None = None
    ) -> Answer:
        event = payloads.home_opened(self._workspace, self.user, tab)
        return await self._event(event, self._workspace.im(self.user.id), redeliver, key)

    async def uses_shortcut(
        self,
        callback_id: str,
        message: Message | None = None,
        *,
        redeliver: int = 0,
        key: str | None = None,
    ) -> Answer:
        manifest = self._workspace.manifest
        if manifest is not None and callback_id not in manifest.shortcuts:
            raise CannotDo(f"the manifest has no shortcut {callback_id}")
        if message is not None:
            self._place(message.channel)
        payload = payloads.shortcut(self._workspace, self.user, callback_id, message, key)
        return await self._deliver("interactive", payload, redeliver)

    async def presses(
        self,
        place: Place,
        text: str,
        *,
        declines: bool = False,
        redeliver: int = 0,
        key: str | None = None,
    ) -> Answer:
        """Presses the button reading so; `declines` says no in its confirmation dialog."""
        button = self._button(place, text)
        if declines:
            if button.confirm is None:
                raise CannotDo(f"[{text}] asks for no confirmation")
            return Answer(reason="declined")
        shown = ("type", "action_id", "text", "value", "style")
        action = {key: value for key, value in button.element.items() if key in shown}
        action["block_id"] = button.block_id
        return await self._acts(place, action, redeliver, key)

    async def selects(
        self,
        place: Place,
        field_name: str,
        answer: object,
        *,
        redeliver: int = 0,
        key: str | None = None,
    ) -> Answer:
        """Picks in a menu, date picker or tick list.

        Of an input block that dispatches nothing the bot hears only on submission.
        """
        field = field_named(place, field_name)
        value = await self._value(place, field, answer)
        if isinstance(place, View) and field.kind != "overflow":
            keep_answer(place, field, value)
        if field.in_input and not field.block.get("dispatch_action"):
            return Answer(reason="kept in the form")
        ids = {"action_id": field.action_id, "block_id": field.block_id}
        return await self._acts(place, state_value(field, value) | ids, redeliver, key)

    async def suggests(self, field_name: str, query: str, place: Place | None = None) -> list[Json]:
        """The options the bot offers for what was typed so far."""
        shown = place or self.view
        return await self._asks(shown, field_named(shown, field_name), query)

    async def submits(
        self,
        values: Mapping[str, object] | None = None,
        *,
        redeliver: int = 0,
        key: str | None = None,
    ) -> Answer:
        """Fills the top form by label or id, submits it and does what the bot answers."""
        view = self.view
        for name, answer in (values or {}).items():
            field = field_named(view, name)
            keep_answer(view, field, await self._value(view, field, answer))
        complete_state(view)
        if empty := list(missing(view)):
            raise CannotDo(f"the form cannot be sent: {', '.join(empty)} must be filled in")
        payload = payloads.view_submission(self._workspace, self.user, view, key)
        answer = await self._deliver("interactive", payload, redeliver)
        self._obeys(view, answer)
        return answer

    async def closes_view(self, *, all_views: bool = False) -> Answer:
        """Closes the top form (or all); the bot hears of it if the form asked to tell."""
        view = self.view
        cleared = all_views or bool(view.body.get("clear_on_close"))
        self._workspace.stacks[self.user.id] = [] if cleared else self.views[:-1]
        if not view.body.get("notify_on_close"):
            return Answer(reason="the form does not notify")
        payload = payloads.view_closed(self.user, view, cleared=cleared)
        return await self._deliver("interactive", payload, 0)

    def _place(self, channel_id: str) -> Channel:
        channel = self._workspace.channel(channel_id)
        if self.user.id not in channel.members:
            raise CannotDo(f"{self.user.name} is not in {channel.name or channel.id}")
        return channel

    def _own(self, message: Message) -> Channel:
        if message.user != self.user.id:
            raise CannotDo(f"{self.user.name} did not write that")
        return self._place(message.channel)

    def _button(self, place: Place, text: str) -> Button:
        if isinstance(place, Message) and place.ephemeral_to is None:
            self._place(place.channel)
        shown = buttons(place)
        found = [button for button in shown if button.text == text]
        if len(found) != 1:
            offered = ", ".join(f"[{button.text}]" for button in shown)
            raise CannotDo(f"{len(found)} buttons read {text!r}; there are: {offered}")
        return found[0]

    async def _deliver(self, kind: Kind, payload: Json, redeliver: int) -> Answer:
        return await self._deliveries.deliver(Delivery(kind, payload), redeliver=redeliver)

    async def _event(
        self, event: Json, channel: Channel, redeliver: int, key: str | None
    ) -> Answer:
        """An event reaches the bot where it is a member and what it subscribed to."""
        if BOT_USER not in channel.members:
            return Answer(reason="the bot is not there")
        manifest = self._workspace.manifest
        plural = {"channel": "channels", "group": "groups"}.get(channel.kind, channel.kind)
        name = f"message.{plural}" if event["type"] == "message" else event["type"]
        if manifest is not None and name not in manifest.events:
            return Answer(reason=f"not subscribed to {name}")
        payload = payloads.event_callback(self._workspace, event, channel, key)
        return await self._deliver("events_api", payload, redeliver)

    async def _commands(
        self, channel: Channel, typed: str, redeliver: int, key: str | None
    ) -> Answer:
        """A slash command; what the bot answers in its acknowledgement is shown to the person."""
        manifest, command = self._workspace.manifest, typed.partition(" ")[0]
        if manifest is not None and command not in manifest.commands:
            raise CannotDo(f"{command} is not a valid command")
        escape = manifest is None or manifest.commands[command]
        payload = payloads.slash_command(
            self._workspace, self.user, channel, typed, escape=escape, key=key
        )
        answer = await self._deliver("slash_commands", payload, redeliver)
        if answer.acknowledged and answer.body:
            self._shows(channel, answer.body)
        return answer

    def _shows(self, channel: Channel, body: Json) -> None:
        reply = ResponseUrl("", self.user.id, channel.id, self._workspace.clock())
        try:
            respond(self._workspace, reply, body)
        except SlackRefusal as refusal:
            self._complain("the command's answer", refusal)

    def _complain(self, what: str, refusal: SlackRefusal) -> None:
        words = "; ".join(refusal.details)
        self._workspace.complaints.append(f"{what}: {refusal.error} {words}".rstrip())

    async def _acts(self, place: Place, action: Json, redeliver: int, key: str | None) -> Answer:
        payload = payloads.block_actions(self._workspace, self.user, place, action, key)
        return await self._deliver("interactive", payload, redeliver)

    async def _value(self, place: Place, field: Field, answer: object) -> object:
        """The state value of an answer; a menu the bot fills is asked with the words wanted."""
        offered = options_of(field.element)
        if field.asks_bot:
            wanted = (
                answer if isinstance(answer, Sequence) and not isinstance(answer, str) else [answer]
            )
            for each in wanted:
                offered = offered + await self._asks(place, field, str(each))
        return value_of(self._workspace, self.user.id, field, answer, offered)

    async def _asks(self, place: Place, field: Field, query: str) -> list[Json]:
        if not field.asks_bot:
            raise CannotDo(f"{field.names[0]} does not ask the bot")
        if len(query) < field.element.get("min_query_length", 3):
            return []
        ids = (field.block_id, field.action_id)
        payload = payloads.block_suggestion(self._workspace, self.user, place, ids, query)
        answer = await self._deliver("interactive", payload, 0)
        if not answer.acknowledged:
            return []
        if problems := list(OPTION_ANSWER(answer.body, "")):
            self._workspace.complaints.append(f"options for {query!r}: {'; '.join(problems)}")
            return []
        return options_of(answer.body)

    def _obeys(self, view: View, answer: Answer) -> None:
        """What the client does with the answer to a form; without one the form stays open."""
        if not answer.acknowledged:
            return
        try:
            self._turns(view, answer.body)
        except SlackRefusal as refusal:
            self._complain("the form's answer", refusal)

    def _turns(self, view: View, body: Json) -> None:
        match body.get("response_action"):
            case None if view in self.views:
                self.views.remove(view)
            case None:
                return
            case "errors":
                self._check_errors(view, body.get("errors") or {})
            case "clear":
                self.views.clear()
            case "update":
                views.replace(self._workspace, view, body["view"])
            case "push":
                views.push_onto(self._workspace, self.user.id, body["view"])
            case other:
                raise SlackRefusal("invalid_response_action", str(other))

    def _check_errors(self, view: View, errors: Json) -> None:
        inputs = {block["block_id"] for block in view.blocks if block["type"] == "input"}
        if not errors or not set(errors) <= inputs:
            raise SlackRefusal("invalid_errors", f"{sorted(errors)} are not inputs of the form")
