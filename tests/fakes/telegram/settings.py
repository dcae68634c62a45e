"""What the bot tells about itself and asks about chats: menus, descriptions, members, topics."""

from __future__ import annotations

from tests.fakes.telegram.arguments import Arguments
from tests.fakes.telegram.limits import check_commands, check_language, check_named
from tests.fakes.telegram.values import Chat, Json, Message, User, bad
from tests.fakes.telegram.world import World

_WIDE_SCOPES = (
    "default",
    "all_private_chats",
    "all_group_chats",
    "all_chat_administrators",
)
_NARROW_SCOPES = ("chat", "chat_administrators", "chat_member")
_COLOUR = 0x6FB9F0
Scope = tuple[str, int, int]


def get_me(world: World, args: Arguments) -> Json:
    return world.me.as_json() | {
        "can_join_groups": True,
        "can_read_all_group_messages": world.reads_all,
        "supports_inline_queries": False,
    }


def get_chat(world: World, args: Arguments) -> Json:
    chat = world.known_chat(args.whole("chat_id"))
    gifts = ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription")
    return chat.as_json() | {
        "accent_color_id": 0,
        "max_reaction_count": 11,
        "accepted_gift_types": dict.fromkeys((*gifts, "gifts_from_channels"), False),
    }


def get_chat_member(world: World, args: Arguments) -> Json:
    chat = world.known_chat(args.whole("chat_id"))
    user = world.users.get(args.whole("user_id") or 0)
    if user is None:
        raise bad("invalid user_id specified")
    if user is world.me:
        return membership(user, chat.bot, chat.bot_rights)
    return membership(user, chat.standing(user))


def membership(user: User, status: str, rights: set[str] | None = None) -> Json:
    """A ChatMember as Telegram writes one of this status."""
    member: Json = {"user": user.as_json(), "status": status}
    if status == "kicked":
        return member | {"until_date": 0}
    if status != "administrator":
        return member
    names = {
        "can_manage_chat",
        "can_delete_messages",
        "can_manage_video_chats",
        "can_restrict_members",
        "can_promote_members",
        "can_change_info",
        "can_invite_users",
        "can_post_stories",
        "can_edit_stories",
        "can_delete_stories",
        "can_manage_topics",
        "can_pin_messages",
    }
    may = {name: name in (rights or {"can_manage_chat"}) for name in sorted(names)}
    return member | may | {"can_be_edited": False, "is_anonymous": False}


def create_forum_topic(world: World, args: Arguments) -> Json:
    chat = world.reach(args.whole("chat_id"))
    name = check_named(args.words("name"), 1, 128, "topic name")
    if not chat.is_forum:
        raise bad("the chat is not a forum")
    if "can_manage_topics" not in chat.bot_rights:
        raise bad("not enough rights to create a topic")
    opening = open_topic(world, chat, world.me, name)
    return {"message_thread_id": opening.id, "name": name, "icon_color": _COLOUR}


def close_forum_topic(world: World, args: Arguments) -> bool:
    return _turn_topic(world, args, closed=True)


def reopen_forum_topic(world: World, args: Arguments) -> bool:
    return _turn_topic(world, args, closed=False)


def _turn_topic(world: World, args: Arguments, *, closed: bool) -> bool:
    """Only who may manage topics, or has opened this one, may close it."""
    chat, thread = world.reach(args.whole("chat_id")), args.whole("message_thread_id")
    if not chat.is_forum:
        raise bad("the chat is not a forum")
    if thread not in chat.topics:
        raise bad("TOPIC_ID_INVALID")
    opened = chat.messages.get(thread)
    own = opened is not None and opened.sender is world.me
    if "can_manage_topics" not in chat.bot_rights and not own:
        raise bad("not enough rights to close or reopen the topic")
    if (thread in chat.closed) == closed:
        raise bad("TOPIC_NOT_MODIFIED")
    (chat.closed.add if closed else chat.closed.discard)(thread)
    service: Json = {"forum_topic_closed" if closed else "forum_topic_reopened": {}}
    told = Message(chat, world.next_message_id(chat), world.me, world.now(), service=service)
    told.thread, told.topic = thread, True
    world.keep(told)
    return True


def delete_forum_topic(chat: Chat, thread: int) -> None:
    """A topic goes with all that was said in it."""
    chat.topics.pop(thread)
    chat.closed.discard(thread)
    for message in chat.messages.values():
        message.deleted = message.deleted or message.thread == thread


