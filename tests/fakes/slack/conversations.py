"""The Web API's methods that look people and conversations up, page by page."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from decimal import Decimal
from typing import TypeVar

from tests.fakes.slack.chat import required
from tests.fakes.slack.values import (
    BOT,
    BOT_USER,
    TEAM,
    TEAM_DOMAIN,
    Channel,
    Json,
    Message,
    SlackRefusal,
)
from tests.fakes.slack.workspace import Workspace

LARGEST_PAGE = 999
TYPE_OF_KIND = {"channel": "public_channel", "group": "private_channel", "im": "im", "mpim": "mpim"}


Item = TypeVar("Item")


def page(items: Sequence[Item], arguments: Json, usual: int = 100) -> tuple[list[Item], Json]:
    """One page of items from the cursor on, and the metadata that names the next."""
    start = position(arguments.get("cursor") or "")
    most = min(arguments.get("limit") or usual, LARGEST_PAGE)
    end = start + most
    following = base64.b64encode(f"next:{end}".encode()).decode() if end < len(items) else ""
    return list(items[start:end]), {"response_metadata": {"next_cursor": following}}


def position(cursor: str) -> int:
    if not cursor:
        return 0
    try:
        word, _, number = base64.b64decode(cursor, validate=True).decode().partition(":")
        return int(number) if word == "next" else -1
    except (binascii.Error, ValueError):
        raise SlackRefusal("invalid_cursor") from None


def readable(workspace: Workspace, arguments: Json) -> Channel:
    channel = workspace.channel(required(arguments, "channel", "channel_not_found"))
    if BOT_USER not in channel.members and channel.is_private:
        raise SlackRefusal("channel_not_found")
    return channel


def joined(workspace: Workspace, arguments: Json) -> Channel:
    channel = readable(workspace, arguments)
    if BOT_USER not in channel.members:
        raise SlackRefusal("not_in_channel")
    return channel


def auth_test(workspace: Workspace, _arguments: Json) -> Json:
    if workspace.bot_deleted:
        raise SlackRefusal("account_inactive")
    return {
        "url": f"https://{TEAM_DOMAIN}.slack.com/",
        "team": TEAM_DOMAIN,
        "user": workspace.users[BOT_USER].name,
        "team_id": TEAM,
        "user_id": BOT_USER,
        "bot_id": BOT,
        "is_enterprise_install": False,
    }


def open_conversation(workspace: Workspace, arguments: Json) -> Json:
    if arguments.get("channel"):
        channel = workspace.channel(arguments["channel"])
    else:
        channel = conversation_with(workspace, required(arguments, "users").split(","))
    if arguments.get("return_im"):
        return {"channel": channel.as_json()}
    return {"channel": {"id": channel.id}}


def conversation_with(workspace: Workspace, ids: list[str]) -> Channel:
    people = [workspace.user(user_id.strip()) for user_id in ids]
    if any(person.deleted for person in people):
        raise SlackRefusal("user_disabled")
    if any(person.is_bot for person in people):
        raise SlackRefusal("cannot_dm_bot")
    if len(people) == 1:
        return workspace.im(people[0].id)
    members = {person.id for person in people} | {BOT_USER}
    for channel in workspace.channels.values():
        if channel.is_mpim and channel.members == members:
            return channel
    name = "mpdm-" + "--".join(sorted(person.name for person in people)) + "-1"
    return workspace.add_channel(Channel(workspace.fresh("G"), name, members=members, is_mpim=True))


def conversation_info(workspace: Workspace, arguments: Json) -> Json:
    channel = readable(workspace, arguments)
    counted = arguments.get("include_num_members")
    number = {"num_members": len(channel.members)} if counted else {}
    return {"channel": channel.as_json() | number}


def conversation_members(workspace: Workspace, arguments: Json) -> Json:
    members, following = page(sorted(readable(workspace, arguments).members), arguments)
    return {"members": members} | following


def conversation_list(workspace: Workspace, arguments: Json) -> Json:
    types = (arguments.get("types") or "public_channel").split(",")
    found = [
        channel.as_json()
        for channel in workspace.channels.values()
        if TYPE_OF_KIND[channel.kind] in types
        and not (arguments.get("exclude_archived") and channel.is_archived)
        and (channel.kind == "channel" or BOT_USER in channel.members)
    ]
    channels, following = page(found, arguments)
    return {"channels": channels} | following


def between(messages: list[Message], arguments: Json) -> list[Message]:
    """Messages within oldest and latest, the bounds themselves only if inclusive."""
    oldest = Decimal(arguments.get("oldest") or 0)
    latest = Decimal(arguments["latest"]) if arguments.get("latest") else Decimal("Infinity")
    if arguments.get("inclusive"):
        return [m for m in messages if oldest <= Decimal(m.ts) <= latest]
    return [m for m in messages if oldest < Decimal(m.ts) < latest]


def listed(messages: list[Message], arguments: Json) -> Json:
    shown, following = page(messages, arguments)
    with_metadata = bool(arguments.get("include_all_metadata"))
    more = bool(following["response_metadata"]["next_cursor"])
    texts = [message.as_json(with_metadata=with_metadata) for message in shown]
    return {"messages": texts, "has_more": more} | following


def conversation_history(workspace: Workspace, arguments: Json) -> Json:
    """Newest first, without thread replies that were not broadcast."""
    channel = joined(workspace, arguments)
    own = [
        message
        for message in reversed(workspace.in_channel(channel.id))
        if message.thread_ts in (None, message.ts) or message.broadcast
    ]
    return listed(between(own, arguments), arguments)


def conversation_replies(workspace: Workspace, arguments: Json) -> Json:
    """The parent first, then the replies, oldest first."""
    channel, ts = joined(workspace, arguments), required(arguments, "ts")
    found = workspace.in_channel(channel.id)
    named = [message for message in found if message.ts == ts]
    if not named:
        raise SlackRefusal("thread_not_found")
    root = named[0].thread_ts or ts
    replies = [m for m in found if m.thread_ts == root and m.ts != root]
    parent = [m for m in found if m.ts == root]
    return listed(parent + between(replies, arguments), arguments)


def user_info(workspace: Workspace, arguments: Json) -> Json:
    person = workspace.user(required(arguments, "user", "user_not_found"))
    return {"user": person.as_json(with_locale=bool(arguments.get("include_locale")))}


def user_by_email(workspace: Workspace, arguments: Json) -> Json:
    email = required(arguments, "email").lower()
    for person in workspace.users.values():
        if person.email and person.email.lower() == email and not person.deleted:
            return {"user": person.as_json()}
    raise SlackRefusal("users_not_found")
