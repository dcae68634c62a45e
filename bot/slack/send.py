"""Sends pages to Slack, and says of every failure whether trying again makes sense."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any, TypeVar

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.handing import Handing
from bot.pages import Page
from bot.platform import Address, Handed, Landed, Parcel
from bot.shelf import Shelf
from bot.slack import draw, happenings, home
from bot.slack.api import OFFICIAL, PLATFORM, UNINSTALLED, connect, trusted
from bot.slack.chats import is_external
from bot.slack.hear import AT_TEAM
from bot.slack.manifest import LETTER
from bot.slack.markup import whole
from bot.slack.upload import REFUSED_WITH_PICTURES, Hanging, SlackPictures, Upload, upload
from bot.telling import Profile, Written
from commands.kit.errors import Later, Never, TooLarge, Unclear, Undeliverable
from scheduler.sending import KEYS, Rate

Json = Any
V = TypeVar("V")

SECONDS = 10.0
SECONDS_FOR_A_FILE = 60.0
LARGEST_FILE = 20_000_000
CHUNK = 65_536
PAUSE_FOR_REPAIR = 60.0
# How far back an unclear letter is looked for, and how many pages are read for it.
FINDABLE = timedelta(hours=24)
PAGES = 20
ON_A_PAGE = 200
# Failures before a byte of ours was written.
UNSENT = (
    aiohttp.ClientConnectorError,
    aiohttp.ClientHttpProxyError,
    aiohttp.ConnectionTimeoutError,
    aiohttp.InvalidURL,
)
# What the library raises on an answer that is not shaped like one.
MISSHAPEN = (AttributeError, KeyError, TypeError, ValueError)
PERSON_GONE = {
    "cannot_dm_bot",
    "messages_tab_disabled",
    "user_disabled",
    "user_not_found",
    "user_not_visible",
    "users_not_found",
}
# In a direct chat these say that the person can't be reached there any more.
CHAT_GONE = {"channel_not_found", "is_archived", "not_in_channel", "restricted_action"}
PASSING = {"request_timeout", "service_unavailable", "team_added_to_org"}
TOO_MANY = {"message_limit_exceeded", "rate_limited", "ratelimited"}
# Slack says of these itself that part of the work may have been done.
HALF_DONE = {"fatal_error", "internal_error"}


class SlackPlatform:
    """One app's voice."""

    name = PLATFORM
    carries = True

    def __init__(
        self,
        token: str,
        now: Callable[[], datetime],
        *,
        url: str = OFFICIAL,
        seconds: float = SECONDS,
        shelf: Shelf | None = None,
    ) -> None:
        self._token = token
        self._now = now
        self._url = url
        self._seconds = seconds
        self._api: AsyncWebClient | None = None
        self._pictures = (
            SlackPictures(shelf, lambda: self._client, self._asked, url) if shelf else None
        )
        self._handing = Handing(shelf, self._give) if shelf else None

    async def stop(self) -> None:
        """Let go of the connections."""
        if self._api and self._api.session:
            await self._api.session.close()

    async def direct(self, user: str) -> str:
        """The direct chat of the bot and a person. Opening it twice is harmless."""
        with _repeatable():
            opened = self._client.conversations_open(users=user.partition(AT_TEAM)[0])
            answer = await self._asked(opened)
            return _text(answer.get("channel"), "id")

    async def send(self, parcel: Parcel) -> Landed:
        """Post a page, with its pictures if Slack has them. Raises `Later`, `Never`, `Unclear`."""
        if self._handing is not None:
            await self._handing.ahead(parcel)
        hanging = await self._illustrated(parcel)
        try:
            landed = await self._post(parcel, hanging.page)
        except Never as never:
            return await self._post(parcel, await self._plain(parcel, hanging, never), whole=False)
        return replace(landed, whole=hanging.again is None)

    async def _give(self, address: Address, handed: Handed) -> str:
        """Post a file; Slack does not say as which message."""
        what = Upload(handed.content, handed.name, chat=address.chat, thread=address.thread)
        await upload(self._client, self._asked, self._url, what)
        return ""

    async def _post(self, parcel: Parcel, page: Page, *, whole: bool = True) -> Landed:
        address = parcel.address
        answer = await self._asked(
            self._client.chat_postMessage(
                channel=address.chat,
                thread_ts=address.thread or None,
                metadata={"event_type": LETTER, "event_payload": {"key": parcel.key}},
                unfurl_links=False,
                unfurl_media=False,
                **draw.message(page),
            ),
            address.chat,
        )
        return Landed(_text(answer, "channel"), _text(answer, "ts"), whole)

    async def redraw(self, parcel: Parcel, message: str) -> None:
        """Show a page in place of an earlier one. Doing so twice is harmless.

        Raises `Later`, with the words shown, while a picture is on its way.
        """
        hanging = await self._illustrated(parcel)
        try:
            await self._update(parcel, message, hanging.page)
        except Never as never:
            await self._update(parcel, message, await self._plain(parcel, hanging, never))
            raise Later("its pictures are given anew") from never
        if hanging.again is not None:
            raise hanging.again

    async def _update(self, parcel: Parcel, message: str, page: Page) -> None:
        chat = parcel.address.chat
        with _repeatable():
            update = self._client.chat_update(channel=chat, ts=message, **draw.message(page))
            await self._asked(update, chat)

    async def _illustrated(self, parcel: Parcel) -> Hanging:
        if self._pictures is None:
            return Hanging(parcel.page)
        return await self._pictures.illustrated(parcel)

    async def _plain(self, parcel: Parcel, hanging: Hanging, never: Never) -> Page:
        """The page without pictures, if they are what Slack refused."""
        if self._pictures is None or not hanging.pictures:
            raise never
        if never.reason not in REFUSED_WITH_PICTURES:
            raise never
        return await self._pictures.without(parcel.address, hanging)

    async def find(self, parcel: Parcel) -> Landed | None:
        """Look for a letter by its key, back to a day ago.

        Raises `Unclear` if it cannot tell, and `Later` if it cannot tell now.
        """
        oldest = str((self._now() - FINDABLE).timestamp())
        cursor = ""
        for _ in range(PAGES):
            messages, cursor = await self._page(parcel.address, oldest, cursor)
            for message in messages:
                if parcel.key in _keys_of(message):
                    return Landed(parcel.address.chat, _text(message, "ts"))
            if not cursor:
                return None
        raise Unclear("too much has been said there since")

    # --- what Slack tells when it is asked --------------------------------------------------------

    async def profile(self, workspace: str, user: str) -> Profile:
        """Who an account is, and the language that Slack speaks with them."""
        with _repeatable():
            asked = self._client.users_info(user=user.partition(AT_TEAM)[0], include_locale=True)
            return _profile((await self._asked(asked))["user"], workspace)

    async def external(self, chat: str) -> bool:
        """Whether other companies read a chat, or are invited to."""
        with _repeatable():
            answer = await self._asked(self._client.conversations_info(channel=chat), chat)
            return is_external(answer["channel"])

    async def written(self, address: Address, message: str) -> Written | None:
        """One message, wherever it stands; None for what nobody said."""
        with _repeatable():
            found = await self._one(address.chat, message)
            if found is None or not happenings.is_said(found):
                return None
            origin = happenings.written(found, address.workspace).origin
            named = origin.user and origin.author == origin.user
            name = (await self.profile(address.workspace, origin.user)).name if named else ""
            return happenings.written(found, address.workspace, name)

    async def _one(self, chat: str, message: str) -> Json:
        """A message by its time. Slack lists the answers in a thread apart from all else."""
        bounds: Json = {"channel": chat, "oldest": message, "latest": message, "inclusive": True}
        above = await self._asked(self._client.conversations_history(limit=1, **bounds), chat)
        if found := _dated(above, message):
            return found
        replies = self._client.conversations_replies(ts=message, limit=2, **bounds)
        return _dated(await self._asked(replies, chat), message)

    async def publish(self, user: str, address: Address, page: Page) -> None:
        """Show somebody's Home tab. Doing so twice is harmless."""
        with _repeatable():
            view = home.view(page, address.chat)
            asked = self._client.views_publish(user_id=user.partition(AT_TEAM)[0], view=view)
            await self._asked(asked)

    async def fetch(self, remote: str) -> bytes:
        """The bytes of a file that somebody sent, from Slack alone: the token goes along."""
        with _repeatable():
            return await _limited(self._download(remote), SECONDS_FOR_A_FILE, "")

    def rates(self, address: Address) -> tuple[Rate, ...]:
        """About one message a second in each channel, and a few hundred a minute in all."""
        workspace = f"{PLATFORM}:{address.workspace}"
        return (Rate(f"{workspace}:{address.chat}", 1, 1.0), Rate(workspace, 5, 1.0))

    # --- the wire ---------------------------------------------------------------------------------

    @property
    def _client(self) -> AsyncWebClient:
        """The client, made when first needed.

        No connection is used twice: when Slack closes one just as we write on it, nobody knows
        what became of the message.
        """
        if self._api is None:
            limits = aiohttp.ClientTimeout(total=None, connect=self._seconds * 0.4)
            connector = aiohttp.TCPConnector(force_close=True)
            session = aiohttp.ClientSession(connector=connector, timeout=limits)
            self._api = connect(self._token, self._url, session=session)
        return self._api

    async def _asked(self, call: Awaitable[AsyncSlackResponse], chat: str = "") -> Json:
        return (await _limited(call, self._seconds, chat)).data

    async def _page(self, address: Address, oldest: str, cursor: str) -> tuple[list[Json], str]:
        """A page of what was said, and the mark of the next page."""
        bounds: dict[str, Json] = {
            "channel": address.chat,
            "oldest": oldest,
            "limit": ON_A_PAGE,
            "include_all_metadata": True,
            "cursor": cursor or None,
        }
        client = self._client
        if address.thread:
            call = client.conversations_replies(ts=address.thread, **bounds)
        else:
            call = client.conversations_history(**bounds)
        try:
            answer = await self._asked(call, address.chat)
            return list(answer["messages"]), _cursor_of(answer)
        except Unclear as error:
            raise Later(f"cannot look for it: {error.reason}", away=True) from error
        except Never as error:
            raise Unclear(f"cannot look for it: {error.reason}") from error
        except MISSHAPEN as error:
            raise Later("cannot look for it: an answer that is none") from error

    async def _download(self, remote: str) -> bytes:
        address = remote if "://" in remote else await self._address_of(remote)
        if not trusted(address, self._url):
            raise Never("the file is not kept by Slack")
        bearer = {"Authorization": f"Bearer {self._token}"}
        # A redirect leads to the sign-in page: a "200" of HTML, which is not the file.
        client = self._client
        assert client.session is not None
        asked = client.session.get(
            address, headers=bearer, allow_redirects=False, proxy=client.proxy
        )
        async with asked as response:
            _check_file(response)
            return await _content(response)

    async def _address_of(self, file_id: str) -> str:
        answer = await self._asked(self._client.files_info(file=file_id))
        file = answer["file"]
        named = "url_private_download" if "url_private_download" in file else "url_private"
        return _text(file, named)


