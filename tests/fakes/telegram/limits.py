"""Telegram's limits and shapes, each refused with a 400 where it is broken (FACTS 2.1)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from tests.fakes.telegram.entities import utf16
from tests.fakes.telegram.values import Chat, Json, bad

TEXT = 4096
CAPTION = 1024
TOAST = 200
MOST_BUTTONS = 100
BUTTONS_IN_A_ROW = 8
MOST_COMMANDS = 100
ALBUM = range(2, 11)
# A keyboard without rows is no keyboard.
EMPTY: tuple[Json, ...] = ({}, {"inline_keyboard": []})

_COMMAND = re.compile(r"[a-z0-9_]{1,32}")
_LANGUAGE = re.compile(r"(?:[a-z]{2})?")
_ADDRESS = re.compile(r"(?:https?://[^\s/]+\S*|tg://\S+)", re.IGNORECASE)
_STYLES = {"danger", "success", "primary"}
# What an inline button does: exactly one of these.
_DEEDS = {
    "callback_data",
    "url",
    "copy_text",
    "web_app",
    "login_url",
    "switch_inline_query",
    "switch_inline_query_current_chat",
    "switch_inline_query_chosen_chat",
}
_LOOKS = {"text", "style", "icon_custom_emoji_id"}
_ASKS = {"request_contact", "request_location", "request_poll", "request_users", "request_chat"}
_KEYBOARD_KEYS = {
    "keyboard",
    "resize_keyboard",
    "one_time_keyboard",
    "is_persistent",
    "input_field_placeholder",
    "selective",
}
_KINDS = ("inline_keyboard", "keyboard", "remove_keyboard", "force_reply")


def check_length(words: str, most: int, what: str) -> None:
    if utf16(words) > most:
        raise bad(f"{what} is too long")


def check_named(words: object, least: int, most: int, what: str) -> str:
    if not isinstance(words, str) or not least <= utf16(words) <= most:
        raise bad(f"{what} must have {least} to {most} characters")
    return words


def check_markup(markup: Json | None, chat: Chat, *, editing: bool = False) -> None:
    """A reply_markup of any of the four kinds; an edit takes the inline one alone."""
    if markup is None or markup in EMPTY:
        return
    kinds = [kind for kind in _KINDS if kind in markup]
    if len(kinds) != 1:
        raise bad("object expected as reply markup")
    match kinds[0]:
        case "inline_keyboard":
            _check_inline(markup)
        case _ if editing:
            raise bad("inline keyboard expected")
        case "keyboard":
            _check_keyboard(markup, chat)
        case _:
            check_named(markup.get("input_field_placeholder", "-"), 1, 64, "placeholder")


def _rows(value: object) -> list[list[Any]]:
    """Rows of buttons, not too many of them, none of them empty."""
    if not isinstance(value, list) or not all(isinstance(row, list) and row for row in value):
        raise bad("can't parse keyboard: rows of buttons expected")
    if any(len(row) > BUTTONS_IN_A_ROW for row in value):
        raise bad(f"a row of the keyboard has more than {BUTTONS_IN_A_ROW} buttons")
    if sum(map(len, value)) > MOST_BUTTONS:
        raise bad("reply markup is too long")
    return value


def _check_inline(markup: Json) -> None:
    if markup.keys() != {"inline_keyboard"}:
        raise bad("can't parse inline keyboard: unknown field")
    for row in _rows(markup["inline_keyboard"]):
        for button in row:
            _check_inline_button(button)


def _check_inline_button(button: object) -> None:
    if not isinstance(button, dict) or not str(button.get("text") or "").strip():
        raise bad("can't parse inline keyboard button: text is missing")
    deeds = button.keys() & _DEEDS
    if len(deeds) != 1:
        raise bad("can't parse inline keyboard button: Text buttons are unallowed")
    if unknown := button.keys() - _DEEDS - _LOOKS:
        raise bad(f"can't parse inline keyboard button: {min(unknown)} is unknown")
    if button.get("style", "primary") not in _STYLES:
        raise bad("can't parse inline keyboard button: style is unknown")
    _check_deed(button)


def _check_deed(button: Json) -> None:
    match button:
        case {"callback_data": data}:
            if not isinstance(data, str) or not 1 <= len(data.encode()) <= 64:
                raise bad("BUTTON_DATA_INVALID")
        case {"url": address}:
            if not isinstance(address, str) or not _ADDRESS.fullmatch(address):
                raise bad("BUTTON_URL_INVALID")
        case {"copy_text": {"text": words}}:
            check_named(words, 1, 256, "text to copy")
        case {"copy_text": _}:
            raise bad("can't parse inline keyboard button: text to copy is missing")
        case _:
            pass


def _check_keyboard(markup: Json, chat: Chat) -> None:
    if unknown := markup.keys() - _KEYBOARD_KEYS:
        raise bad(f"can't parse keyboard: {min(unknown)} is unknown")
    check_named(markup.get("input_field_placeholder", "-"), 1, 64, "placeholder")
    for row in _rows(markup["keyboard"]):
        for button in row:
            known = {"text": button} if isinstance(button, str) else button
            if not isinstance(known, dict) or not str(known.get("text") or "").strip():
                raise bad("can't parse keyboard button: text is missing")
            if known.keys() & _ASKS and not chat.is_private:
                raise bad("phone number and location can be requested in private chats only")


def check_commands(commands: Iterable[object]) -> list[Json]:
    checked = [_command(command) for command in commands]
    if len(checked) > MOST_COMMANDS:
        raise bad("BOT_COMMANDS_TOO_MUCH")
    names = [command["command"] for command in checked]
    if len(set(names)) < len(names):
        raise bad("BOT_COMMAND_DUPLICATE")
    return checked


def _command(command: object) -> Json:
    match command:
        case {"command": str(name), "description": str(words), **rest} if not rest:
            name = name.removeprefix("/")
            if not _COMMAND.fullmatch(name):
                raise bad("BOT_COMMAND_INVALID")
            if not 1 <= utf16(words.strip()) <= 256:
                raise bad("BOT_COMMAND_DESCRIPTION_INVALID")
            return {"command": name, "description": words}
    raise bad("can't parse BotCommand")


def check_language(code: str) -> str:
    if not _LANGUAGE.fullmatch(code):
        raise bad("invalid language_code specified")
    return code
