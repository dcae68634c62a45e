"""Shows menus of commands: to one chat, or to all chats of a kind in a language."""

from __future__ import annotations

from typing import TypeVar

from telegram import (
    Bot,
    BotCommand,
    BotCommandScope,
    BotCommandScopeAllChatAdministrators,
    BotCommandScopeAllGroupChats,
    BotCommandScopeAllPrivateChats,
    BotCommandScopeChat,
)

from bot.menus import EVERYBODY, GROUPS, RUNNERS, Offered
from bot.telegram.send import answered, number

V = TypeVar("V")

MOST = 100
DESCRIPTION = 256
KINDS = {
    EVERYBODY: BotCommandScopeAllPrivateChats,
    GROUPS: BotCommandScopeAllGroupChats,
    RUNNERS: BotCommandScopeAllChatAdministrators,
}


class TelegramMenus:
    """The menus of one bot. What is offered is only shown: the door decides what may be done."""

    def __init__(self, bot: Bot) -> None:
        self._bot = bot

    async def tell(self, shown_in: str, offered: Offered) -> None:
        """Show a menu; raises `Later`, `Never` or `Unclear`."""
        scope, language = _scope(shown_in)
        commands = [BotCommand(name, words[:DESCRIPTION]) for name, words in offered[:MOST]]
        if commands:
            await answered(self._bot.set_my_commands(commands, scope, language))
        else:
            await answered(self._bot.delete_my_commands(scope, language))


def _scope(shown_in: str) -> tuple[BotCommandScope, str | None]:
    kind, of_all, language = shown_in.partition(":")
    if of_all:
        return KINDS[kind](), language or None
    return BotCommandScopeChat(number(shown_in)), None