# --- what was received ----------------------------------------------------------------------------


def _text(found: Json, name: str) -> str:
    value = found.get(name) if isinstance(found, dict) else None
    if not isinstance(value, str) or not value:
        raise Unclear(f"the answer has no {name}")
    return value


def _dated(answer: Json, message: str) -> Json:
    return next((one for one in answer["messages"] if one.get("ts") == message), None)


def _profile(user: Json, workspace: str) -> Profile:
    """A person's full name, their language if we speak it, and their confirmed address."""
    about = user.get("profile") or {}
    names = (about.get("real_name"), user.get("real_name"), about.get("display_name"))
    named = next((str(one) for one in names if one), str(user.get("name") or ""))
    spoken = str(user.get("locale") or "").partition("-")[0]
    return Profile(whole(named), spoken, _confirmed(user, workspace))


def _confirmed(user: Json, workspace: str) -> str:
    """An address that our own workspace vouches for: another company's says nothing about ours."""
    foreign = user.get("is_stranger") or user.get("team_id") not in {None, workspace}
    if foreign or user.get("is_bot") or user.get("is_email_confirmed") is not True:
        return ""
    return str((user.get("profile") or {}).get("email") or "")


def _cursor_of(answer: Json) -> str:
    return str((answer.get("response_metadata") or {}).get("next_cursor") or "")


