"""Hands files over on Slack: upload v2, whose three steps end with the file in a conversation.

Until the last step nobody sees anything, so the first two may be repeated; the last one goes to a
channel's id, never to a name or a person.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Any

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient

from bot.platform import Address, Attached, Parcel
from bot.slack.api import trusted
from commands.kit.errors import Later, Never

Json = Any
Asked = Callable[[Awaitable[Any]], Awaitable[Json]]


class Uploads:
    """Uploads what a parcel carries. `asked` puts failures in the scheduler's terms."""

    def __init__(self, client: AsyncWebClient, url: str, asked: Asked) -> None:
        self._client = client
        self._url = url
        self._asked = asked

    async def hand_over(self, parcel: Parcel) -> None:
        """Put every file of a page into its conversation. Raises `Later`, `Never` or `Unclear`."""
        for block in parcel.page.blocks:
            if isinstance(block, Attached) and block.file_id in parcel.pictures:
                content = parcel.pictures[block.file_id]
                await self._share(await self._uploaded(block.name, content), block, parcel.address)

    async def _uploaded(self, name: str, content: bytes) -> str:
        call = self._client.files_getUploadURLExternal(filename=name, length=len(content))
        answer = await self._asked(call)
        await self._post(str(answer["upload_url"]), name, content)
        return str(answer["file_id"])

    async def _post(self, address: str, name: str, content: bytes) -> None:
        if not trusted(address, self._url):
            raise Never("the address to upload to is not Slack's")
        session = self._client.session
        assert session is not None
        form = aiohttp.FormData()
        form.add_field("filename", content, filename=name)
        proxy = self._client.proxy
        try:
            async with session.post(address, data=form, proxy=proxy) as answer:
                status = answer.status
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise Later(f"the file was not taken: {type(error).__name__}") from error
        if status != HTTPStatus.OK:
            raise Later(f"the file was not taken: status {status}")

    async def _share(self, file_id: str, block: Attached, address: Address) -> None:
        call = self._client.files_completeUploadExternal(
            files=[{"id": file_id, "title": block.name}],
            channel_id=address.chat,
            thread_ts=address.thread or None,
        )
        await self._asked(call)
