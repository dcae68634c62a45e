"""What a player sees on the page, and what has changed on it since."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import httpx2
import pytest

from bot.pages import Image, Page
from bot.web import chrome
from bot.web.looking import SHOWN
from storage import files, people, places, rooms
from storage.database import Transaction
from storage.files import File
from storage.people import Account
from storage.places import Place
from storage.vault import Vault
from tests.bot.web.conftest import ADDRESS, Visitor
from tests.bot.web.stage import START, Stage, channel, staged
from tests.players.web import PICTURE
from tests.players.web_html import Node, parsed


def lines(page: Node) -> dict[str, str]:
    """The people that can be played: what stands under each name."""
    found = page.all("a", kind="person")
    return {a.first("b").text: a.first("small").text for a in found}


def conversations(page: Node) -> list[str]:
    return [a.first("b").text for a in page.all("a", kind="line") if "person" not in a.classes]


def said(page: Node) -> list[str]:
    return [node.text for node in page.all("article") for node in node.all(kind="bubble")]


# --- who and where --------------------------------------------------------------------------------


async def test_a_newcomer_is_the_one_who_visits(visitor: Visitor) -> None:
    page = await visitor.page()
    assert page.first("body")["data-as"] == "lina"
    assert page.first("body")["data-in"] == "dm:lina"


async def test_everybody_of_the_rehearsal_can_be_played(visitor: Visitor) -> None:
    assert lines(await visitor.page()) == {
        "李娜": "销售部",
        "王强": "销售部 · 负责人",
        "陈立": "质量部 · 负责人",
        "刘芳": "管理层 · 管理员",
        "周建国": "华强紧固件",
        "Ann Other": "尚未登记",
    }


async def test_faces_are_known_by_their_letters(visitor: Visitor) -> None:
    faces = (await visitor.page()).all("a", kind="person")
    shown = [face.first("span", kind="face").text for face in faces]
    assert shown == ["李娜", "王强", "陈立", "刘芳", "建国", "AO"]


async def test_a_player_sees_their_own_conversations(visitor: Visitor) -> None:
    assert conversations(await visitor.page(**{"as": "lina"})) == ["源头", "质量", "公告"]
    assert conversations(await visitor.page(**{"as": "admin"})) == ["源头", "质量", "公告"]
    assert conversations(await visitor.page(**{"as": "zhou"})) == ["源头", "公告"]


async def test_a_place_of_another_platform_is_no_conversation(
    stage: Stage, visitor: Visitor
) -> None:
    def bind(db: Transaction) -> None:
        place = Place(platform="other", workspace="w", chat="c", purpose="cases", bound_at=START)
        places.bind(db, place)

    await stage.database.write(bind)
    assert conversations(await visitor.page()) == ["源头", "质量", "公告"]


async def test_a_room_without_a_title_or_for_others_is_named_all_the_same(
    stage: Stage, visitor: Visitor
) -> None:
    await stage.database.write(lambda db: channel(db, "room:x", "", ["sales", "customer:3"]))
    page = await visitor.page(**{"as": "lina", "in": "room:x"})
    assert page.first("h1").text == "room:x"
    assert page.first("header", kind="room").text.endswith("频道 · 销售部 · customer:3")


@pytest.mark.parametrize(
    "asked", [{"as": "nobody"}, {"as": "zhou", "in": "room:quality"}, {"in": "room:none"}]
)
async def test_what_is_not_there_leads_back(visitor: Visitor, asked: dict[str, str]) -> None:
    answer = await visitor.client.get("/chat", params=asked)
    assert (answer.status_code, answer.headers["location"]) == (303, "/chat")


async def test_an_empty_house_says_so(chat_file: Path) -> None:
    async with staged(chat_file, seed=lambda _db: None) as empty:
        transport = httpx2.ASGITransport(app=empty.app)
        async with httpx2.AsyncClient(transport=transport, base_url=ADDRESS) as client:
            await client.get(empty.rehearsal.link())
            assert (await client.get("/chat")).status_code == 404
            assert (await client.get("/chat/news?after=0")).status_code == 404


async def test_somebody_else_is_first_where_the_guide_knows_nobody(chat_file: Path) -> None:
    def only_ann(db: Transaction) -> None:
        ann = Account(platform="web", workspace="rehearsal", user="ann", name="", used_at=START)
        people.add_account(db, ann)

    async with staged(chat_file, seed=only_ann) as alone:
        transport = httpx2.ASGITransport(app=alone.app)
        async with httpx2.AsyncClient(transport=transport, base_url=ADDRESS) as client:
            await client.get(alone.rehearsal.link())
            page = parsed((await client.get("/chat")).text)
    assert page.first("body")["data-as"] == "ann"
    assert lines(page) == {"ann": "尚未登记"}
    assert page.all(kind="step") == []
    assert page.all(kind="guide") == []


# --- language -------------------------------------------------------------------------------------


def read_english(db: Transaction) -> None:
    people.set_language(db, 1, "en")
    zhou = people.account(db, "web", "rehearsal", "zhou")
    assert zhou
    people.set_account_language(db, zhou.id or 0, "en")


async def test_the_page_speaks_its_player_s_language(stage: Stage, visitor: Visitor) -> None:
    await stage.database.write(read_english)
    for user, language in (("lina", "en"), ("zhou", "en"), ("wang", "zh-CN")):
        page = await visitor.page(**{"as": user})
        assert page.first("html")["lang"] == language
    english = await visitor.page(**{"as": "lina"})
    assert lines(english)["王强"] == "Sales · head"
    assert english.first("time", id="now").text == "Wed 14 Oct14 Oct 09:30"
    pressed = [b["data-language"] for b in english.all("button", **{"aria-pressed": "true"})]
    assert pressed == ["en"]


async def test_a_language_we_do_not_speak_is_the_company_s(stage: Stage, visitor: Visitor) -> None:
    await stage.database.write(lambda db: people.set_language(db, 1, "fr"))
    assert (await visitor.page()).first("html")["lang"] == "zh-CN"


@pytest.mark.parametrize("language", sorted(chrome.WORDS))
async def test_no_chinese_stands_around_an_english_page_and_the_reverse(
    stage: Stage, visitor: Visitor, language: str
) -> None:
    await stage.database.write(lambda db: people.set_language(db, 1, language))
    around = (await visitor.page()).first("form", id="composer")
    placeholder = around.first("textarea")["placeholder"]
    assert placeholder == chrome.WORDS[language]["write"]


# --- messages -------------------------------------------------------------------------------------


async def test_a_conversation_reads_from_the_oldest_to_the_newest(
    stage: Stage, visitor: Visitor
) -> None:
    for text in ("one", "two"):
        await visitor.answer("say", "wang", "room:quality", text=text)
    page = await visitor.page(**{"as": "wang", "in": "room:quality"})
    assert said(page) == ["one", "two"]
    assert [node.classes & {"mine", "theirs", "bot"} for node in page.all("article")] == [
        {"mine"}
    ] * 2
    seen = await visitor.page(**{"as": "lina", "in": "room:quality"})
    assert seen.all("article")[0].first("header", kind="by").text.startswith("王强 09:30")
    assert "theirs" in seen.all("article")[0].classes


async def test_what_people_write_is_not_markup(visitor: Visitor) -> None:
    text = "<img src=x onerror=alert(1)>\n{{ 7 * 7 }}"
    await visitor.answer("say", text=text)
    page = await visitor.page()
    assert page.first(kind="bubble").inside == [text]
    (message,) = (await visitor.news())["messages"]
    assert parsed(message["html"]).first(kind="bubble").inside == [text]


async def test_what_the_bot_shows_is_a_card(stage: Stage, visitor: Visitor) -> None:
    await stage.post("dm:lina", Page("Case <7>"))
    article = (await visitor.page()).first("article")
    assert "bot" in article.classes
    assert article.first("h3").text == "Case <7>"
    assert article.first("header").first("b").text == "源头"


async def test_answers_stand_below_what_they_answer(stage: Stage, visitor: Visitor) -> None:
    root = await stage.post("dm:lina", Page("Case"))
    await stage.post("dm:lina", Page("Other"))
    await visitor.answer("say", text="answer", reply=root.message)
    strands = (await visitor.page()).all("section", kind="strand")
    assert [len(strand.all("article")) for strand in strands] == [2, 1]
    assert (await visitor.news(after=2))["messages"][0]["root"] == int(root.message)


async def test_an_answer_is_shown_even_where_its_root_is_long_past(
    stage: Stage, visitor: Visitor
) -> None:
    root = await stage.post("dm:lina", Page("Root"))
    for number in range(SHOWN):
        await stage.post("dm:lina", Page(f"Card {number}"), thread=root.message)
    page = await visitor.page()
    assert len(page.all("section", kind="strand")) == SHOWN
    assert not [h3 for h3 in page.all("h3") if h3.text == "Root"]


async def test_a_card_that_was_redrawn_says_when(stage: Stage, visitor: Visitor) -> None:
    landed = await stage.post("dm:lina", Page("Before"), key="k")
    stage.clock.at += timedelta(hours=2)
    await stage.post("dm:lina", Page("After"), key="k")
    (message,) = (await visitor.news(after=1))["messages"]
    assert str(message["id"]) == landed.message
    assert parsed(message["html"]).first(kind="edited").text == "今天11:30更新"


async def test_photos_can_be_looked_at_and_files_saved(stage: Stage, visitor: Visitor) -> None:
    pictures = [("files", ("a.png", PICTURE, "image/png")), ("files", ("b.bin", b"b", ""))]
    await visitor.answer("say", files=pictures)
    article = (await visitor.page()).first("article")
    assert article.first("img")["alt"] == "a.png"
    assert article.first("a", kind="filed")["download"] == "b.bin"
    for link in (article.first("img")["src"], article.first("a", kind="filed")["href"]):
        assert (await visitor.client.get(link)).status_code == 200


async def test_a_message_of_somebody_gone_still_has_a_name(stage: Stage, visitor: Visitor) -> None:
    message = rooms.Message(chat="room:quality", author="left", text="bye", at=START)
    await stage.database.write(lambda db: rooms.add(db, message))
    page = await visitor.page(**{"as": "lina", "in": "room:quality"})
    assert page.first("article").first("header").first("b").text == "left"


# --- kept pictures --------------------------------------------------------------------------------


def kept(db: Transaction, vault: Vault, *, here: bool = True) -> int:
    """A photo of 李娜's, fetched or not."""
    account = people.account(db, "web", "rehearsal", "lina")
    assert account is not None
    name = vault.lay(PICTURE) if here else ""
    row = File(
        platform="web",
        workspace="rehearsal",
        remote="r",
        at=START,
        name="锈蚀.png",
        media="image/png",
        account_id=account.id,
        vault=name,
        state=files.HERE if here else files.WANTED,
    )
    return files.add(db, row)


