"""Who gets in: this machine, by the link, with a session and its token; nobody else."""

from __future__ import annotations

import httpx2
import pytest
from starlette.routing import Mount, Route

from bot.web.access import COOKIE, HEADER
from bot.web.listen import MOST_POSTED
from bot.web.rehearsal import SMALL
from tests.bot.web.conftest import ADDRESS, Visitor
from tests.bot.web.stage import Stage
from tests.bot.web.stage import stage as staged
from tests.players.web_html import parsed

READS = ["/chat", "/chat/news?after=0", "/chat/events", "/chat/file/x", "/files/1-x?as=lina"]
WRITES = ["say", "submit", "press", "begin", "language", "options", "see", "clock"]


async def test_the_link_opens_the_chat(stage: Stage, outsider: httpx2.AsyncClient) -> None:
    answer = await outsider.get(stage.rehearsal.link(), follow_redirects=True)
    assert answer.status_code == 200
    assert "李娜" in answer.text


async def test_a_link_works_once(stage: Stage, outsider: httpx2.AsyncClient) -> None:
    link = stage.rehearsal.link()
    await outsider.get(link)
    outsider.cookies.clear()
    assert (await outsider.get(link)).status_code == 401


async def test_another_link_can_be_made(stage: Stage, outsider: httpx2.AsyncClient) -> None:
    first, second = stage.rehearsal.link(), stage.rehearsal.link()
    assert first != second
    assert (await outsider.get(first)).status_code == 303
    assert (await outsider.get(second)).status_code == 303


async def test_the_session_is_strict_and_out_of_the_reach_of_scripts(
    stage: Stage, outsider: httpx2.AsyncClient
) -> None:
    answer = await outsider.get(stage.rehearsal.link())
    cookie = answer.headers["set-cookie"].lower()
    assert {"httponly", "samesite=strict", "path=/"} <= set(cookie.split("; "))


async def test_without_a_session_both_languages_say_what_is_needed(
    outsider: httpx2.AsyncClient,
) -> None:
    answer = await outsider.get("/chat")
    shown = parsed(answer.text)
    assert answer.status_code == 401
    assert [section["lang"] for section in shown.all("section")] == ["zh", "en"]
    assert not shown.all("meta", **{"http-equiv": "refresh"})


async def test_who_came_from_elsewhere_asks_once_more_by_itself(
    outsider: httpx2.AsyncClient,
) -> None:
    shown = parsed((await outsider.get("/chat?opened=1")).text)
    assert shown.first("meta", **{"http-equiv": "refresh"})["content"] == "0; url=/chat"


@pytest.mark.parametrize("path", READS)
async def test_nothing_is_read_without_a_session(outsider: httpx2.AsyncClient, path: str) -> None:
    assert (await outsider.get(path)).status_code == 401


@pytest.mark.parametrize("path", WRITES)
async def test_nothing_is_done_without_a_session(
    stage: Stage, outsider: httpx2.AsyncClient, path: str
) -> None:
    assert (await outsider.post(f"/chat/{path}", data={"as": "lina"})).status_code == 401
    assert not stage.gate.heard


@pytest.mark.parametrize("path", WRITES)
@pytest.mark.parametrize("token", [None, "", "wrong", "é"])
async def test_nothing_is_done_without_the_token(
    stage: Stage, visitor: Visitor, path: str, token: str | None
) -> None:
    headers = [] if token is None else [(HEADER.encode(), token.encode())]
    answer = await visitor.client.post(f"/chat/{path}", data={"as": "lina"}, headers=headers)
    assert answer.status_code == 403
    assert not stage.gate.heard


def test_these_are_all_the_ways_in(stage: Stage) -> None:
    routes = [route for route in stage.rehearsal.routes() if isinstance(route, Route)]
    posts = {r.path.removeprefix("/chat/") for r in routes if "POST" in (r.methods or ())}
    assert posts == set(WRITES)
    assert len(routes) == len(WRITES) + len(READS)
    assert [r.path for r in stage.rehearsal.routes() if isinstance(r, Mount)] == ["/chat/static"]


async def test_a_token_belongs_to_its_session(stage: Stage, visitor: Visitor) -> None:
    visitor.client.cookies.clear()
    await visitor.client.get(stage.rehearsal.link())
    assert (await visitor.post("say", text="x")).status_code == 403


async def test_a_session_signed_by_somebody_else_is_none(
    stage: Stage, outsider: httpx2.AsyncClient
) -> None:
    for forged in ("x.y", "x", ".", "", f"x.{'0' * 32}"):
        outsider.cookies = httpx2.Cookies({COOKIE: forged})
        assert (await outsider.get("/chat")).status_code == 401


async def test_a_session_outlives_the_process_if_the_secret_does(
    stage: Stage, visitor: Visitor
) -> None:
    again = staged(stage.database)
    transport = httpx2.ASGITransport(app=again.app)
    async with httpx2.AsyncClient(
        transport=transport, base_url=ADDRESS, cookies=visitor.client.cookies
    ) as client:
        assert (await client.get("/chat")).status_code == 200


@pytest.mark.parametrize("host", ["example.com", "127.0.0.1.example.com", "10.0.0.1", "", "[::"])
async def test_only_this_machine_is_served(stage: Stage, visitor: Visitor, host: str) -> None:
    for path in ("/chat", stage.rehearsal.link(), "/chat/events"):
        answer = await visitor.client.get(path, headers={"host": host})
        assert answer.status_code == 421
        assert "set-cookie" not in answer.headers
    headers = {"host": host, HEADER: visitor.token}
    assert (await visitor.client.post("/chat/say", headers=headers)).status_code == 421


@pytest.mark.parametrize("host", ["127.0.0.1:8080", "localhost:1", "LOCALHOST", "[::1]:8080"])
async def test_this_machine_has_several_names(visitor: Visitor, host: str) -> None:
    assert (await visitor.client.get("/chat", headers={"host": host})).status_code == 200


async def test_a_page_runs_no_script_but_ours(visitor: Visitor) -> None:
    answer = await visitor.client.get("/chat")
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy
    assert "unsafe" not in policy
    shown = parsed(answer.text)
    assert all(node["src"].startswith("/chat/static/") for node in shown.all("script"))
    assert not [n for n in shown.walk() if any(a.startswith("on") for a in n.attributes)]
    assert not [n for n in shown.walk() if "style" in n.attributes]


async def test_every_answer_says_how_it_may_be_used(visitor: Visitor) -> None:
    for path in ("/chat", "/chat/news?as=lina&after=0"):
        headers = (await visitor.client.get(path)).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cache-control"] == "no-store"
        assert headers["x-frame-options"] == "DENY"


@pytest.mark.parametrize(("path", "most"), [("say", MOST_POSTED), ("press", SMALL)])
async def test_a_post_that_is_too_long_is_not_read(
    stage: Stage, visitor: Visitor, path: str, most: int
) -> None:
    headers = {HEADER: visitor.token, "content-length": str(most + 1)}
    answer = await visitor.client.post(f"/chat/{path}", headers=headers, content=b"")
    assert answer.status_code == 413


async def test_a_post_says_how_long_it_is(visitor: Visitor) -> None:
    headers = {HEADER: visitor.token, "content-length": "as it comes"}
    answer = await visitor.client.post("/chat/say", headers=headers, content=b"")
    assert answer.status_code == 411
