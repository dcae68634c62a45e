"""The payloads Slack sends to an app, field by field as it sends them."""

from __future__ import annotations

import uuid

from tests.fakes.slack.typed import as_typed, rich_text
from tests.fakes.slack.values import (
    APP,
    BOT_USER,
    TEAM,
    TEAM_DOMAIN,
    Channel,
    Json,
    Message,
    User,
    View,
    slack_seconds,
)
from tests.fakes.slack.workspace import Workspace

TOKEN = "verification-token"
INTERACTIVE: Json = {
    "token": TOKEN,
    "api_app_id": APP,
    "team": {"id": TEAM, "domain": TEAM_DOMAIN},
    "enterprise": None,
    "is_enterprise_install": False,
}


def event_callback(
    workspace: Workspace, event: Json, channel: Channel | None, key: str | None
) -> Json:
    authorization = {
        "enterprise_id": None,
        "team_id": TEAM,
        "user_id": BOT_USER,
        "is_bot": True,
        "is_enterprise_install": False,
    }
    doer = workspace.users.get(str(event.get("user")))
    return {
        "token": TOKEN,
        "team_id": doer.team if doer else TEAM,
        "context_team_id": TEAM,
        "context_enterprise_id": None,
        "api_app_id": APP,
        "event": event,
        "type": "event_callback",
        "event_id": key or workspace.fresh("Ev"),
        "event_time": slack_seconds(workspace.clock()),
        "authorizations": [authorization],
        "is_ext_shared_channel": bool(channel and channel.is_ext_shared),
        "event_context": workspace.fresh("4-"),
    }


def message_event(message: Message, person: User, channel: Channel) -> Json:
    event: Json = {
        "type": "message",
        "user": person.id,
        "ts": message.ts,
        "client_msg_id": str(uuid.uuid5(uuid.NAMESPACE_URL, message.ts)),
        "text": message.text,
        "team": person.team,
        "blocks": message.blocks,
        "channel": channel.id,
        "event_ts": message.ts,
        "channel_type": channel.kind,
    }
    if message.thread_ts is not None:
        event["thread_ts"] = message.thread_ts
    if message.files:
        event |= {"subtype": "file_share", "files": message.files, "upload": False}
    if person.team != TEAM:
        event |= {"user_team": person.team, "source_team": person.team}
    return event


def bot_message_event(message: Message, channel: Channel) -> Json:
    """The echo of the bot's own message, as every member of a channel gets it."""
    event = message.as_json()
    return event | {"channel": channel.id, "event_ts": message.ts, "channel_type": channel.kind}


def app_mention(message: Message, person: User, channel: Channel) -> Json:
    event = message_event(message, person, channel) | {"type": "app_mention"}
    return {key: value for key, value in event.items() if key not in ("channel_type", "subtype")}


def changed_event(message: Message, before: Json, channel: Channel, ts: str) -> Json:
    return {
        "type": "message",
        "subtype": "message_changed",
        "message": message.as_json(),
        "previous_message": before,
        "channel": channel.id,
        "hidden": True,
        "ts": ts,
        "event_ts": ts,
        "channel_type": channel.kind,
    }


def deleted_event(message: Message, channel: Channel, ts: str) -> Json:
    return {
        "type": "message",
        "subtype": "message_deleted",
        "previous_message": message.as_json(),
        "deleted_ts": message.ts,
        "channel": channel.id,
        "hidden": True,
        "ts": ts,
        "event_ts": ts,
        "channel_type": channel.kind,
    }


def reaction_added(message: Message, person: User, emoji: str, ts: str) -> Json:
    return {
        "type": "reaction_added",
        "user": person.id,
        "reaction": emoji,
        "item": {"type": "message", "channel": message.channel, "ts": message.ts},
        "item_user": message.user,
        "event_ts": ts,
    }


def sharing_event(channel: Channel, ts: str) -> Json:
    """A channel is shared with another company from now on, or is not any more."""
    event: Json = {"channel": channel.id, "event_ts": ts}
    if channel.is_ext_shared:
        return event | {"type": "channel_shared", "connected_team_id": "T0OTHER"}
    unshared = {"type": "channel_unshared", "previously_connected_team_id": "T0OTHER"}
    return event | unshared | {"is_ext_shared": False}


def home_opened(workspace: Workspace, person: User, tab: str) -> Json:
    event: Json = {
        "type": "app_home_opened",
        "user": person.id,
        "channel": workspace.im(person.id).id,
        "tab": tab,
        "event_ts": workspace.next_ts(),
    }
    if (home := workspace.homes.get(person.id)) is not None and tab == "home":
        event["view"] = home.as_json()
    return event