async def test_a_kept_picture_is_shown_where_a_card_names_it(
    stage: Stage, visitor: Visitor
) -> None:
    number, _ = await stage.database.write(lambda db: kept(db, stage.house.vault))
    await stage.post("dm:lina", Page("Rust", (Image(number, "Rust"),)))
    source = (await visitor.page()).first("article").first("img")["src"]
    assert (await visitor.client.get(source)).content == PICTURE


async def test_a_kept_picture_is_shown_nowhere_else(stage: Stage, visitor: Visitor) -> None:
    one, _ = await stage.database.write(lambda db: kept(db, stage.house.vault))
    empty, _ = await stage.database.write(lambda db: kept(db, stage.house.vault, here=False))
    path = stage.house.passes.path
    seal = path(one).rpartition("-")[2]
    forged = (
        f"/files/{empty}-{seal}?as=lina",
        f"/files/{one}-{'0' * 22}?as=lina",
        "/files/1?as=lina",
    )
    away = (f"{path(empty)}?as=lina", f"{path(999)}?as=lina", f"{path(one)}?as=chen", path(one))
    for address in (*forged, *away):
        assert (await visitor.client.get(address)).status_code == 404, address
    assert (await visitor.client.get(f"{path(one)}?as=lina")).content == PICTURE


# --- news -----------------------------------------------------------------------------------------


