"""A server that answers as told, down to the byte: for answers that no Telegram would give."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self
from urllib.parse import parse_qs

from storage.database import Json

SENT: Json = {
    "message_id": 55,
    "date": 1,
    "chat": {"id": 7, "type": "private"},
    "text": "Card",
}


@dataclass(frozen=True, slots=True)
class Answer:
    """Raw bytes; or silence (`hangs`); or the connection torn down."""

    body: bytes = b""
    status: str = "200 OK"
    headers: tuple[str, ...] = ()
    hangs: bool = False
    resets: bool = False
    length: int | None = None

    @property
    def written(self) -> bytes:
        length = len(self.body) if self.length is None else self.length
        lines = [f"HTTP/1.1 {self.status}", f"Content-Length: {length}", *self.headers, "", ""]
        return "\r\n".join(lines).encode() + self.body


def ok(result: Json) -> Answer:
    return Answer(json.dumps({"ok": True, "result": result}).encode())


def refused(status: str, description: str, **parameters: Json) -> Answer:
    code = int(status.split(maxsplit=1)[0])
    body: Json = {"ok": False, "error_code": code, "description": description}
    if parameters:
        body["parameters"] = parameters
    return Answer(json.dumps(body).encode(), status)


ME = ok({"id": 900, "is_bot": True, "first_name": "Headwater", "username": "headwater_bot"})


@dataclass(frozen=True, slots=True)
class Call:
    """What we were asked: the method, and its arguments as they came."""

    method: str
    arguments: Json = field(default_factory=dict)


class Wire:
    """Serves the given answers one after the other, the last one for ever."""

    def __init__(self, *answers: Answer) -> None:
        self.answers = list(answers)
        self.calls: list[Call] = []
        self._arrived = asyncio.Event()
        self._server: asyncio.Server | None = None
        self._serving: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        assert self._server
        self._server.close()
        for task in self._serving:
            task.cancel()
        await asyncio.gather(*self._serving, return_exceptions=True)

    @property
    def url(self) -> str:
        assert self._server
        host, port = self._server.sockets[0].getsockname()
        return f"http://{host}:{port}"

    async def until(self, calls: int) -> None:
        """Wait for so many calls."""
        while len(self.calls) < calls:
            self._arrived.clear()
            await self._arrived.wait()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        self._serving.add(task)
        try:
            while await self._one(reader, writer):
                pass
        except (asyncio.CancelledError, asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()
            self._serving.discard(task)

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        method, length = _head((await reader.readuntil(b"\r\n\r\n")).decode())
        self.calls.append(Call(method, _arguments(await reader.readexactly(length))))
        self._arrived.set()
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if answer.resets:
            writer.transport.abort()
            return False
        if answer.hangs:
            await reader.read()
            return False
        writer.write(answer.written)
        await writer.drain()
        return answer.length is None


def _head(head: str) -> tuple[str, int]:
    """The method that a request names, and the length of its body."""
    first, *lines = head.splitlines()
    headers = dict(line.lower().split(": ", 1) for line in lines if line)
    return first.split()[1].rsplit("/", 1)[1], int(headers.get("content-length", 0))


def _arguments(body: bytes) -> Json:
    if body.startswith(b"{"):
        return json.loads(body)
    return {name: values[0] for name, values in parse_qs(body.decode()).items()}
