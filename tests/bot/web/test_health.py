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
    answer = await outsider.get("/readyz")
    assert answer.status_code == 503
    assert answer.text == "not ready: the database does not answer\n"


async def test_what_troubles_a_platform_is_said_to_this_machine_and_holds_nobody_up(
    stage: Stage, outsider: httpx2.AsyncClient
) -> None:
    stage.gate.troubles = ["paper: the token is refused (PAPER_BOT_TOKEN)"]
    answer = await outsider.get("/readyz")
    assert answer.status_code == 200
    assert answer.text == "ready\npaper: the token is refused (PAPER_BOT_TOKEN)\n"
    passed_on = await outsider.get("/readyz", headers={"x-forwarded-for": "1.2.3.4"})
    assert passed_on.text == "ready\n"
