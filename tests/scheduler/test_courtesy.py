"""Long work waits while somebody waits for an answer, though not for ever."""

from __future__ import annotations

import asyncio

import pytest

from scheduler import courtesy
from scheduler.courtesy import Courtesy


async def test_work_goes_on_at_once_when_nobody_waits() -> None:
    await asyncio.wait_for(Courtesy().give_way(), 5)


async def test_work_waits_until_the_last_answer_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(courtesy, "LONGEST", 60)
    manners = Courtesy()
    with manners.answering():
        with manners.answering():
            working = asyncio.create_task(manners.give_way())
        await asyncio.sleep(0.05)
        assert not working.done()
    await asyncio.wait_for(working, 5)


async def test_work_goes_on_under_any_load(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(courtesy, "LONGEST", 0.01)
    manners = Courtesy()
    with manners.answering():
        await asyncio.wait_for(manners.give_way(), 5)
        await asyncio.wait_for(asyncio.to_thread(manners.give_way_here), 5)


async def test_a_request_that_fails_is_answered_too() -> None:
    manners = Courtesy()
    with pytest.raises(ValueError, match="bad"), manners.answering():
        raise ValueError("bad")
    await asyncio.wait_for(manners.give_way(), 5)
