"""The settings of e-mail and text messages: what is understood, and what is refused."""

from __future__ import annotations

import json

import pytest
from pydantic import ValidationError

from bot.gateways import FORM, JSON, MailServer, accepting, headers, mail_server, mailbox
from bot.secrecy import hider
from bot.settings import Settings
from bot.start import why_unusable
from tests.house import settings_for

SQLITE = "sqlite:///x.db"
TELLING = {"telegram_bot_token": "700:secret"}
SMS = {"sms_url": "https://sms.test/send", "sms_body": '{"to": "{to}", "text": "{text}"}'}


def given(**more: str) -> Settings:
    return settings_for(SQLITE, "en", **TELLING, **more)


@pytest.mark.parametrize(
    ("url", "wanted"),
    [
        ("smtp://m.test", MailServer("m.test", 587)),
        ("smtp://me:p%40ss@m.test:2525/", MailServer("m.test", 2525, "me", "p@ss")),
        ("smtps://m.test", MailServer("m.test", 465, tls=True, starttls=False)),
        ("smtp://127.0.0.1:25?starttls=never", MailServer("127.0.0.1", 25, starttls=False)),
        ("smtp://[::1]:25?starttls=never", MailServer("::1", 25, starttls=False)),
        ("smtp://localhost?starttls=never", MailServer("localhost", 587, starttls=False)),
    ],
)
def test_a_mail_server_is_understood(url: str, wanted: MailServer) -> None:
    found = mail_server(url)
    assert found == wanted
    assert found.password == wanted.password
    assert "p@ss" not in repr(found)


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("smtp_url", "m.test:587", "SMTP_URL must begin with smtp://"),
        ("smtp_url", "http://planted:secret@m.test", "SMTP_URL must begin with smtp://"),
        ("smtp_url", "smtp://me@m.test", "SMTP_URL must begin with smtp://"),
        ("smtp_url", "smtp://m.test/path", "SMTP_URL must begin with smtp://"),
        ("smtp_url", "smtp://m.test:99999", "SMTP_URL must begin with smtp://"),
        ("smtp_url", "smtp://m.test?tls=no", "SMTP_URL must begin with smtp://"),
        ("smtp_url", "smtp://m.test?starttls=never", "for a server on this machine only"),
        ("mail_from", "Headwater", "MAIL_FROM must be a name and an address"),
        ("mail_from", "A\nB <a@x.test>", "MAIL_FROM must be a name and an address"),
        ("mail_from", "A <a@x.test>, B <b@x.test>", "MAIL_FROM must be a name and an address"),
        ("mail_from", "A <a@海岳.test>", "MAIL_FROM must be a name and an address"),
        ("mail_from", "A <@x.test>", "MAIL_FROM must be a name and an address"),
        ("sms_url", "ftp://x.test", "SMS_URL must begin with https://."),
        ("sms_url", "https://", "SMS_URL must begin with https://."),
        ("sms_method", "DELETE", "SMS_METHOD must be POST, PUT or GET."),
        ("sms_headers", "X: planted", 'SMS_HEADERS must look like {"Authorization": "Bearer …"}.'),
        ("sms_headers", '{"X": 1}', "SMS_HEADERS must look like"),
        ("sms_headers", '{"X": "planted\\nY: 1"}', "SMS_HEADERS must look like"),
        ("sms_headers", '["X"]', "SMS_HEADERS must look like"),
        ("sms_headers", '{"X Y": "1"}', "SMS_HEADERS must look like"),
        ("sms_accepted", "(", "SMS_ACCEPTED must be statuses"),
    ],
)
def test_what_cannot_be_used_is_refused_in_a_sentence(name: str, value: str, sentence: str) -> None:
    with pytest.raises(ValidationError) as found:
        given(**{name: value})
    (error,) = found.value.errors()
    words = why_unusable(error)
    assert sentence in words.text.format(**dict(words.values))
    assert "planted" not in str(words)


@pytest.mark.parametrize(
    ("more", "lacks"),
    [
        ({"smtp_url": "smtp://m.test"}, "SMTP_URL is set without MAIL_FROM"),
        ({"sms_url": "https://x.test"}, "SMS_BODY must hold"),
        ({**SMS, "sms_body": "to={to}"}, "SMS_BODY must hold"),
        ({**SMS, "sms_body": '{"to": "{to}", "text": {text}}'}, "SMS_BODY must hold"),
        ({**SMS, "sms_headers": '{"content-type": "text/xml"}'}, "SMS_BODY must hold"),
        ({**SMS, "sms_body": '{"to": {to}, "text": "{text}"}'}, ""),
        ({**SMS, "sms_body": "to={to}&text={text}"}, ""),
        ({"sms_url": "https://x.test?to={to}&text={text}", "sms_method": "get"}, ""),
        ({**SMS, "smtp_url": "smtp://m.test", "mail_from": "A <a@x.test>"}, ""),
        ({}, ""),
    ],
)
def test_what_belongs_together_is_asked_for(more: dict[str, str], lacks: str) -> None:
    found = given(**more).lacking()
    assert (lacks in found.text) if found else not lacks


def test_a_sender_has_a_name_or_gets_one() -> None:
    assert str(mailbox('"源头, 公司" <hello@x.test>')) == '"源头, 公司" <hello@x.test>'
    assert mailbox("hello@x.test").display_name == "x.test"


def test_what_says_that_a_message_was_taken() -> None:
    assert accepting("") == range(200, 300)
    assert accepting("202") == range(202, 203)
    assert accepting("200-204") == range(200, 205)
    pattern = accepting('"code": ?0')
    assert not isinstance(pattern, range)
    assert pattern.search('{"code":0}')


def test_the_kind_of_body_is_said_or_seen() -> None:
    assert given(**SMS).sms_gateway.media == JSON
    assert given(**{**SMS, "sms_body": "to={to}"}).sms_gateway.media == FORM
    said = json.dumps({"Content-Type": "Application/JSON; charset=utf-8"})
    assert given(**{**SMS, "sms_headers": said}).sms_gateway.media == JSON
    assert given(**SMS).sms_gateway.host == "sms.test"
    assert headers(" ") == {}


def test_nothing_leaves_a_rehearsal() -> None:
    both = {**SMS, "smtp_url": "smtp://m.test", "mail_from": "A <a@x.test>"}
    assert (given(**both).mail, given(**both).sms) == (True, True)
    played = settings_for(SQLITE, "en", **both)
    assert (played.mail, played.sms) == (False, False)
    copy = given(**both).alone("sqlite:///copy.db")
    assert not copy.smtp_url.get_secret_value()
    assert not copy.sms_url.get_secret_value()


def test_passwords_and_keys_are_blotted_out() -> None:
    keys = json.dumps({"Authorization": "Bearer planted-key", "Content-Type": "application/json"})
    hide = hider(
        given(
            **{**SMS, "sms_headers": keys},
            smtp_url="smtp://me:p%40ss-word@m.test",
            mail_from="a@x.t",
        )
    )
    assert hide("p@ss-word or p%40ss-word, planted-key as application/json") == (
        "… or …, … as application/json"
    )
