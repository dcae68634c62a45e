"""Secrets are blotted out of what others wrote, and nothing else is."""

from __future__ import annotations

import pytest

from bot.secrecy import hider, without_passwords
from tests.house import settings_for


@pytest.mark.parametrize("password", ["p", "s", "ab", "secret", "s3cr/t@home", "x%40y"])
def test_a_password_in_an_address_is_never_told_however_short_it_is(password: str) -> None:
    url = f"postgresql://me:{password}@db.test/headwater"
    said = f'could not reach "{url}" (postgresql), sorry'
    wanted = 'could not reach "postgresql://me:…@db.test/headwater" (postgresql), sorry'
    assert hider(settings_for(url, "en"))(said) == wanted
    assert without_passwords(said) == wanted


def test_a_short_password_is_not_found_inside_words() -> None:
    hide = hider(settings_for("postgresql://me:p@db.test/x", "en"))
    assert hide("PostgreSQL 16 keeps up, postgres p says") == (
        "PostgreSQL 16 keeps up, postgres p says"
    )
    hide = hider(settings_for("postgresql://me:post@db.test/x", "en"))
    assert hide("the word post, but postgres") == "the word …, but postgres"


def test_a_long_secret_is_found_wherever_it_stands() -> None:
    settings = settings_for(
        "sqlite:///x.db",
        "en",
        telegram_bot_token="4714:planted-token",
        secret_keys="key-of-today-long,key-of-yesterday-long",
    )
    said = "POST /bot4714:planted-token/getMe with key-of-yesterday-long"
    assert hider(settings)(said) == "POST /bot…/getMe with …"


def test_addresses_without_passwords_stay_as_they_are() -> None:
    said = "open http://127.0.0.1:8080/chat，再找@BotFather; see https://t.me:443/@name"
    assert without_passwords(said) == said
    assert without_passwords("host=x password=hush user=me") == "host=x password=… user=me"
