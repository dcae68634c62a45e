"""What an e-mail says and looks like, without sending it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from email.headerregistry import Address as Mailbox
from email.message import EmailMessage

import pytest

from bot.mail import draw
from bot.mail.draw import Paper
from bot.pages import Image, Key, Keys, Link, Page, Quoted, Say, Small, Table
from bot.platform import Address, Handed, Parcel
from tests.players.web import PICTURE

AT = datetime(2026, 10, 14, 2, 0, tzinfo=UTC)
PAPER = Paper(
    Mailbox("Headwater 源头", "hello", "example.com"),
    Mailbox("", "chen", "haiyue.test"),
    AT,
    "You get this because of <us>.",
)
PAGE = Page(
    "中秋快乐",
    (
        Say("祝您身体健康\n阖家幸福"),
        Small("small print"),
        Quoted("their <b>words</b>", "Wang"),
        Table((("Day", "3 Oct"),)),
        Link("Look", "https://bot.example.com/f?a=1&b=2"),
        Image(7, "lanterns"),
        Keys((Key("Press", "x:1"),)),
    ),
    "中秋快乐\n祝您身体健康",
)
PARCEL = Parcel(Address("mail", "", "chen@haiyue.test"), PAGE, "12+13", language="zh")


def drawn(parcel: Parcel = PARCEL) -> EmailMessage:
    return draw.letter(parcel, PAPER)


def body(letter: EmailMessage, kind: str) -> str:
    part = letter.get_body((kind,))
    assert isinstance(part, EmailMessage)
    return str(part.get_content()).replace("\r\n", "\n")


def test_both_parts_say_the_same_and_a_button_is_left_out() -> None:
    letter = drawn()
    assert body(letter, "plain") == (
        "中秋快乐\n\n祝您身体健康\n阖家幸福\nsmall print\n> their <b>words</b>\n> — Wang\n"
        "Day: 3 Oct\nLook: https://bot.example.com/f?a=1&b=2\n[lanterns]\n\n"
        "-- \nYou get this because of <us>.\n"
    )
    html = body(letter, "html")
    for said in (
        'lang="zh-CN"',
        "Headwater 源头</div>",
        "中秋快乐</h1>",
        "祝您身体健康<br>阖家幸福</p>",
        "their &lt;b&gt;words&lt;/b&gt;",
        "— Wang",
        "3 Oct",
        'href="https://bot.example.com/f?a=1&amp;b=2"',
        "because of &lt;us&gt;",
    ):
        assert said in html
    assert "<table" not in html
    assert "Press" not in html
    assert "lanterns</p>" in html, "a picture whose bytes are not there is told"


def test_a_picture_stands_in_the_card_and_travels_with_it() -> None:
    letter = drawn(replace(PARCEL, pictures={7: PICTURE}))
    shape = [part.get_content_type() for part in letter.walk()]
    assert shape == [
        "multipart/alternative",
        "text/plain",
        "multipart/related",
        "text/html",
        "image/png",
    ]
    picture = next(part for part in letter.walk() if part.get_content_type() == "image/png")
    assert picture["Content-ID"] == "<picture-7@example.com>"
    assert picture.get_content_disposition() == "inline"
    assert picture.get_payload(decode=True) == PICTURE
    assert 'src="cid:picture-7@example.com" alt="lanterns"' in body(letter, "html")


def test_files_go_along_under_their_names() -> None:
    letter = drawn(replace(PARCEL, papers={3: Handed("报价\r\nX: y.pdf", b"%PDF-")}))
    assert letter.get_content_type() == "multipart/mixed"
    (paper,) = letter.iter_attachments()
    assert paper.get_filename() == "报价 X: y.pdf"
    assert paper.get_payload(decode=True) == b"%PDF-"


@pytest.mark.parametrize(
    ("summary", "title", "wanted"),
    [
        ("Happy New Year\nYour balance is 5", "T", "Happy New Year"),
        ("", "Only a title", "Only a title"),
        ("a\r\nBcc: evil@x.test", "T", "a"),
        ("", "a\r\nBcc: evil@x.test\x00\u202e", "a Bcc: evil@x.test"),
        ("x" * 200, "", "x" * 119 + "…"),
        ("half \ud83d", "", "half \ufffd"),
    ],
)
def test_a_subject_is_the_first_line_of_the_notification(
    summary: str, title: str, wanted: str
) -> None:
    assert draw.subject(Page(title, (), summary)) == wanted


def test_a_long_chinese_subject_is_read_back_whole_and_opens_no_header() -> None:
    title = "恭祝" + "春节快乐" * 25 + "\nBcc: evil@x.test"
    raw = drawn(replace(PARCEL, page=Page(title))).as_bytes()
    assert raw.isascii()
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    head = raw.partition(b"\r\n\r\n")[0].decode().lower()
    assert "\nbcc" not in head
    assert str(drawn(replace(PARCEL, page=Page(title)))["Subject"]) == (
        "恭祝" + "春节快乐" * 25 + " Bcc: evil@x.test"
    )


def test_a_key_that_is_odd_makes_no_odd_message_id() -> None:
    assert draw.message_id("p1>\r\nX", PAPER.sender) == "<headwater-p1---X@example.com>"


@pytest.mark.parametrize(("language", "tongue"), [("zh", "zh-CN"), ("en", "en"), ("", "en")])
def test_the_language_is_told(language: str, tongue: str) -> None:
    assert drawn(replace(PARCEL, language=language))["Content-Language"] == tongue
