"""Gives files to Slack, in its three steps, and finds out when it is done with them.

What Slack was given stays private until a message shows it. Slack works on it for a while after
the last step, and refuses messages with it until then.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import aiohttp
import structlog
from slack_sdk.web.async_client import AsyncWebClient

from bot.pages import Image, Page
from bot.platform import Address, Parcel
from bot.shelf import Shelf, images, named
from bot.slack.api import PLATFORM, trusted
from commands.kit.errors import Later, Never, Unclear

Json = Any
Ask = Callable[[Awaitable[Any]], Awaitable[Json]]
log = structlog.get_logger(PLATFORM)
ALT = 1000
# What Slack says of a message whose pictures it does not know, or not yet.
REFUSED_WITH_PICTURES = {"invalid_blocks", "file_not_found", "slack_file_not_found"}


@dataclass(frozen=True, slots=True)
class Upload:
    """Bytes for Slack. With a `chat` (its id, never its name) they are shown there at once."""

    content: bytes
    name: str
    title: str = ""
    alt: str = ""
    chat: str = ""
    thread: str = ""
    comment: str = ""


async def upload(client: AsyncWebClient, ask: Ask, url: str, what: Upload) -> str:
    """Give Slack a file, and get what it calls it. Raises what `ask` raises.

    Given without a chat it may be given again: nobody has seen the first one.
    """
    alt = {"alt_txt": what.alt[:ALT]} if what.alt else {}
    begun = await ask(
        client.files_getUploadURLExternal(filename=what.name, length=len(what.content), **alt)
    )
    address, remote = str(begun.get("upload_url") or ""), str(begun.get("file_id") or "")
    if not trusted(address, url) or not remote:
        raise Never("the place to upload to is not Slack's")
    await _put(client, address, what.content)
    shown: dict[str, Json] = {"channel_id": what.chat} if what.chat else {}
    if what.thread:
        shown["thread_ts"] = what.thread
    if what.comment:
        shown["initial_comment"] = what.comment
    done: list[dict[str, str | None]] = [{"id": remote, "title": what.title or what.name}]
    await ask(client.files_completeUploadExternal(files=done, **shown))
    return remote


async def _put(client: AsyncWebClient, address: str, content: bytes) -> None:
    """The second step goes to the address itself, without our token."""
    assert client.session is not None
    posted = client.session.post(
        address,
        data=content,
        headers={"Content-Type": "application/octet-stream"},
        allow_redirects=False,
        proxy=client.proxy,
    )
    try:
        async with posted as response:
            status = response.status
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        raise Later(f"no upload: {type(error).__name__}", away=True) from error
    if status == HTTPStatus.TOO_MANY_REQUESTS or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        away = status >= HTTPStatus.INTERNAL_SERVER_ERROR
        raise Later(f"no upload: status {status}", away=away)
    if status != HTTPStatus.OK:
        raise Never(f"no upload: status {status}")


@dataclass(frozen=True, slots=True)
class Hanging:
    """A page with those of its pictures that Slack can show; not `whole` while one is missing.

    `again` says why a missing one may still come.
    """

    page: Page
    again: Later | None = None

    @property
    def pictures(self) -> list[int]:
        """Those that it shows."""
        return [image.file_id for image in images(self.page) if image.remote]


@dataclass(frozen=True, slots=True)
class SlackPictures:
    """Uploads each picture once to a workspace, and knows it again."""

    shelf: Shelf
    client: Callable[[], AsyncWebClient]
    ask: Ask
    url: str

    async def illustrated(self, parcel: Parcel) -> Hanging:
        """The page as Slack can show it now. It never fails: words go out without pictures too."""
        remotes: dict[int, str] = {}
        again: Later | None = None
        for image in images(parcel.page):
            try:
                remotes[image.file_id] = await self._remote(parcel, image)
            except (Later, Unclear) as later:
                again = _again(later) or again
                log.info("picture_later", file=image.file_id, reason=later.reason)
            except Never as never:
                log.warning("picture_refused", file=image.file_id, reason=never.reason)
        return Hanging(named(parcel.page, remotes), again)

    async def without(self, at: Address, hanging: Hanging) -> Page:
        """The page without pictures, which Slack did not know after all: they are given anew."""
        await self.shelf.forget(at, hanging.pictures)
        return named(hanging.page, {})

    async def _remote(self, parcel: Parcel, image: Image) -> str:
        at = parcel.address
        has = await self.shelf.has(at, image.file_id)
        if has is None:
            remote, ready = await self._given(parcel, image), False
        else:
            remote, ready = has.remote, has.ready
        if not ready:
            await self._until_ready(remote)
            await self.shelf.put(at, image.file_id, remote, ready=True)
        return remote

    async def _given(self, parcel: Parcel, image: Image) -> str:
        content = parcel.pictures.get(image.file_id)
        if content is None:
            raise Never("its bytes are not here")
        name = await self.shelf.name_of(image.file_id)
        what = Upload(content, name, title=image.alt, alt=image.alt)
        remote = await upload(self.client(), self.ask, self.url, what)
        await self.shelf.put(parcel.address, image.file_id, remote, ready=False)
        return remote

    async def _until_ready(self, remote: str) -> None:
        """Slack knows the kind of a file once it has looked at it."""
        answer = await self.ask(self.client().files_info(file=remote))
        if not (answer.get("file") or {}).get("mimetype"):
            raise Later("Slack is still looking at a picture", 2.0)


def _again(failure: Later | Unclear) -> Later | None:
    """Whether to try again: nobody has seen what was lost, but a missing right stays missing."""
    if failure.reason == "missing_scope":
        return None
    return failure if isinstance(failure, Later) else Later(failure.reason)
