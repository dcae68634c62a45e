"""Text messages: what the provider is asked, what goes into them, what each answer means."""

from __future__ import annotations

import json
import logging
from urllib.parse import parse_qs

import pytest

from bot import gateways
from bot.gateways import FORM, SmsGateway
from bot.pages import Image, Key, Keys, Link, Page, Quoted, Say, Small, Table
from bot.platform import Address, Parcel
from bot.sms import draw, send
from bot.sms.doctor import examine
from bot.sms.send import SmsPlatform
from commands.kit.errors import Later, Never, Unclear, Undeliverable
from tests.bot.mail.server import free_port
from tests.bot.sms.provider import provider

KEY = "Bearer planted-secret-key"
JSON_BODY = '{"to": "+86{to}", "text": "{text}", "sign": "源头"}'
ODD = 'He said "hi" \\ {to}\nsecond & third=4'


def parcel(text: str = "祝您阖家幸福", to: str = "13800001111") -> Parcel:
    return Parcel(Address("sms", "", to), Page("中秋快乐", (Say(text),)), "42", language="zh")


def gateway(url: str, **more: object) -> SmsGateway:
    given = {"headers": {"Authorization": KEY}, "body": JSON_BODY, "id_path": "sid", **more}
    return SmsGateway(url, **given)  # type: ignore[arg-type]


async def sent(by: SmsGateway, what: Parcel) -> str:
    platform = SmsPlatform(by)
    try:
        return (await platform.send(what)).message
    finally:
        await platform.stop()


async def failing(by: SmsGateway, what: Parcel | None = None) -> Undeliverable:
    with pytest.raises(Undeliverable) as found:
        await sent(by, what or parcel())
    assert "13800001111" not in found.value.reason
    assert "planted" not in found.value.reason
    return found.value


# --- what is asked --------------------------------------------------------------------------------


async def test_json_is_asked_for_with_the_headers_and_its_number_is_kept() -> None:
    async with provider() as at:
        at.body = '{"data": [{"id": 77}]}'
        message = await sent(gateway(at.url, id_path="data.0.id"), parcel())
    (asked,) = at.asked
    assert (asked.method, asked.target, message) == ("POST", "/send", "77")
    assert asked.headers["authorization"] == KEY
    assert asked.headers["content-type"] == "application/json"
    assert json.loads(asked.body) == {
        "to": "+8613800001111",
        "text": "中秋快乐\n祝您阖家幸福",
        "sign": "源头",
    }


@pytest.mark.parametrize("path", ["", "nothing", "sid.deeper", "a.b"])
async def test_without_a_number_of_its_own_a_message_gets_ours(path: str) -> None:
    async with provider() as at:
        at.body = '{"sid": ["x"]}' if path == "sid.deeper" else '{"a": 3}'
        assert await sent(gateway(at.url, id_path=path), parcel()) == "sms-42"


async def test_quotes_and_line_ends_stay_within_their_json_value() -> None:
    async with provider() as at:
        await sent(gateway(at.url), parcel(ODD))
    told = json.loads(at.asked[0].body)
    assert told["text"] == f"中秋快乐\n{ODD}"
    assert told["to"] == "+8613800001111"


async def test_a_form_holds_them_too() -> None:
    body = "to={to}&text={text}&key=1"
    async with provider() as at:
        await sent(gateway(at.url, body=body), parcel(ODD))
    (asked,) = at.asked
    assert asked.headers["content-type"] == FORM
    assert parse_qs(asked.body) == {
        "to": ["13800001111"],
        "text": [f"中秋快乐\n{ODD}"],
        "key": ["1"],
    }


async def test_a_provider_that_wants_all_in_its_address_gets_it_there() -> None:
    async with provider() as at:
        url = f"{at.url}?to={{to}}&text={{text}}"
        await sent(gateway(url, body="", method="GET"), parcel("a & b"))
    (asked,) = at.asked
    assert (asked.method, asked.body) == ("GET", "")
    assert parse_qs(asked.target.partition("?")[2])["text"] == ["中秋快乐\na & b"]


# --- what goes into a message ---------------------------------------------------------------------


def test_a_message_is_title_and_lines_without_emoji() -> None:
    page = Page(
        "🎉 中秋快乐 ✅",
        (
            Say("祝您👨‍👩‍👧阖家  幸福 ❤️\n → 1️⃣"),
            Quoted("words\u202e", "Wang"),
            Table((("Day", "3 Oct"),)),
            Small("small"),
            Link("Look", "https://x.test"),
            Image(7, "lanterns"),
            Keys((Key("Press", "x"),)),
            Say("🎂"),
        ),
    )
    assert draw.text(page) == "中秋快乐\n祝您阖家 幸福\n→ 1\nwords\nDay: 3 Oct"


def test_a_long_message_is_cut_at_300() -> None:
    text = draw.text(Page("T", (Say("长" * 400),)))
    assert len(text) == 300
    assert text.endswith("长…")


# --- what answers mean ----------------------------------------------------------------------------


