"""E-mails at a real server: delivered whole, and what each failure means."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

import pytest

from bot.gateways import mail_server, mailbox
from bot.mail import send
from bot.mail.doctor import examine
from bot.mail.send import MailPlatform
from bot.pages import Page, Say
from bot.platform import Address, Parcel
from commands.kit.errors import Later, Never, Unclear, Undeliverable
from commands.kit.reasons import of_platform
from commands.kit.words import T
from tests.bot.mail.server import (
    PASSWORD,
    USER,
    Mailroom,
    certified,
    free_port,
    hanging_up,
    mailroom,
)

SENDER = mailbox("Headwater 源头 <hello@example.com>")
AT = datetime(2026, 10, 14, 2, 0, tzinfo=UTC)


def parcel(to: str = "chen@haiyue.test", title: str = "中秋快乐") -> Parcel:
    page = Page(title, (Say("祝您阖家幸福"),), f"{title}\n祝您阖家幸福")
    return Parcel(Address("mail", "", to), page, "42", language="zh")


def platform(url: str) -> MailPlatform:
    def say(words: T, language: str) -> str:
        return words.text.format(**dict(words.values))

    return MailPlatform(mail_server(url), SENDER, lambda: AT, say)


@pytest.fixture
def room() -> Iterator[tuple[Mailroom, MailPlatform]]:
    with mailroom() as (found, at):
        yield found, platform(f"smtp://{at}?starttls=never")


async def failing(sender: MailPlatform, to: str = "chen@haiyue.test") -> Undeliverable:
    with pytest.raises(Undeliverable) as found:
        await sender.send(parcel(to))
    assert to not in found.value.reason
    return found.value


async def test_a_letter_arrives_with_exact_headers_and_both_parts(
    room: tuple[Mailroom, MailPlatform],
) -> None:
    found, sender = room
    landed = await sender.send(parcel())
    (envelope,), (letter,) = found.envelopes, found.letters
    assert (envelope.mail_from, envelope.rcpt_tos) == ("hello@example.com", ["chen@haiyue.test"])
    assert {k: str(v) for k, v in letter.items() if not k.startswith(("X-", "Content-Type"))} == {
        "From": "Headwater 源头 <hello@example.com>",
        "To": "chen@haiyue.test",
        "Subject": "中秋快乐",
        "Date": "Wed, 14 Oct 2026 02:00:00 +0000",
        "Message-ID": "<headwater-42@example.com>",
        "Auto-Submitted": "auto-generated",
        "Content-Language": "zh-CN",
        "MIME-Version": "1.0",
    }
    assert letter.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in letter.iter_parts()] == ["text/plain", "text/html"]
    assert all("祝您阖家幸福" in part.get_content() for part in letter.iter_parts())
    footer = "Headwater 源头 has you as a contact"
    assert all(footer in part.get_content() for part in letter.iter_parts())
    assert (landed.chat, landed.message) == ("chen@haiyue.test", "<headwater-42@example.com>")


async def test_the_same_letter_tried_again_has_the_same_message_id(
    room: tuple[Mailroom, MailPlatform],
) -> None:
    found, sender = room
    assert [(await sender.send(parcel())).message for _ in range(2)] == [
        str(letter["Message-ID"]) for letter in found.letters
    ]
    assert found.letters[0]["Message-ID"] == found.letters[1]["Message-ID"]


async def test_a_line_end_in_a_name_adds_nobody_to_the_letter(
    room: tuple[Mailroom, MailPlatform],
) -> None:
    found, sender = room
    await sender.send(parcel(title="王\r\nBcc: evil@x.test\r\n\r\nowned"))
    (envelope,), (letter,) = found.envelopes, found.letters
    assert envelope.rcpt_tos == ["chen@haiyue.test"]
    assert letter["Bcc"] is None
    assert letter["Subject"] == "王"


async def test_a_line_that_is_a_dot_ends_nothing(room: tuple[Mailroom, MailPlatform]) -> None:
    found, sender = room
    page = Page("Dots", (Say(".\nRCPT TO:<evil@x.test>\n.."),))
    await sender.send(Parcel(Address("mail", "", "chen@haiyue.test"), page, "1"))
    plain = found.letters[0].get_body(("plain",))
    assert plain is not None
    assert ".\nRCPT TO:<evil@x.test>\n..\n" in plain.as_bytes().decode().replace("\r\n", "\n")


@pytest.mark.parametrize(
    "to",
    [
        "",
        "nobody",
        "a@b@c",
        "a b@x.test",
        "a@x.test>\r\nRCPT TO:<evil@x.test",
        "王@x.test",
        "a@",
        "@x.test",
        "a@..",
        "a@x.test,b@x.test",
    ],
)
async def test_what_is_no_address_is_never_tried(
    room: tuple[Mailroom, MailPlatform], to: str
) -> None:
    found, sender = room
    with pytest.raises(Never) as error:
        await sender.send(parcel(to))
    assert error.value.account
    assert found.envelopes == []


async def test_a_chinese_domain_is_written_as_the_mail_writes_it(
    room: tuple[Mailroom, MailPlatform],
) -> None:
    found, sender = room
    landed = await sender.send(parcel("chen@海岳.test"))
    assert found.envelopes[0].rcpt_tos == ["chen@xn--njtz30b.test"]
    assert landed.chat == "chen@海岳.test"


# --- refused --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "account"),
    [
        ("550 5.1.1 <chen@haiyue.test> no such user", True),
        ("553 chen@haiyue.test is unknown", True),
        ("550 5.7.1 relaying denied", False),
    ],
)
async def test_a_refused_recipient_is_never_and_only_an_unknown_one_is_lost(
    room: tuple[Mailroom, MailPlatform], answer: str, account: bool
) -> None:
    found, sender = room
    found.at_rcpt = answer
    error = await failing(sender)
    assert isinstance(error, Never)
    assert error.account is account
    assert error.reason.startswith(answer[:3])


async def test_a_temporary_refusal_is_tried_again_after_minutes(
    room: tuple[Mailroom, MailPlatform],
) -> None:
    found, sender = room
    found.at_rcpt = "451 4.7.1 greylisted, try again"
    error = await failing(sender)
    assert isinstance(error, Later)
    assert (error.after, error.asked, error.away) == (send.PAUSE, False, False)
    found.at_rcpt, found.at_data = "", "452 4.3.1 no room"
    assert isinstance(await failing(sender), Later)


async def test_a_server_that_closes_is_away(room: tuple[Mailroom, MailPlatform]) -> None:
    found, sender = room
    found.at_rcpt = "421 closing"
    error = await failing(sender)
    assert isinstance(error, Later)
    assert error.away


async def test_a_refused_letter_is_no_fault_of_its_reader(
    room: tuple[Mailroom, MailPlatform],
) -> None:
    found, sender = room
    found.at_data = "554 5.6.0 we do not like it"
    error = await failing(sender)
    assert isinstance(error, Never)
    assert not error.account


# --- lost -----------------------------------------------------------------------------------------


async def test_a_connection_lost_after_the_letter_was_handed_in_is_unclear(
    room: tuple[Mailroom, MailPlatform],
) -> None:
    found, sender = room
    found.at_data = "drop"
    assert isinstance(await failing(sender), Unclear)
    assert len(found.envelopes) == 1, "it did arrive"


async def test_a_server_that_answers_too_late_is_unclear(
    room: tuple[Mailroom, MailPlatform], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(send, "SECONDS_TO_HAND", 0.2)
    found, sender = room
    found.at_data = "slow"
    assert isinstance(await failing(sender), Unclear)
    assert len(found.envelopes) == 1, "it did arrive"


async def test_whom_nobody_answers_is_away() -> None:
    with hanging_up() as at:
        for where in (at, f"127.0.0.1:{free_port()}"):
            error = await failing(platform(f"smtp://{where}?starttls=never"))
            assert isinstance(error, Later)
            assert error.away


async def test_too_many_at_once_wait_in_line(
    room: tuple[Mailroom, MailPlatform], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(send, "SECONDS_IN_LINE", 0.0)
    _, sender = room
    await sender._turns.acquire()  # noqa: SLF001 -- one is being sent
    monkeypatch.setattr(sender._turns, "_value", 0)  # noqa: SLF001 -- and so are the others
    error = await failing(sender)
    assert isinstance(error, Later)
    assert error.away


# --- the password ---------------------------------------------------------------------------------


async def test_the_right_password_is_taken() -> None:
    with mailroom(asks=True) as (room, at):
        sender = platform(f"smtp://{USER}:{quote(PASSWORD, safe='')}@{at}?starttls=never")
        await sender.send(parcel())
        assert (room.logins, len(room.letters)) == ([True], 1)


async def test_a_wrong_password_stops_everybody_and_is_told_nowhere(
    caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    with mailroom(asks=True) as (_, at):
        url = f"smtp://{USER}:planted-secret@{at}?starttls=never"
        error = await failing(platform(url))
        assert isinstance(error, Later)
        assert (error.token, error.everyone, error.asked) == (True, True, True)
        (finding,) = await examine(mail_server(url), SENDER)
    assert "refuses the user or the password" in finding.cause.text
    said = caplog.text + "".join(capfd.readouterr()) + error.reason + repr(mail_server(url))
    assert "planted-secret" not in said + str(finding)


async def test_no_letter_goes_where_starttls_is_lacking() -> None:
    with mailroom() as (room, at):
        error = await failing(platform(f"smtp://{at}"))
        assert isinstance(error, Later)
        assert error.away
        assert room.envelopes == []


@pytest.mark.parametrize("scheme", ["smtp", "smtps"])
async def test_letters_go_in_cipher_to_a_server_that_is_trusted_alone(
    scheme: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    context, trusted = certified(tmp_path)
    kept = {"upgrades": context} if scheme == "smtp" else {"wrapped": context}
    with mailroom(asks=True, **kept) as (room, at):
        sender = platform(f"{scheme}://{USER}:{quote(PASSWORD, safe='')}@{at}")
        error = await failing(sender)
        assert isinstance(error, Later)
        assert (error.away, room.logins) == (True, [])
        assert "its certificate is not accepted" in repr(of_platform(error.reason))
        monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
        await sender.send(parcel())
        assert (room.logins, len(room.letters)) == ([True], 1)


async def test_the_doctor_calls_and_hands_nothing_in(room: tuple[Mailroom, MailPlatform]) -> None:
    with mailroom() as (found, at):
        (well,) = await examine(mail_server(f"smtp://{at}?starttls=never"), SENDER)
        assert (well.name, well.verdict.value) == ("mail server", "ok")
        assert found.envelopes == []
    (ill,) = await examine(mail_server(f"smtp://127.0.0.1:{free_port()}"), SENDER)
    assert ill.verdict.value == "fail"
    assert ill.cure is not None
    assert "SMTP_URL" in ill.cure.text


# --- what can't be done ---------------------------------------------------------------------------


async def test_what_was_sent_can_neither_be_changed_nor_looked_up() -> None:
    sender = platform("smtp://127.0.0.1:9?starttls=never")
    assert await sender.direct("a@x.test") == "a@x.test"
    with pytest.raises(Never):
        await sender.redraw(parcel(), "<m>")
    with pytest.raises(Unclear):
        await sender.find(parcel())
    with pytest.raises(Never):
        await sender.fetch("f")


def test_the_pace_names_nobodys_address() -> None:
    rates = platform("smtp://127.0.0.1:9?starttls=never").rates(parcel().address)
    assert [(rate.many, rate.per) for rate in rates] == [(10, 1.0), (1, 1.0)]
    assert not any("haiyue" in rate.destination for rate in rates)
