"""Examines what only Telegram needs: the token, privacy mode, the webhook, and the clock."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import httpx

from bot.finding import Finding, broken, clock, dated, doubtful, fine
from bot.telegram.api import HEARD, TOKEN_REFUSED
from bot.telegram.listen import Hook
from commands.kit.reasons import of_platform
from commands.kit.words import T
from storage.database import Json

PENDING = 100
RECENT = timedelta(hours=1)
NETWORK = T("Let this machine reach api.telegram.org over https, or correct TELEGRAM_API_URL.")


class Unanswered(Exception):
    """Telegram gave no answer that can be used."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status


async def examine(token: str, url: str, hook: Hook, now: datetime) -> list[Finding]:
    """Ask Telegram who we are, and how it reaches us."""
    base = f"{url.rstrip('/')}/bot{token}"
    async with httpx.AsyncClient(timeout=10) as client:
        try:
            me, date = await _asked(client, f"{base}/getMe")
            info, _ = await _asked(client, f"{base}/getWebhookInfo")
        except Unanswered as error:
            return [_refused(error)]
    known = fine(T("Telegram token"), T("known as @{name}", name=str(me.get("username"))))
    return [
        known,
        clock(T("Telegram clock"), dated(date), now),
        _privacy(me),
        *_webhook(info, hook, now),
    ]


async def _asked(client: httpx.AsyncClient, url: str) -> tuple[dict[str, Json], str | None]:
    """An answer's result, and when it was given. The address holds the token: it is never told."""
    try:
        response = await client.post(url)
        result = response.json()["result"] if response.is_success else None
    except (httpx.HTTPError, httpx.InvalidURL, ValueError, KeyError, TypeError) as error:
        raise Unanswered(0, type(error).__name__) from None
    if not isinstance(result, dict):
        raise Unanswered(response.status_code, f"answer {response.status_code}")
    return result, response.headers.get("date")


def _refused(error: Unanswered) -> Finding:
    if error.status in TOKEN_REFUSED:
        return broken(
            T("Telegram token"),
            T("Telegram refuses the token in TELEGRAM_BOT_TOKEN"),
            T("Ask @BotFather for it with /token, and set it again."),
        )
    said = T("Telegram could not be asked: {why}", why=of_platform(str(error)))
    return broken(T("Telegram token"), said, NETWORK)


def _privacy(me: dict[str, Json]) -> Finding:
    if me.get("can_read_all_group_messages"):
        return fine(T("Telegram privacy"), T("the bot reads what is said in its groups"))
    return doubtful(
        T("Telegram privacy"),
        T("privacy mode is on: in groups the bot hears commands and replies only"),
        T(
            "Tell @BotFather /setprivacy, choose the bot, then Disable; take the bot out of its "
            "groups and add it again."
        ),
    )


def _webhook(info: dict[str, Json], hook: Hook, now: datetime) -> Iterator[Finding]:
    yield _address(str(info.get("url") or ""), hook)
    if hook.url and not hook.secret:
        yield broken(
            T("Telegram secret"),
            T("TELEGRAM_WEBHOOK_SECRET is not set, so every update is refused"),
            T("Set it to a long random word and restart the bot."),
        )
    yield _backlog(int(info.get("pending_update_count") or 0))
    if hook.url:
        yield _errors(info, now)
        yield _kinds(info.get("allowed_updates"))


def _address(there: str, hook: Hook) -> Finding:
    if there == hook.url:
        how = T("updates are posted to {url}", url=there) if there else T("updates are fetched")
        return fine(T("Telegram webhook"), how)
    if not hook.url:
        return broken(
            T("Telegram webhook"),
            T("Telegram posts updates to {url}, so nothing can be fetched", url=there),
            T("Stop the other program that uses this bot, then restart this one; or use two bots."),
        )
    return broken(
        T("Telegram webhook"),
        T("Telegram posts updates to {url} and not to TELEGRAM_WEBHOOK_URL", url=there or "—"),
        T("Restart the bot, which sets it; if it changes again, another program uses this token."),
    )


def _backlog(pending: int) -> Finding:
    if pending < PENDING:
        return fine(T("Telegram backlog"), T("{n} updates wait", n=pending))
    return doubtful(
        T("Telegram backlog"),
        T("{n} updates wait", n=pending),
        T("Look whether the bot runs, and whether Telegram reaches its address."),
    )


def _errors(info: dict[str, Json], now: datetime) -> Finding:
    at = datetime.fromtimestamp(int(info.get("last_error_date") or 0), UTC)
    if now - at > RECENT:
        return fine(T("Telegram errors"), T("none in the last hour"))
    return doubtful(
        T("Telegram errors"),
        T(
            "Telegram could not deliver: {why}",
            why=of_platform(str(info.get("last_error_message"))),
        ),
        T("Check that TELEGRAM_WEBHOOK_URL leads to the bot, with a certificate that is accepted."),
    )


def _kinds(allowed: Json) -> Finding:
    missing = sorted(set(HEARD) - set(allowed or HEARD))
    if not missing:
        return fine(T("Telegram updates"), T("every kind that the bot hears is posted"))
    return broken(
        T("Telegram updates"),
        T("these kinds of update are not posted: {kinds}", kinds=", ".join(missing)),
        T("Restart the bot, which asks for them."),
    )
