"""Papers are drawn beside the bot, once, for whoever asked; what can't be drawn is said."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from io import BytesIO

import pytest
from PIL import Image

from commands.kit.paper import Chapter, Chart, Leaflet, Series
from commands.kit.words import T, Words
from scheduler import fonts, press, printing
from scheduler.printing import Undrawn, translated
from storage import files, orders
from tests.desk import Reception, reception

LEAFLET = Leaflet(
    "华强",
    "深圳华强电子有限公司",
    "100 %",
    (
        Chapter("基本信息", (("全称", "<b>华强</b> & Co."),)),
        Chapter("最近", lines=("谈了Q3涨价3%",)),
    ),
    "内部",
)
CHART = Chart("季度", "用时", "天", ("甲", "乙"), (Series("评估", (1, 2)), Series("决定", (3, 0))))


@pytest.fixture
async def desk(sample_url: str) -> AsyncIterator[Reception]:
    async with reception(sample_url) as made:
        yield made


def say(words: Words) -> str:
    return words.text if isinstance(words, T) else words


@pytest.mark.parametrize("has_font", [True, False])
def test_a_leaflet_is_one_page(has_font: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if not has_font:
        monkeypatch.setattr(fonts, "chinese", lambda: None)
    press.page_font.cache_clear()
    long = [{"title": "长", "rows": [["名", "值" * 400]] * 40, "lines": []}]
    for told in (translated(LEAFLET, say), {**translated(LEAFLET, say), "chapters": long}):
        content = press.drawn(told)
        assert content.startswith(b"%PDF")
        assert len(re.findall(rb"/Type /Page\b", content)) == 1
    press.page_font.cache_clear()


def test_a_chart_is_a_picture_as_high_as_it_has_bars() -> None:
    few = Image.open(BytesIO(press.drawn(translated(CHART, say))))
    many = Chart("", "", "", tuple("甲" * 20), (Series("", (1,) * 20),))
    more = Image.open(BytesIO(press.drawn(translated(many, say))))
    assert few.format == "PNG"
    assert few.width == more.width
    assert more.height > few.height


async def test_a_paper_is_made_once_though_two_replicas_try(desk: Reception) -> None:
    await desk.says("lina", "/customer_pdf 华强")
    await desk.core.printer.tick()
    await desk.core.printer.tick()
    made = await desk.core.database.read(lambda db: files.of(db, "paper", 1))
    assert len(made) == 1
    assert await desk.core.database.read(orders.next_at) is None


async def test_what_cannot_be_drawn_is_tried_again_and_said_in_the_end(
    desk: Reception, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fails(told: object) -> bytes:
        raise Undrawn("exit code 1")

    monkeypatch.setattr(printing, "drawn_beside", fails)
    await desk.says("lina", "/customer_pdf 华强")
    for _ in range(printing.MOST_TRIES):
        await desk.core.printer.tick()
        desk.clock.at += printing.HOLD
    await desk.work()
    assert any("could not be drawn" in title for title in desk.mail.titles("dm:lina"))
    assert await desk.core.database.read(orders.next_at) is None


async def test_a_process_that_fails_tells_no_words_of_what_it_drew() -> None:
    with pytest.raises(Undrawn) as raised:
        await printing.drawn_beside({"what": "leaflet", "title": "机密"})
    assert "机密" not in str(raised.value)
    assert "exit code" in str(raised.value)
