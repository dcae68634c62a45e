"""`/metrics`: what is measured, who may read it, and that labels name nobody."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import httpx2
import pytest
from prometheus_client.parser import text_string_to_metric_families
from starlette.applications import Starlette

from bot.metrics import OTHER, Metrics, Reading
from bot.web import health
from storage import deliveries, files
from storage.database import Database
from storage.deliveries import SetAside
from storage.files import File
from tests.house import BEGUN, TestClock, TestHouse

VALUES = {
    "platform": {"slack", "telegram", "web", OTHER},
    "outcome": {"answered", "repeated", "refused", "failed", "set_aside", "gone", OTHER},
    "state": {
        *("waiting", "sending", "sent", "unclear", "dead", "dropped", "replaced"),
        *("fired", "failed", OTHER),
    },
}


async def fetched(house: TestHouse, peer: str = "127.0.0.1", **headers: str) -> httpx2.Response:
    transport = httpx2.ASGITransport(house.running.app, client=(peer, 1))
    async with httpx2.AsyncClient(transport=transport, base_url="http://bot") as client:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return await client.get("/metrics", headers=named)


async def measured(house: TestHouse) -> dict[str, float]:
    """Every sample of a page, under its name and labels."""
    return samples((await fetched(house)).text)


def samples(page: str) -> dict[str, float]:
    return {
        f"{s.name}{''.join(f' {v}' for k, v in sorted(s.labels.items()) if k != 'le')}": s.value
        for family in text_string_to_metric_families(page)
        for s in family.samples
        if not s.name.endswith("_bucket")
    }


async def test_requests_letters_and_timers_are_counted(house: TestHouse) -> None:
    await house.lina.says("/complaint 永固 锈蚀", times=2)
    await house.settle()
    await house.lina.says("/person_add 新人 sales")
    await house.settle()
    await house.advance(hours=60)
    seen = await measured(house)
    platform = house.platform
    repeated = seen.get(f"headwater_requests_total repeated {platform}", 0)
    assert seen[f"headwater_requests_total answered {platform}"] >= 1
    assert seen[f"headwater_requests_total refused {platform}"] == 1
    assert repeated == 1
    assert seen[f"headwater_door_seconds_count {platform}"] >= 2 + repeated
    assert seen["headwater_letters sent"] == seen["headwater_letters_ended_total sent"] > 0
    assert seen["headwater_delivery_seconds_count"] == seen["headwater_letters sent"]
    assert seen["headwater_timers_ended_total fired"] > 1
    assert seen["headwater_timer_late_seconds_sum"] < 600
    assert seen["headwater_dues_missed"] >= 1
    assert seen["headwater_write_wait_seconds_count"] > 10
    assert seen["headwater_database_up"] == 1
    assert seen["headwater_letters_lost"] == 0


async def test_what_waits_is_seen(house: TestHouse) -> None:
    await house.lina.says("/complaint 永固 锈蚀")

    def more(db: object) -> None:
        files.add(db, File(platform="web", workspace="w", remote="r", at=BEGUN))  # type: ignore[arg-type]
        row = SetAside(platform="web", at=BEGUN, reference="r", raw="?")
        deliveries.set_aside(db, row)  # type: ignore[arg-type]

    await house.core.timers.tick()
    await house.write(more)
    house.clock.at += timedelta(seconds=90)
    seen = await measured(house)
    assert seen["headwater_letters waiting"] > 0
    assert 60 <= seen["headwater_oldest_letter_seconds"] <= 90
    assert seen["headwater_set_aside"] == 1
    assert seen["headwater_files_wanted"] >= 1
    assert seen["headwater_timers_waiting"] > 0
    assert seen["headwater_timer_overdue_seconds"] == 0
    assert seen["headwater_dues_open"] > 0
    house.clock.at += timedelta(days=9)
    house.running.core.metronome.wake(frozenset())
    again = await Reading(_metrics(), house.core.database, house.clock).page()
    assert samples(again.decode())["headwater_timer_overdue_seconds"] > 3600


def _metrics() -> Metrics:
    return Metrics(("slack", "telegram", "web"), {})


async def test_every_metric_says_what_it_means_and_names_nobody(house: TestHouse) -> None:
    await house.lina.says("/visit 永固 谈了Q3")
    await house.settle()
    page = (await fetched(house)).text
    for family in text_string_to_metric_families(page):
        assert family.name.startswith("headwater_")
        assert family.documentation.endswith(".")
        for sample in family.samples:
            for label, value in sample.labels.items():
                assert label in {"le", "version"} or value in VALUES[label], sample
    assert not re.search("[一-鿿]", page)


def test_labels_do_not_grow_with_what_is_said() -> None:
    metrics = _metrics()
    for number in range(1000):
        metrics.heard(f"platform{number}", f"outcome{number}", 0.1)
        metrics.sent(f"state{number}", timedelta())
        metrics.fired(f"state{number}", timedelta())
    assert len(metrics.page().splitlines()) < 200


def test_two_bots_in_one_process_do_not_share_numbers() -> None:
    one, other = _metrics(), _metrics()
    one.heard("web", "answered", 0.1)
    assert samples(one.page().decode())["headwater_requests_total answered web"] == 1
    assert "headwater_requests_total answered web" not in samples(other.page().decode())


def test_a_platform_that_answered_shows_when() -> None:
    at = datetime(2026, 10, 14, tzinfo=UTC)
    metrics = Metrics(("slack", "telegram"), {"slack": lambda: at, "telegram": lambda: None})
    seen = samples(metrics.page().decode())
    assert seen["headwater_heard_timestamp_seconds slack"] == at.timestamp()
    assert "headwater_heard_timestamp_seconds telegram" not in seen


async def test_a_database_that_is_gone_is_shown(tmp_path: object) -> None:
    database = Database(f"sqlite:///{tmp_path}")  # a folder
    page = await Reading(_metrics(), database, TestClock()).page()
    assert samples(page.decode())["headwater_database_up"] == 0
    database.close()


@pytest.mark.parametrize(
    ("peer", "headers"),
    [
        ("10.0.0.7", {}),
        ("127.0.0.1", {"X_Forwarded_For": "10.0.0.7"}),
        ("127.0.0.1", {"Forwarded": "for=10.0.0.7"}),
        ("127.0.0.1", {"Via": "1.1 proxy"}),
        ("127.0.0.1", {"X_Real_IP": "10.0.0.7"}),
    ],
)
async def test_nobody_elsewhere_may_read_them(peer: str, headers: dict[str, str]) -> None:
    assert await _status("", peer, headers) == 404


@pytest.mark.parametrize(
    ("shown", "status"),
    [("Bearer open-sesame", 200), ("Bearer open", 404), ("open-sesame", 404), ("", 404)],
)
async def test_with_a_token_it_alone_opens(shown: str, status: int) -> None:
    assert await _status("open-sesame", "10.0.0.7", {"Authorization": shown}) == status
    assert await _status("open-sesame", "127.0.0.1", {"Authorization": shown}) == status


async def _status(token: str, peer: str, headers: dict[str, str]) -> int:
    async def page() -> bytes:
        return b"x 1\n"

    app = Starlette(routes=[health.metrics(page, token)])
    transport = httpx2.ASGITransport(app, client=(peer, 1))
    async with httpx2.AsyncClient(transport=transport, base_url="http://bot") as client:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return (await client.get("/metrics", headers=named)).status_code
