"""The least of Telegram's Bot API, in a process of its own, so that its work is not a contender's.

It prints its address, and serves until its input ends.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count
from typing import Any

from aiohttp import web

BOT: dict[str, Any] = {"id": 700, "is_bot": True, "first_name": "Headwater", "username": "hw_bot"}
_numbers = count(1)


async def _asked(request: web.Request) -> web.Response:
    method = request.match_info["method"]
    if method == "getMe":
        return _granted(BOT)
    if method != "sendMessage":
        return _granted(True)
    asked = await request.post()
    chat = {"id": int(str(asked["chat_id"])), "type": "private", "first_name": "Somebody"}
    said = {"message_id": next(_numbers), "date": int(time.time()), "chat": chat, "from": BOT}
    return _granted(said | {"text": str(asked["text"])})


def _granted(result: object) -> web.Response:
    body = json.dumps({"ok": True, "result": result}, ensure_ascii=False).encode()
    return web.Response(body=body, content_type="application/json")


async def _serve() -> None:
    application = web.Application()
    application.add_routes([web.route("*", "/bot{token}/{method}", _asked)])
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    host, port = runner.addresses[0][:2]
    print(f"http://{host}:{port}", flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    await runner.cleanup()


@asynccontextmanager
async def served() -> AsyncIterator[str]:
    """Its address, while it serves."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.bench.telegram_server",
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert process.stdin
    assert process.stdout
    try:
        yield (await process.stdout.readline()).decode().strip()
    finally:
        process.stdin.close()
        await process.wait()


if __name__ == "__main__":
    asyncio.run(_serve())
