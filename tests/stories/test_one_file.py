"""Adding a command touches one file: put beside the others, it works on every platform."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

import commands
from bot.wiring import app_manifest
from tests.house import TestHouse, entered, prepared, settings_for
from tests.moulds import Cast
from tests.players.web import WebPlayer
from tests.stages import SlackWire, TelegramWire

TOAST = '''
"""Toasts: one more command, in one file."""

from __future__ import annotations

from typing import Annotated

from commands.customers import name_of
from commands.kit.card import Card, Line
from commands.kit.command import Command
from commands.kit.desk import Desk
from commands.kit.form import Ask, CustomerId
from commands.kit.people import Department
from commands.kit.words import T


class Toast(Command, name="toast", aliases=("干杯",), who={Department.SALES}, clause="3.2.3"):
    """Raise a glass to a customer."""

    customer: Annotated[CustomerId, Ask("Which customer?", "Customer")]
    wish: Annotated[str, Ask("What do you wish them?", "Wish", long=True)]

    def run(self, desk: Desk) -> Card:
        """Say it."""
        name = name_of(desk.db, self.customer) or "?"
        return Card(T("Cheers, {customer}", customer=name), (Line(self.wish),))
'''


@pytest.fixture
def room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The room of commands, with one file more."""
    (tmp_path / "toasts.py").write_text(TOAST, encoding="utf-8")
    monkeypatch.setattr(commands, "__path__", [*commands.__path__, str(tmp_path)])
    yield
    del sys.modules["commands.toasts"]


@pytest.fixture
async def house(platform: str, cast: Cast, room: None) -> AsyncIterator[TestHouse]:
    """The house with one command more."""
    url = cast(f"untold_{platform}_en", lambda url: prepared(url, platform, "en"))
    async with entered(platform, url, language="en") as made:
        yield made


async def test_in_one_message(house: TestHouse) -> None:
    await house.lina.says("/toast 永固 many more years")
    await house.settle()
    assert house.lina.sees("Cheers, 永固", "many more years")


async def test_question_by_question_or_in_a_form(house: TestHouse) -> None:
    await house.lina.says("/toast")
    await house.settle()
    await house.lina.answers(customer="永固", wish="many more years")
    await house.settle()
    assert house.lina.sees("Cheers, 永固", "many more years")


async def test_by_its_alias(house: TestHouse) -> None:
    await house.lina.says("干杯 永固 好年景")
    await house.settle()
    assert house.lina.sees("Cheers, 永固", "好年景")


async def test_who_may_not_may_not(house: TestHouse) -> None:
    await house.chenjing.says("/toast 永固 cheers")
    await house.settle()
    assert not house.chenjing.sees("Cheers")


async def test_help_lists_it(house: TestHouse) -> None:
    await house.lina.says("/help")
    await house.settle()
    assert house.lina.sees("/toast", "Raise a glass to a customer")


async def test_it_stands_in_the_menu_of_its_platform(house: TestHouse) -> None:
    match house.wire:
        case TelegramWire(fake=telegram):
            await house.settle()
            assert "toast" in str(telegram.sent("setMyCommands"))
        case SlackWire():
            manifest = app_manifest(settings_for("sqlite:///x.db", "en"), "Headwater")
            assert "'/toast'" in str(manifest)
        case _:
            assert isinstance(house.lina, WebPlayer)
            page = await house.lina.browser.page(**{"as": "lina"})
            assert "toast" in page.first("body")["data-commands"]