async def answered(status: int, body: str = "", **headers: str) -> Undeliverable:
    async with provider() as at:
        at.status, at.body = status, body
        at.headers = {name.replace("_", "-"): value for name, value in headers.items()}
        error = await failing(gateway(at.url))
        assert len(at.asked) == 1
    return error


@pytest.mark.parametrize("status", [429, 500, 503])
@pytest.mark.parametrize(
    ("said", "after"),
    [("7", 7.0), ("1.5", 1.5), ("Wed, 14 Oct 2026 02:01:00 GMT", 60.0), ("999999999", 86400.0)],
)
async def test_a_server_that_says_when_is_asked_again_then(
    status: int, said: str, after: float
) -> None:
    error = await answered(status, Retry_After=said, Date="Wed, 14 Oct 2026 02:00:00 GMT")
    assert isinstance(error, Later)
    assert (error.after, error.asked) == (after, True)


@pytest.mark.parametrize("said", ["soon", "-3", "inf", "nan", "0", ""])
async def test_an_odd_moment_is_none(said: str) -> None:
    error = await answered(429, Retry_After=said)
    assert isinstance(error, Later)
    assert (error.after, error.asked) == (None, True)


@pytest.mark.parametrize("status", [500, 502, 504, 302])
async def test_a_failure_in_the_middle_is_unclear(status: int) -> None:
    assert isinstance(await answered(status, "oops"), Unclear)


async def test_a_server_that_is_away_is_asked_later() -> None:
    error = await answered(503)
    assert isinstance(error, Later)
    assert error.away


async def test_a_refused_key_stops_everybody() -> None:
    error = await answered(401, f"{KEY} is wrong")
    assert isinstance(error, Later)
    assert (error.token, error.everyone) == (True, True)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ('{"message": "13800001111 is on the list"}', "400 … is on the list"),
        ('{"error": {"message": "+86 138-0000-1111 unknown"}}', "400 … unknown"),
        ('{"code": 7, "msg": "余额不足"}', "400 余额不足"),
        ("plain\nwords planted-secret-key", "400 plain words …"),
        ("[" * 3000, "400 " + "[" * 115 + "…"),
        ("", "400"),
    ],
)
async def test_a_refusal_gives_the_reason_without_number_and_key(body: str, reason: str) -> None:
    error = await answered(400, body)
    assert isinstance(error, Never)
    assert (error.reason, error.account) == (reason, False)


async def test_a_good_status_with_a_bad_word_in_it_was_not_taken() -> None:
    wanted = gateways.accepting(r'"code": ?0\b')
    async with provider() as at:
        at.body = '{"code": 0}'
        assert await sent(gateway(at.url, accepted=wanted, id_path=""), parcel()) == "sms-42"
        at.body = '{"code": 5, "msg": "no such template"}'
        error = await failing(gateway(at.url, accepted=wanted))
    assert isinstance(error, Never)
    assert error.reason == "200 no such template"


async def test_a_lost_answer_is_unclear_and_a_closed_door_is_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(send, "SECONDS", 0.3)
    async with provider() as at:
        at.hangs = True
        assert isinstance(await failing(gateway(at.url)), Unclear)
        assert len(at.asked) == 1
    error = await failing(gateway(f"http://127.0.0.1:{free_port()}/send"))
    assert isinstance(error, Later)
    assert error.away


@pytest.mark.parametrize("to", ["", "12", "+8613800001111", "138 0000 1111", "1" * 16, "x"])
async def test_what_is_no_number_is_never_tried(to: str) -> None:
    with pytest.raises(Never) as error:
        await sent(gateway("http://127.0.0.1:9/"), parcel(to=to))
    assert error.value.account


async def test_key_and_number_stand_in_no_log(
    caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    async with provider() as at:
        url = f"{at.url}?key=planted-too"
        await sent(gateway(url), parcel())
        at.status = 400
        await failing(gateway(url))
    said = caplog.text + "".join(capfd.readouterr()) + repr(gateway(url))
    assert "planted" not in said
    assert "13800001111" not in said
    assert logging.getLogger("httpx").level == logging.WARNING


# --- the rest -------------------------------------------------------------------------------------


async def test_what_was_sent_can_neither_be_changed_nor_looked_up() -> None:
    platform = SmsPlatform(gateway("http://127.0.0.1:9/"))
    assert await platform.direct("13800001111") == "13800001111"
    with pytest.raises(Never):
        await platform.redraw(parcel(), "m")
    with pytest.raises(Unclear):
        await platform.find(parcel())
    with pytest.raises(Never):
        await platform.fetch("f")
    rates = platform.rates(parcel().address)
    assert [(rate.many, rate.per) for rate in rates] == [(10, 1.0), (1, 1.0)]
    assert not any("138" in rate.destination for rate in rates)
    await platform.stop()


@pytest.mark.parametrize(("url", "verdict"), [("https://x.test", "ok"), ("http://x.test", "warn")])
def test_the_doctor_warns_of_a_provider_asked_in_the_open(url: str, verdict: str) -> None:
    (found,) = examine(gateway(url))
    assert (found.name, found.verdict.value) == ("text messages", verdict)
    assert found.cause.values
