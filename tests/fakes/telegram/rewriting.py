"""What the bot changes of what it said: edits and deletions."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from tests.fakes.telegram.arguments import Arguments
from tests.fakes.telegram.limits import EMPTY, check_markup
from tests.fakes.telegram.speaking import formatted
from tests.fakes.telegram.values import Json, Message, Version, bad
from tests.fakes.telegram.world import World

DELETABLE_FOR = timedelta(hours=48)
_UNMODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same"
    " as a current content and reply markup of the message"
)


def edit_message_text(world: World, args: Arguments) -> Json:
    message = _editable(world, args)
    if not message.text:
        raise bad("there is no text in the message to edit")
    words, markup = formatted(world, args, "text"), _new_markup(args, message)
    return _rewrite(world, message, Version(words.text, "", words.entities, markup))


def edit_message_caption(world: World, args: Arguments) -> Json:
    message = _editable(world, args)
    if message.text:
        raise bad("there is no caption in the message to edit")
    words, markup = formatted(world, args, "caption"), _new_markup(args, message)
    return _rewrite(world, message, Version("", words.text, words.entities, markup))


def edit_message_reply_markup(world: World, args: Arguments) -> Json:
    message = _editable(world, args)
    new = replace(message.version, markup=_new_markup(args, message))
    return _rewrite(world, message, new)


def _rewrite(world: World, message: Message, new: Version) -> Json:
    if new == message.version:
        raise bad(_UNMODIFIED)
    rewrite(message, new, world.now())
    return message.as_json()


def rewrite(message: Message, new: Version, at: datetime) -> None:
    message.past.append(message.version)
    message.text, message.caption = new.text, new.caption
    message.entities, message.markup = new.entities, new.markup
    message.edited = at


def delete_message(world: World, args: Arguments) -> bool:
    chat = world.reach(args.whole("chat_id"))
    message = world.message(chat, args.whole("message_id"))
    if message is None:
        raise bad("message to delete not found")
    own = message.sender is world.me
    if not own and not chat.is_private and "can_delete_messages" not in chat.bot_rights:
        raise bad("message can't be deleted")
    if world.clock() - message.date > DELETABLE_FOR:
        raise bad("message can't be deleted for everyone")
    message.deleted = True
    return True


def _editable(world: World, args: Arguments) -> Message:
    if args.words("inline_message_id"):
        raise bad("MESSAGE_ID_INVALID")
    chat = world.reach(args.whole("chat_id"))
    message = world.message(chat, args.whole("message_id"))
    if message is None:
        raise bad("message to edit not found")
    under = message.markup is None or "inline_keyboard" in message.markup
    if message.sender is not world.me or message.service or not under:
        raise bad("message can't be edited")
    return message


def _new_markup(args: Arguments, message: Message) -> Json | None:
    """The buttons after an edit: what is not given anew is gone, and so is an empty keyboard."""
    markup = args.table("reply_markup")
    check_markup(markup, message.chat, editing=True)
    return None if markup in EMPTY else markup