async def test_news_are_what_changed_since(stage: Stage, visitor: Visitor) -> None:
    await visitor.answer("say", text="one")
    before = await visitor.news()
    await visitor.answer("say", text="two")
    await visitor.answer("say", "wang", "dm:wang", text="elsewhere")
    news = await visitor.news(after=before["version"])
    assert [parsed(m["html"]).first(kind="bubble").text for m in news["messages"]] == ["two"]
    assert news["version"] == before["version"] + 2
    assert not (await visitor.news(after=news["version"]))["messages"]


@pytest.mark.parametrize("after", ["", "-1", "x", "²"])
async def test_news_are_asked_for_since_a_version(visitor: Visitor, after: str) -> None:
    answer = await visitor.client.get("/chat/news", params={"as": "lina", "after": after})
    assert answer.status_code == 400


async def test_news_of_what_one_does_not_see_are_not_given(visitor: Visitor) -> None:
    for asked in ({"as": "zhou", "in": "room:quality"}, {"as": "lina", "in": "dm:wang"}):
        answer = await visitor.client.get("/chat/news", params={**asked, "after": "0"})
        assert answer.status_code == 404


async def test_everybody_s_unread_messages_are_counted(stage: Stage, visitor: Visitor) -> None:
    await visitor.answer("say", "lina", "room:quality", text="hello")
    await stage.post("dm:wang", Page("Task"))
    side = parsed((await visitor.news("chen", "dm:chen"))["side"])
    counts = {
        a.first("b").text: a.first("span", kind="badge").text
        for a in side.all("a", kind="line")
        if a.all("span", kind="badge")
    }
    assert counts == {"质量": "1", "王强": "2", "陈立": "1", "刘芳": "1"}


