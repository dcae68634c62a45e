"""The app's manifest: what an administrator pastes into Slack to install the app."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

Json = Any

LETTER = "headwater_letter"
EVERYTHING = "headwater"
# What begins the name of a message's menu entry; the command that records it follows.
RECORD = "record:"
SHORTCUTS = 10
SHORTCUT_NAME = 24
SHORTCUT_DESCRIPTION = 150
COMMANDS = 50
DESCRIPTION = 2000
APP_NAME = 35
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,30}")
# Slack's own commands. An app that claims one of these is refused with all its commands. Reports
# differ on which are still reserved, so all that ever were are left to `/headwater`.
_BUILT_IN = """
    active apps archive away call collapse commands debug dm dnd expand feed feedback help huddle
    invite invite_people join keys kick kill leave me msg mute open prefs pro remind remove rename
    search send shortcuts shrug star status topic unarchive who
"""
RESERVED = frozenset(_BUILT_IN.split())
SCOPES = [
    "app_mentions:read",  # being called in a channel
    "channels:history",  # answers in threads, and looking for a letter whose fate is unclear
    "channels:read",  # whether a channel is shared with another company
    "chat:write",
    "commands",
    "files:read",  # photos and papers that people send
    "files:write",  # showing the same photos in the cards of a channel
    "groups:history",
    "groups:read",
    "im:history",
    "im:read",
    "im:write",  # opening a direct chat to tell somebody something
    "metadata.message:read",  # finding a letter again by its key
    "reactions:read",  # hearing of a message that somebody marks to be recorded
    "users:read",  # names and languages of people who write for the first time
    "users:read.email",  # recognising colleagues by the address that the workspace confirmed
]
EVENTS = [
    "app_home_opened",
    "app_mention",
    "app_uninstalled",
    "channel_shared",
    "channel_unshared",
    "message.channels",
    "message.groups",
    "message.im",
    "reaction_added",
    "tokens_revoked",
]


def manifest(
    name: str,
    commands: list[tuple[str, str]],
    records: Sequence[tuple[str, str, str]] = (),
    *,
    socket: bool,
    url: str,
) -> dict[str, Json]:
    """The manifest for these commands (name, description).

    `records` are entries of a message's menu: a command, what the entry reads, what it does.
    `url` is where Slack reaches us over HTTP; over Socket Mode it needs none. `/headwater` comes
    first and does everything that the others do, and what Slack does not let an app name.
    """
    request = {} if socket else {"request_url": url}
    command = {} if socket else {"url": url}
    return {
        "display_information": {"name": name[:APP_NAME]},
        "features": {
            "app_home": {
                "home_tab_enabled": True,
                "messages_tab_enabled": True,
                "messages_tab_read_only_enabled": False,
            },
            "bot_user": {"display_name": name[:APP_NAME], "always_online": True},
            "shortcuts": [_shortcut(*one) for one in records[:SHORTCUTS]],
            "slash_commands": [command | one for one in _commands(name, commands)],
        },
        "oauth_config": {"scopes": {"bot": SCOPES}},
        "settings": {
            "event_subscriptions": request | {"bot_events": EVENTS},
            "interactivity": {"is_enabled": True} | request | _menus(request),
            "org_deploy_enabled": False,
            "socket_mode_enabled": socket,
            "token_rotation_enabled": False,
        },
        "events": {LETTER: _letter()},
    }


def _menus(request: dict[str, str]) -> dict[str, str]:
    """Where search fields ask; over HTTP Slack wants it said."""
    return {"message_menu_options_url": request["request_url"]} if request else {}


def _shortcut(command: str, label: str, description: str) -> Json:
    return {
        "name": label[:SHORTCUT_NAME],
        "type": "message",
        "callback_id": RECORD + command,
        "description": description[:SHORTCUT_DESCRIPTION],
    }


def _letter() -> Json:
    """The mark by which a letter is found again."""
    return {
        "title": LETTER,
        "type": "object",
        "properties": {"key": {"type": "string"}},
        "required": ["key"],
    }


def _commands(name: str, commands: Iterable[tuple[str, str]]) -> Iterator[Json]:
    yield _command(EVERYTHING, name)
    room = COMMANDS - 1
    seen = {EVERYTHING}
    for command, description in commands:
        if room and command not in seen and usable(command):
            yield _command(command, description or command)
            seen.add(command)
            room -= 1


def usable(command: str) -> bool:
    """Whether Slack lets an app have a command of this name."""
    return command not in RESERVED and _NAME.fullmatch(command) is not None


def _command(command: str, description: str) -> Json:
    return {
        "command": f"/{command}",
        "description": description[:DESCRIPTION],
        "should_escape": True,
    }
