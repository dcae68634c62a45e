"""Files are kept as what they are, refused in a sentence, and opened by those who may (3.3.1)."""

from __future__ import annotations

import re
from datetime import timedelta

import httpx2
import pytest
from sqlalchemy import update
from sqlmodel import col

from bot.arriving import file_name
from bot.passes import FILES, LASTS
from bot.web.files import disposition
from storage import files, people
from storage.database import Deed, known
from storage.people import Person
from tests.house import TestHouse, address_of
from tests.players import Player
from tests.players.web import WebPlayer
from tests.samples import EICAR, pdf, photo, spreadsheet

CASE = "C-2026-0001"
PDF = pdf()


async def complaint(house: TestHouse) -> None:
    await house.lina.says("/complaint 永固 第3批锈蚀")
    await house.settle()


def given(house: TestHouse, player: Player) -> str | None:
    """The name of the file that somebody was given: by a link, or in the chat where none opens."""
    if house.platform != "web":
        return next((name for name, content in player.handed() if content == PDF), None)
    if not any(FILES in link for link in player.links()):
        return None
    assert player.sees("在这里", "仅供您本人使用，十分钟内有效")
    found: list[str] = re.findall(r"(\S+) 在这里", player.reads())
    return found[-1]


async def test_a_paper_is_listed_on_the_card_and_given_to_who_presses(house: TestHouse) -> None:
    await complaint(house)
    await house.lina.sends_file("检验报告.pdf", pdf(), reply_to=CASE)
    await house.settle()
    assert house.lina.sees(CASE, "📎 检验报告.pdf")
    await house.lina.presses("打开 检验报告.pdf", on=CASE)
    await house.settle()
    assert given(house, house.lina) == "检验报告.pdf"


async def test_a_photo_is_named_on_the_card(house: TestHouse) -> None:
    await complaint(house)
    await house.lina.sends_photo("锈蚀照片", reply_to=CASE)
    await house.settle()
    kept = await house.read(lambda db: files.get(db, 1))
    assert kept is not None
    assert (kept.state, kept.media) == (files.HERE, "image/png")
    assert house.lina.sees(CASE, "照片")


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"<html><script>alert(1)</script></html>", "这种类型的文件不保存"),
        (b"MZ\x90\x00" + bytes(100), "这种类型的文件不保存"),
        (EICAR, "疑似病毒"),
        (spreadsheet({"xl/vbaProject.bin": b"x"}), "其中含有宏或程序"),
        (bytes(21_000_000), "文件太大"),
    ],
    ids=["page", "program", "virus", "macros", "21 MB"],
)
async def test_what_is_not_kept_is_said_in_the_senders_words_and_on_the_card(
    house: TestHouse, content: bytes, why: str
) -> None:
    await complaint(house)
    await house.lina.sends_file("../../报告.pdf", content, reply_to=CASE)
    await house.settle()
    assert house.lina.sees("⚠ 文件 报告.pdf 未保存", why, "可以保存的是")
    assert house.lina.sees(CASE, f"⚠ 文件 报告.pdf 未保存：{why}")
    assert not await house.read(lambda db: files.of(db, "file", 1))


async def test_somebody_else_is_given_nothing(house: TestHouse) -> None:
    await house.zhangwei.says("投诉 第3批锈蚀")
    await house.settle()
    await house.zhangwei.sends_file("照片说明.pdf", pdf(), reply_to=CASE)
    await house.settle()
    await house.hefang.says("/file 1")
    await house.settle()
    assert house.hefang.sees("没有这个文件，或者您无权查看")
    assert given(house, house.hefang) is None
    await house.zhangwei.says("/file 1")
    await house.settle()
    assert given(house, house.zhangwei) == "照片说明.pdf"


# --- the link itself ------------------------------------------------------------------------------


async def link_for(
    house: TestHouse, user: str, content: bytes = PDF, name: str = "检验报告.pdf"
) -> str:
    """A link made for somebody, to a file that 李娜 sent to a case."""
    await complaint(house)
    await house.lina.sends_file(name, content, reply_to=CASE)
    await house.settle()
    workspace, number, _ = address_of(house.platform, user)
    account = await house.read(lambda db: people.account(db, house.platform, workspace, number))
    assert account is not None
    passes = house.core.house.passes
    link = passes.link(1, known(account.id), house.clock.machine())
    return link.removeprefix(passes.url)