# --- the first steps ------------------------------------------------------------------------------


async def test_the_first_screen_leads_to_a_visit_and_a_complaint(visitor: Visitor) -> None:
    page = await visitor.page()
    visit, complaint, clock = page.all("li", kind="step")
    assert visit.first("a")["href"] == "/chat?as=lina&step=visit"
    assert complaint.first("a")["href"] == "/chat?as=zhou&step=complaint"
    assert "disabled" in clock.first("button").attributes
    assert [step.all(kind="primary") != [] for step in (visit, complaint, clock)] == [
        True, False, False,
    ]  # fmt: skip


@pytest.mark.parametrize(("user", "step"), [("lina", "visit"), ("zhou", "complaint")])
async def test_a_step_writes_what_to_send(visitor: Visitor, user: str, step: str) -> None:
    page = await visitor.page(**{"as": user, "step": step})
    assert page.first("textarea").text == chrome.WORDS["zh"][f"{step}_text"]


async def test_an_unknown_step_writes_nothing(visitor: Visitor) -> None:
    assert (await visitor.page(step="fly")).first("textarea").text == ""


async def test_steps_that_were_taken_are_ticked_off(stage: Stage, visitor: Visitor) -> None:
    await visitor.answer("say", text="/visit")
    guide = parsed((await visitor.news())["guide"])
    assert [("done" in step.classes) for step in guide.all("li")] == [True, False, False]
    assert "slim" in guide.first("section").classes
    await visitor.answer("say", "zhou", "dm:zhou", text="complaint")
    stage.clock.put(60, "C-1")
    guide = parsed((await visitor.news())["guide"])
    assert "complete" in guide.first("section").classes
    assert "disabled" not in guide.first("button", has="data-clock").attributes


# --- the clock ------------------------------------------------------------------------------------


async def test_the_clock_shows_the_company_s_time_and_what_is_due(
    stage: Stage, visitor: Visitor
) -> None:
    stage.clock.put(24 * 60, "C-2026-0007")
    page = await visitor.page()
    assert page.first("time", id="now").first("b").text == "09:30"
    assert page.first("span", id="due").text == "下一到期 明天09:30 · C-2026-0007"
    assert int(page.first("body")["data-now"]) == START.timestamp() * 1000


async def test_the_clock_says_when_nothing_is_due(visitor: Visitor) -> None:
    assert (await visitor.page()).first("span", id="due").text == "没有到期事项"


async def test_the_menu_lists_the_commands_in_the_player_s_language(visitor: Visitor) -> None:
    assert "受理投诉" in (await visitor.page()).first("body")["data-commands"].encode().decode(
        "unicode_escape"
    )
