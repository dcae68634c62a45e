"""Reads what happens to the bot itself: let in, thrown out, blocked, a chat with a new number."""

from __future__ import annotations

from datetime import UTC, datetime

from bot.platform import Address, Event, Moved, Standing
from bot.telegram.hear import PLATFORM, Me, Unreadable, update_id
from storage.database import Json

OUTSIDE = {"left", "kicked"}


def event(raw: Json, me: Me) -> Event | None:
    """What an update says of the bot; None when it says something else. Raises `Unreadable`."""
    match raw:
        case {"my_chat_member": dict(change)}:
            return _read(raw, change, me)
        case {"message": {"migrate_to_chat_id": _} as message}:
            return _read(raw, message, me)
        case _:
            return None


def _read(raw: Json, told: Json, me: Me) -> Event:
    try:
        return _event(raw, told, me)
    except (ArithmeticError, AttributeError, LookupError, OSError, TypeError, ValueError) as error:
        raise Unreadable(f"not an update: {type(error).__name__}") from error


def _event(raw: Json, told: Json, me: Me) -> Event:
    chat = told["chat"]
    return Event(
        Address(PLATFORM, me.id, str(int(chat["id"]))),
        _what(told),
        datetime.fromtimestamp(int(told["date"]), UTC),
        str(update_id(raw) or ""),
        direct=chat["type"] == "private",
        title=str(chat.get("title") or ""),
        language=str((told.get("from") or {}).get("language_code") or ""),
    )


def _what(told: Json) -> Moved | Standing:
    if "migrate_to_chat_id" in told:
        return Moved(str(int(told["migrate_to_chat_id"])))
    inside = [_inside(told[name]) for name in ("new_chat_member", "old_chat_member")]
    return Standing(inside[0], inside[1])


def _inside(member: Json) -> bool:
    """Whether one of this status can speak there; a restricted one may have left."""
    if member["status"] == "restricted":
        return bool(member.get("is_member")) and member.get("can_send_messages") is not False
    return member["status"] not in OUTSIDE