async def opened(house: TestHouse, path: str) -> httpx2.Response:
    if isinstance(house.lina, WebPlayer):
        return await house.lina.browser.get(path)
    transport = httpx2.ASGITransport(app=house.running.app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1:8080") as client:
        return await client.get(path)


async def test_a_link_gives_the_file_to_be_saved_and_never_to_run(house: TestHouse) -> None:
    answer = await opened(house, await link_for(house, "lina"))
    assert (answer.status_code, answer.content) == (200, PDF)
    shown = answer.headers
    assert shown["content-type"] == "application/pdf"
    assert shown["content-disposition"] == (
        'attachment; filename="____.pdf"; '
        "filename*=UTF-8''%E6%A3%80%E9%AA%8C%E6%8A%A5%E5%91%8A.pdf"
    )
    assert shown["cache-control"] == "no-store"
    assert shown["x-content-type-options"] == "nosniff"
    assert "sandbox" in shown["content-security-policy"]


@pytest.mark.parametrize(
    "name", ['a"\r\nSet-Cookie: x=1.pdf', "a;b=\\c.pdf", "\u202efdp.exe", "..", "%0d.pdf"]
)
async def test_no_name_breaks_out_of_the_header(name: str) -> None:
    said = disposition("attachment", file_name(name))
    assert re.fullmatch(
        r"attachment; filename=\"[A-Za-z0-9._ -]+\"; filename\*=UTF-8''[A-Za-z0-9._~%-]+", said
    )


async def test_a_link_ends_after_ten_minutes(house: TestHouse) -> None:
    link = await link_for(house, "lina")
    house.clock.at += LASTS + timedelta(seconds=1)
    answer = await opened(house, link)
    assert (answer.status_code, answer.text) == (410, "链接已失效，请重新获取。\n")


async def test_a_link_that_was_altered_opens_nothing(house: TestHouse) -> None:
    link = await link_for(house, "lina")
    path, _, given = link.partition("?pass=")
    account, until, mark = given.split(".")
    other = house.core.house.passes.path(2)
    altered = [
        f"{path}?pass={int(account) + 1}.{until}.{mark}",
        f"{path}?pass={account}.{int(until) + 600}.{mark}",
        f"{path}?pass={account}.{until}.{mark[:-1]}{'A' if mark[-1] != 'A' else 'B'}",
        f"{path}?pass=",
        f"{path}?pass=1.1.é",
        f"{other}?pass={given}",
        f"/files/1?pass={given}",
        "/files/1",
        path,
    ]
    for one in altered:
        assert (await opened(house, one)).status_code == 404, one
    assert (await opened(house, link)).status_code == 200


async def test_a_customer_of_another_case_sees_nothing(house: TestHouse) -> None:
    assert (await opened(house, await link_for(house, "hefang"))).status_code == 404


async def test_who_has_left_the_company_sees_nothing(house: TestHouse) -> None:
    link = await link_for(house, "lina")
    assert (await opened(house, link)).status_code == 200
    leave = Deed(update(Person).where(col(Person.name) == "李娜").values(active=False))
    await house.write(leave.run)
    assert (await opened(house, link)).status_code == 404


async def test_a_picture_is_shown_as_it_was_made_anew(house: TestHouse) -> None:
    answer = await opened(house, await link_for(house, "wulei", photo(), "x.png"))
    assert answer.headers["content-type"] == "image/jpeg"
    assert answer.headers["content-disposition"].startswith("inline")
    assert b"SECRET" not in answer.content


async def test_bytes_that_are_gone_are_said_on_the_card_and_to_the_administrator(
    house: TestHouse,
) -> None:
    link = await link_for(house, "lina")
    file = await house.read(lambda db: files.get(db, 1))
    assert file is not None
    await house.write(lambda db: house.core.house.vault.drop(db, file.vault))
    assert (await opened(house, link)).status_code == 404
    await house.advance(days=1)
    assert house.lina.sees(CASE, "文件 检验报告.pdf 未保存：文件内容已不在原处")
    assert house.zhao.sees("1 个文件丢失")
