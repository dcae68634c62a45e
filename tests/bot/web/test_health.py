"""Health says that the process runs; readiness, that it can work."""

from __future__ import annotations

import httpx2

from tests.bot.web.stage import Stage


async def test_the_process_is_healthy_whatever_else(
    stage: Stage, outsider: httpx2.AsyncClient
) -> None:
    stage.gate.gone = 1
    assert (await outsider.get("/healthz")).status_code == 200
    assert (await outsider.get("/healthz", headers={"host": "example.com"})).status_code == 200


async def test_the_process_is_ready_when_what_it_needs_is_there(
    stage: Stage, outsider: httpx2.AsyncClient
) -> None:
    assert (await outsider.get("/readyz")).status_code == 200
    stage.gate.gone = 1
    assert (await outsider.get("/readyz")).status_code == 503
