"""Socket Mode as Slack runs it: connections, envelopes, acknowledgements, and how they end."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field

from aiohttp import WSMsgType, web

from tests.fakes.slack.values import APP, Answer, Delivery, Json
from tests.fakes.slack.workspace import Workspace

MOST_CONNECTIONS = 10
CONNECT_WITHIN = 20.0
WITH_PAYLOAD = ("view_submission", "block_suggestion")


@dataclass(slots=True, eq=False)
class Connection:
    """`leaving` was told to go and gets nothing more; `half_open` is deaf and dumb, unnoticed."""

    ws: web.WebSocketResponse
    request: web.Request
    half_open: bool = False
    leaving: bool = False
    waiting: dict[str, asyncio.Future[Json | None]] = field(default_factory=dict)


class SocketHub:
    """`acks` holds every acknowledgement by envelope id, `sent` every envelope."""

    def __init__(self, workspace: Workspace) -> None:
        self.connections: list[Connection] = []
        self.acks: dict[str, Json] = {}
        self.sent: list[Json] = []
        self.ack_within = 3.0
        self.most_connections = MOST_CONNECTIONS
        self.ever_connected = 0
        self._workspace = workspace
        self._tickets: set[str] = set()
        self._turn = 0
        self._changed = asyncio.Condition()

    def new_address(self) -> str:
        """An address for one connection; Slack's too can be used once."""
        ticket = self._workspace.fresh("ticket")
        self._tickets.add(ticket)
        return f"{self._workspace.base_url.replace('http', 'ws', 1)}/link?ticket={ticket}"

    async def connect(self, request: web.Request) -> web.StreamResponse:
        ticket = request.query.get("ticket", "")
        if ticket not in self._tickets:
            return web.Response(status=408, text="expired")
        self._tickets.discard(ticket)
        ws = web.WebSocketResponse(autoping=False)
        await ws.prepare(request)
        if len(self.connections) >= self.most_connections:
            await ws.send_json({"type": "disconnect", "reason": "too_many_websockets"})
            await ws.close()
            return ws
        connection = Connection(ws, request)
        await ws.send_json(self._hello(len(self.connections) + 1))
        await self._enter(connection)
        try:
            await self._listen(connection)
        finally:
            await self._leave(connection)
        return ws

    def _hello(self, number: int) -> Json:
        debug = {"host": "applink", "approximate_connection_time": 18060}
        return {
            "type": "hello",
            "num_connections": number,
            "debug_info": debug,
            "connection_info": {"app_id": APP},
        }

    async def _enter(self, connection: Connection) -> None:
        async with self._changed:
            self.connections.append(connection)
            self.ever_connected += 1
            self._changed.notify_all()

    async def _leave(self, connection: Connection) -> None:
        for lost in connection.waiting.values():
            if not lost.done():
                lost.set_result(None)
        async with self._changed:
            self.connections.remove(connection)
            self._changed.notify_all()

    async def _listen(self, connection: Connection) -> None:
        async for message in connection.ws:
            if connection.half_open:
                continue
            if message.type is WSMsgType.PING:
                await connection.ws.pong(message.data)
            elif message.type is WSMsgType.TEXT:
                self._heard(connection, json.loads(message.data))

    def _heard(self, connection: Connection, ack: Json) -> None:
        envelope_id, payload = ack.get("envelope_id", ""), ack.get("payload") or {}
        envelope = next((e for e in self.sent if e["envelope_id"] == envelope_id), None)
        if envelope is None:
            self._workspace.complaints.append(f"ack of an unknown envelope: {ack}")
            return
        if payload and not envelope["accepts_response_payload"]:
            self._workspace.complaints.append(f"ack with a payload nobody reads: {payload}")
        self.acks[envelope_id] = payload
        waiting = connection.waiting.pop(envelope_id, None)
        if waiting is not None and not waiting.done():
            waiting.set_result(payload)

    async def connected(self, at_least: int = 1, *, ever: int = 0) -> None:
        """Waits until so many connections are open, and so many were opened in all."""
        async with asyncio.timeout(CONNECT_WITHIN), self._changed:
            await self._changed.wait_for(
                lambda: len(self.connections) >= at_least and self.ever_connected >= ever
            )

    async def gone(self, connection: Connection) -> None:
        async with asyncio.timeout(CONNECT_WITHIN), self._changed:
            await self._changed.wait_for(lambda: connection not in self.connections)

    def _next(self) -> Connection | None:
        """Each payload goes to one connection, in turn."""
        staying = [connection for connection in self.connections if not connection.leaving]
        if not staying:
            return None
        self._turn += 1
        return staying[self._turn % len(staying)]

    def _envelope(self, delivery: Delivery) -> Json:
        replies = delivery.kind == "slash_commands" or delivery.payload.get("type") in WITH_PAYLOAD
        envelope: Json = {
            "type": delivery.kind,
            "envelope_id": self._workspace.fresh("envelope-"),
            "payload": delivery.payload,
            "accepts_response_payload": replies,
        }
        if delivery.kind == "events_api":
            envelope["retry_attempt"] = delivery.retry
            envelope["retry_reason"] = delivery.retry_reason
        return envelope

    async def send(self, delivery: Delivery) -> Answer:
        """Delivers an envelope and waits for its ack, the connection's end or the time-out."""
        connection = self._next()
        if connection is None:
            return Answer(delivery, reason="connection_failed")
        envelope = self._envelope(delivery)
        self.sent.append(envelope)
        if connection.half_open:
            return Answer(delivery, reason="timeout")
        acknowledged: asyncio.Future[Json | None] = asyncio.get_running_loop().create_future()
        connection.waiting[envelope["envelope_id"]] = acknowledged
        try:
            await connection.ws.send_json(envelope)
            async with asyncio.timeout(self.ack_within):
                payload = await acknowledged
        except ConnectionError:
            payload = None
        except TimeoutError:
            return Answer(delivery, reason="timeout")
        if payload is None:
            return Answer(delivery, reason="connection_failed")
        return Answer(delivery, status=200, body=payload, text=str(payload.get("text", "")))

    async def disconnect(self, reason: str, connection: Connection | None = None) -> None:
        """Tells one connection, or all, to go; after a mere warning they still get payloads."""
        for each in [connection] if connection else list(self.connections):
            each.leaving = reason != "warning"
            debug = {"host": "applink"}
            await each.ws.send_json({"type": "disconnect", "reason": reason, "debug_info": debug})

    def cut(self, connection: Connection) -> None:
        """The line breaks without a closing word."""
        if connection.request.transport is not None:
            connection.request.transport.abort()

    async def close(self) -> None:
        for connection in list(self.connections):
            await connection.ws.close()
