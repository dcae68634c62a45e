"""What the bot says: text, photos, albums, documents, and answers to presses."""

from __future__ import annotations

from collections.abc import Sequence

from tests.fakes.telegram.arguments import Arguments
from tests.fakes.telegram.entities import Formatted, finished, utf16
from tests.fakes.telegram.limits import (
    ALBUM,
    CAPTION,
    EMPTY,
    TEXT,
    TOAST,
    check_length,
    check_markup,
)
from tests.fakes.telegram.markup import parsed
from tests.fakes.telegram.media import taken_document, taken_photo
from tests.fakes.telegram.values import Chat, Json, Message, bad
from tests.fakes.telegram.world import World

_ACTIONS = {
    "typing",
    "upload_photo",
    "record_video",
    "upload_video",
    "record_voice",
    "upload_voice",
    "upload_document",
    "choose_sticker",
    "find_location",
    "record_video_note",
    "upload_video_note",
}
_ENTITIES = {
    "bold",
    "italic",
    "underline",
    "strikethrough",
    "spoiler",
    "blockquote",
    "expandable_blockquote",
    "code",
    "pre",
    "text_link",
    "text_mention",
    "mention",
    "url",
    "email",
    "hashtag",
    "cashtag",
    "bot_command",
    "phone_number",
    "custom_emoji",
}


def send_message(world: World, args: Arguments) -> Json:
    chat = world.reach(args.whole("chat_id"))
    words = formatted(world, args, "text")
    return _say(world, chat, args, text=words.text, entities=words.entities).as_json()


def send_photo(world: World, args: Arguments) -> Json:
    chat = world.reach(args.whole("chat_id"))
    words = formatted(world, args, "caption")
    content = taken_photo(world, args.file("photo"))
    said = _say(world, chat, args, words.text, words.entities, content=content)
    return said.as_json()


def send_document(world: World, args: Arguments) -> Json:
    chat = world.reach(args.whole("chat_id"))
    words = formatted(world, args, "caption")
    content = taken_document(world, args.file("document"))
    said = _say(world, chat, args, words.text, words.entities, content=content)
    return said.as_json()


def send_media_group(world: World, args: Arguments) -> list[Json]:
    chat = world.reach(args.whole("chat_id"))
    items = args.rows("media") or []
    if len(items) not in ALBUM:
        raise bad("album must have 2 to 10 items")
    read = [_album_item(world, args, item) for item in items]
    if len({kind for kind, _, _ in read}) > 1:
        raise bad("documents can't be mixed with other media types")
    if args.table("reply_markup") is not None:
        raise bad("an album takes no reply markup")
    album = str(world.number() + 13_000_000_000)
    said = [
        _say(world, chat, args, words.text, words.entities, content=content, album=album)
        for _, content, words in read
    ]
    return [message.as_json() for message in said]


def _album_item(world: World, args: Arguments, item: object) -> tuple[str, Json, Formatted]:
    if not isinstance(item, dict) or not isinstance(item.get("media"), str):
        raise bad("can't parse InputMedia")
    words = formatted(world, Arguments(item), "caption")
    given = args.attached(item["media"])
    match item.get("type"):
        case "photo":
            return "photo", taken_photo(world, given), words
        case "document":
            return "document", taken_document(world, given), words
        case _:
            raise bad("an album here has photos or documents (this fake knows no other media)")


def send_chat_action(world: World, args: Arguments) -> bool:
    chat = world.reach(args.whole("chat_id"))
    check_thread(chat, args.whole("message_thread_id"))
    if args.words("action") not in _ACTIONS:
        raise bad("wrong parameter action in request")
    return True


def answer_callback_query(world: World, args: Arguments) -> bool:
    press = world.presses.get(args.words("callback_query_id"))
    late = press is not None and world.clock() - press.at > world.press_lives
    if press is None or press.answered or late:
        raise bad("query is too old and response timeout expired or query ID is invalid")
    words = args.words("text")
    if utf16(words) > TOAST:
        raise bad("MESSAGE_TOO_LONG")
    press.answered, press.toast, press.alert = True, words, args.flag("show_alert")
    return True


def formatted(world: World, args: Arguments, key: str) -> Formatted:
    """The words under this key as they will stand there, within their limit."""
    source, mode = args.words(key), args.words("parse_mode")
    given = args.rows("entities" if key == "text" else "caption_entities")
    if mode.lower() == "html":
        words = parsed(source, world.users.get)
    elif mode:
        raise bad("unsupported parse_mode (this fake knows HTML)")
    else:
        words = finished(source, _checked(given or [], source))
    if key == "text" and not words.text:
        raise bad("message text is empty")
    if key == "text":
        check_length(words.text, TEXT, "message")
    else:
        check_length(words.text, CAPTION, "message caption")
    return words


def _checked(entities: Sequence[object], text: str) -> list[Json]:
    """Entities given one by one, which must lie within the text."""
    checked = [entity for entity in entities if isinstance(entity, dict)]
    if len(checked) < len(entities) or not all(_lies_within(text, e) for e in checked):
        raise bad("can't parse MessageEntity")
    return checked


def _lies_within(text: str, entity: Json) -> bool:
    match entity:
        case {"type": str(kind), "offset": int(start), "length": int(length)}:
            return kind in _ENTITIES and start >= 0 < length and start + length <= utf16(text)
        case _:
            return False


def check_thread(chat: Chat, thread: int | None) -> None:
    if thread is None:
        return
    if thread not in chat.topics:
        raise bad("message thread not found")
    if thread in chat.closed and "can_manage_topics" not in chat.bot_rights:
        raise bad("TOPIC_CLOSED")


def _say(
    world: World,
    chat: Chat,
    args: Arguments,
    caption: str = "",
    entities: list[Json] | None = None,
    *,
    text: str = "",
    content: Json | None = None,
    album: str = "",
) -> Message:
    """Put a message of the bot's into the chat."""
    markup, thread = args.table("reply_markup"), args.whole("message_thread_id")
    check_markup(markup, chat)
    check_thread(chat, thread)
    message = Message(chat, 0, world.me, world.now(), text, caption, entities or [])
    message.content, message.album = content or {}, album
    message.markup = None if markup in EMPTY else markup
    message.silent = args.flag("disable_notification")
    place(message, _replied_to(world, chat, args), thread)
    message.id = world.next_message_id(chat)
    return world.keep(message)


def _replied_to(world: World, chat: Chat, args: Arguments) -> Message | None:
    reply = args.table("reply_parameters") or {}
    wanted = Arguments(reply).whole("message_id") or args.whole("reply_to_message_id")
    if wanted is None:
        return None
    if reply.get("chat_id", chat.id) != chat.id:
        raise bad("replies into another chat (this fake knows none)")
    found = world.message(chat, wanted)
    lenient = reply.get("allow_sending_without_reply") or args.flag("allow_sending_without_reply")
    if found is None and not lenient:
        raise bad("message to be replied not found")
    return found


def place(message: Message, reply_to: Message | None, thread: int | None) -> None:
    """Set where in its chat a message stands.

    A reply in a forum joins the topic it replies in, and what replies to nothing there replies to
    the message that opened its topic. In a plain supergroup each reply counts as a thread.
    """
    chat = message.chat
    message.reply_to, message.thread = reply_to, thread
    if chat.is_forum:
        message.thread = thread or (reply_to.thread if reply_to else None)
        message.topic = message.thread is not None
        message.reply_to = reply_to or chat.messages.get(message.thread or 0)
    elif chat.type == "supergroup" and reply_to is not None:
        message.thread = reply_to.thread or reply_to.id
