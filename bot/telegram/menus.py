"""Tells Telegram which commands to offer while somebody types."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from telegram import Bot, BotCommand

MOST = 100
DESCRIPTION = 256

Commands = Sequence[tuple[str, str]]


async def set_menus(bot: Bot, commands: Mapping[str, Commands], language: str) -> None:
    """Set each language's menu of names and descriptions; all others get the company's `language`.

    Doing so again changes nothing. Raises the library's `TelegramError`.
    """
    await bot.set_my_commands(_menu(commands[language]))
    for code, offered in commands.items():
        await bot.set_my_commands(_menu(offered), language_code=code)


def _menu(offered: Commands) -> list[BotCommand]:
    return [BotCommand(name, words[:DESCRIPTION]) for name, words in offered[:MOST]]