def _keys_of(message: Json) -> list[str]:
    """The key of a letter of ours, and of each merged into it; none of what else is said."""
    match message:
        case {"metadata": {"event_type": str(kind), "event_payload": {"key": key}}}:
            keys = str(key)
            return [keys, *keys.split(KEYS)] if kind == LETTER else []
        case _:
            return []


def _check_file(response: aiohttp.ClientResponse) -> None:
    status = response.status
    if status == HTTPStatus.OK:
        return
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        raise Later("too many requests", _seconds(response.headers), asked=True)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise Later(f"status {status}", away=True)
    raise Never(f"the file is not to be had: status {status}")


async def _content(response: aiohttp.ClientResponse) -> bytes:
    content = bytearray()
    async for chunk in response.content.iter_chunked(CHUNK):
        content += chunk
        if len(content) > LARGEST_FILE:
            raise TooLarge("the file is too big")
    return bytes(content)


# --- what a failure means -------------------------------------------------------------------------


async def _limited(work: Awaitable[V], limit: float, chat: str) -> V:
    """Wait for an answer, but not for ever, and put a failure in the scheduler's terms."""
    try:
        async with asyncio.timeout(limit):
            return await work
    except UNSENT as error:
        raise Later(f"no connection: {type(error).__name__}", away=True) from error
    except SlackApiError as error:
        raise _refused(error.response, chat) from error
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        raise Unclear(f"no answer: {type(error).__name__}") from error
    except MISSHAPEN as error:
        raise Unclear(f"an answer that is none: {type(error).__name__}") from error