def open_topic(world: World, chat: Chat, by: User, name: str) -> Message:
    """The service message that opens a topic; its number is the topic's."""
    opening = Message(chat, world.next_message_id(chat), by, world.now(), topic=True)
    opening.service = {"forum_topic_created": {"name": name, "icon_color": _COLOUR}}
    opening.thread = opening.id
    chat.topics[opening.id] = name
    return world.keep(opening)


def set_my_commands(world: World, args: Arguments) -> bool:
    commands = args.rows("commands")
    if commands is None:
        raise bad("can't parse commands: array expected")
    checked = check_commands(commands)
    menus, key = world.profile.menus, _menu_key(world, args)
    if checked:
        menus[key] = checked
    else:
        menus.pop(key, None)
    return True


def get_my_commands(world: World, args: Arguments) -> list[Json]:
    return world.profile.menus.get(_menu_key(world, args), [])


def delete_my_commands(world: World, args: Arguments) -> bool:
    world.profile.menus.pop(_menu_key(world, args), None)
    return True


def _menu_key(world: World, args: Arguments) -> tuple[str, int, int, str]:
    language = check_language(args.words("language_code"))
    scope = Arguments(args.table("scope") or {"type": "default"})
    kind = scope.words("type")
    if kind in _WIDE_SCOPES:
        return kind, 0, 0, language
    if kind not in _NARROW_SCOPES:
        raise bad("can't parse BotCommandScope: unsupported type specified")
    chat = world.known_chat(scope.whole("chat_id"))
    user = scope.whole("user_id") or 0
    if kind == "chat_member" and user not in world.users:
        raise bad("invalid user_id specified")
    return kind, chat.id, user if kind == "chat_member" else 0, language


def menu_seen(world: World, user: User, chat: Chat) -> list[Json]:
    """The commands that a person's client offers in a chat: the narrowest scope that has any."""
    scopes = _private_scopes(chat) if chat.is_private else _group_scopes(user, chat)
    for kind, chat_id, user_id in scopes:
        for language in ((user.language_code or "").partition("-")[0], ""):
            if menu := world.profile.menus.get((kind, chat_id, user_id, language)):
                return menu
    return []


def _private_scopes(chat: Chat) -> list[Scope]:
    return [("chat", chat.id, 0), ("all_private_chats", 0, 0), ("default", 0, 0)]


def _group_scopes(user: User, chat: Chat) -> list[Scope]:
    scopes = [("chat_member", chat.id, user.id)]
    admin = chat.standing(user) == "administrator"
    scopes += [("chat_administrators", chat.id, 0)] if admin else []
    scopes += [("chat", chat.id, 0)]
    scopes += [("all_chat_administrators", 0, 0)] if admin else []
    return [*scopes, ("all_group_chats", 0, 0), ("default", 0, 0)]


def set_my_name(world: World, args: Arguments) -> bool:
    return _tell(world, args, "name", 64)


def set_my_description(world: World, args: Arguments) -> bool:
    return _tell(world, args, "description", 512)


def set_my_short_description(world: World, args: Arguments) -> bool:
    return _tell(world, args, "short_description", 120)


def get_my_name(world: World, args: Arguments) -> Json:
    return _told(world, args, "name")


def get_my_description(world: World, args: Arguments) -> Json:
    return _told(world, args, "description")


def get_my_short_description(world: World, args: Arguments) -> Json:
    return _told(world, args, "short_description")


def _tell(world: World, args: Arguments, what: str, most: int) -> bool:
    words = check_named(args.words(what), 0, most, what)
    world.profile.texts[what, check_language(args.words("language_code"))] = words
    return True


def _told(world: World, args: Arguments, what: str) -> Json:
    texts, language = world.profile.texts, check_language(args.words("language_code"))
    return {what: texts.get((what, language)) or texts.get((what, ""), "")}


def set_chat_menu_button(world: World, args: Arguments) -> bool:
    button = args.table("menu_button") or {"type": "default"}
    match button:
        case {"type": "commands" | "default"}:
            pass
        case {"type": "web_app", "text": str(), "web_app": {"url": str()}}:
            pass
        case _:
            raise bad("can't parse MenuButton")
    chat_id = args.whole("chat_id")
    world.profile.buttons[world.known_chat(chat_id).id if chat_id else 0] = button
    return True


def get_chat_menu_button(world: World, args: Arguments) -> Json:
    buttons = world.profile.buttons
    general = buttons.get(0, {"type": "commands"})
    return buttons.get(args.whole("chat_id") or 0, general)
