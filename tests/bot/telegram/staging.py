"""A listening bot between the fake Telegram and the stub gate."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.applications import Starlette

from bot.pages import Page
from bot.platform import Address, Landed, Parcel
from bot.telegram.listen import Hook, TelegramListener
from bot.telegram.send import TelegramPlatform, make_bot
from tests.bot.telegram.props import House
from tests.fakes.telegram import FakeTelegram, Message, Person

HOOK = Hook("https://headwater.example/telegram", "a-Secret_1")
QUALITY = -100200


@dataclass
class Stage:
    """A listening bot, its Telegram, and Li, who writes to it."""

    telegram: FakeTelegram
    house: House
    listener: TelegramListener
    platform: TelegramPlatform
    li: Person
    webhook: bool

    def address(self, chat: int = 7, thread: str = "") -> Address:
        return Address("telegram", "900", str(chat), thread)

    async def send(self, page: Page, chat: int = 7, *, quiet: bool = False) -> Message:
        """Post a page, and give what then stands in the chat."""
        landed = await self.platform.send(Parcel(self.address(chat), page, "letter-1", quiet))
        posted = self.telegram.last(chat)
        assert landed == Landed(str(chat), str(posted.id))
        return posted

    async def settled(self) -> None:
        """Let the bot take what waits, also what a webhook did not acknowledge."""
        if self.webhook:
            await self.telegram.retry_pending()
        await self.telegram.settled()


async def staged(telegram: FakeTelegram, house: House, *, webhook: bool) -> Stage:
    bot = make_bot(telegram.token, telegram.api_url)
    house.bots.append(bot)
    platform = TelegramPlatform(bot)
    hook = HOOK if webhook else Hook()
    listener = TelegramListener(
        bot,
        house.gate,
        house.posts,
        house.grounds,
        hook,
        wait=5,
    )
    if webhook:
        telegram.webhook(Starlette(routes=listener.routes))
    li = telegram.user(7, "Li Na", "zh-hans", started=True)
    return Stage(telegram, house, listener, platform, li, webhook)