@contextmanager
def _repeatable() -> Iterator[None]:
    try:
        yield
    except Unclear as unclear:
        raise Later(unclear.reason, away=True) from unclear


def _refused(response: Json, chat: str) -> Undeliverable:
    """What Slack's answer means; one that cannot even be read says nothing of the message."""
    if not isinstance(response, AsyncSlackResponse):
        return Unclear("an answer that cannot be read")
    body = response.data if isinstance(response.data, dict) else {}
    code = str(body.get("error") or "")
    status = response.status_code
    if status == HTTPStatus.TOO_MANY_REQUESTS or code in TOO_MANY:
        after = _seconds(response.headers)
        return Later("too many requests", after, everyone=True, asked=True)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR or code in HALF_DONE:
        return Unclear(code or f"status {status}")
    if not code:
        return Unclear("no answer") if status == HTTPStatus.OK else Later(f"status {status}")
    return _refusal(code, chat)


def _refusal(code: str, chat: str) -> Undeliverable:
    """What a refusal in so many words means."""
    if code in PASSING:
        return Later(code, away=True)
    if code in UNINSTALLED:
        return Later(code, PAUSE_FOR_REPAIR, everyone=True, asked=True, token=True)
    lost = code in CHAT_GONE and chat.startswith("D")
    return Never(code, account=lost or code in PERSON_GONE)


def _seconds(headers: Json) -> float | None:
    """How long we are asked to wait; None when Slack names no usable number."""
    asked = str(headers.get("Retry-After", ""))
    usable = asked.isascii() and asked.isdecimal() and int(asked) > 0
    return float(asked) if usable else None