def slash_command(
    workspace: Workspace,
    person: User,
    channel: Channel,
    typed: str,
    *,
    escape: bool,
    key: str | None,
) -> Json:
    """A command's form; with `escape` names and channels arrive as `<@U1|name>`, `<#C1|name>`."""
    command, _, text = typed.strip().partition(" ")
    return {
        "token": TOKEN,
        "team_id": TEAM,
        "team_domain": TEAM_DOMAIN,
        "channel_id": channel.id,
        "channel_name": channel.name_in_payloads,
        "user_id": person.id,
        "user_name": person.name,
        "command": command,
        "text": as_typed(workspace, text.strip(), labelled=True) if escape else text.strip(),
        "api_app_id": APP,
        "is_enterprise_install": "false",
        "response_url": workspace.issue_response_url(person.id, channel.id),
        "trigger_id": workspace.issue_trigger(person.id, key=key),
    }


def who(person: User) -> Json:
    return {
        "id": person.id,
        "username": person.name,
        "name": person.name,
        "team_id": person.team,
    }


def container_of(place: Message | View) -> Json:
    if isinstance(place, View):
        return {"type": "view", "view_id": place.id}
    container: Json = {
        "type": "message",
        "message_ts": place.ts,
        "channel_id": place.channel,
        "is_ephemeral": place.ephemeral_to is not None,
    }
    return container | ({"thread_ts": place.thread_ts} if place.thread_ts else {})


def place_in_payload(workspace: Workspace, place: Message | View) -> Json:
    """What a payload says of where it happened: the view, or the channel and the message."""
    if isinstance(place, View):
        return {"container": container_of(place), "view": place.as_json()}
    channel = workspace.channel(place.channel)
    return {
        "container": container_of(place),
        "channel": {"id": channel.id, "name": channel.name_in_payloads},
    } | ({} if place.ephemeral_to else {"message": place.as_json()})


def block_actions(
    workspace: Workspace, person: User, place: Message | View, action: Json, key: str | None
) -> Json:
    modal = place if isinstance(place, View) and place.body["type"] == "modal" else None
    payload = INTERACTIVE | {
        "type": "block_actions",
        "user": who(person),
        "trigger_id": workspace.issue_trigger(person.id, key=key, view=modal),
        "actions": [action | {"action_ts": workspace.next_ts()}],
    }
    if isinstance(place, Message):
        payload["state"] = {"values": {}}
        url = workspace.issue_response_url(person.id, place.channel, place)
        payload["response_url"] = url
    return payload | place_in_payload(workspace, place)


def block_suggestion(
    workspace: Workspace, person: User, place: Message | View, ids: tuple[str, str], query: str
) -> Json:
    payload = INTERACTIVE | {
        "type": "block_suggestion",
        "user": who(person),
        "block_id": ids[0],
        "action_id": ids[1],
        "value": query,
    }
    return payload | place_in_payload(workspace, place)


def view_submission(workspace: Workspace, person: User, view: View, key: str | None) -> Json:
    return INTERACTIVE | {
        "type": "view_submission",
        "user": who(person),
        "trigger_id": workspace.issue_trigger(person.id, key=key, view=view),
        "view": view.as_json(),
        "response_urls": [],
    }


def view_closed(person: User, view: View, *, cleared: bool) -> Json:
    return INTERACTIVE | {
        "type": "view_closed",
        "user": who(person),
        "view": view.as_json(),
        "is_cleared": cleared,
    }


def shortcut(
    workspace: Workspace, person: User, callback_id: str, message: Message | None, key: str | None
) -> Json:
    """A message shortcut, or the global one when there is no message."""
    common = INTERACTIVE | {
        "callback_id": callback_id,
        "user": who(person),
        "action_ts": workspace.next_ts(),
        "trigger_id": workspace.issue_trigger(person.id, key=key),
    }
    if message is None:
        return common | {"type": "shortcut"}
    channel = workspace.channel(message.channel)
    return common | {
        "type": "message_action",
        "channel": {"id": channel.id, "name": channel.name_in_payloads},
        "message_ts": message.ts,
        "message": message.as_json(),
        "response_url": workspace.issue_response_url(person.id, channel.id, None),
    }


def typed_message(
    workspace: Workspace, person: User, channel: Channel, text: str, thread_ts: str | None
) -> Message:
    """A message a person typed, kept in the channel."""
    markup = as_typed(workspace, text)
    message = Message(
        channel=channel.id,
        ts=workspace.next_ts(),
        user=person.id,
        text=markup,
        blocks=[rich_text(markup, workspace.fresh("b"))] if markup else [],
        thread_ts=thread_ts,
        team=person.team,
    )
    return workspace.keep(message)
