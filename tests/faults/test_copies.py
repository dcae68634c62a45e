"""Copies of a letter are counted where it stands, against how often its kind may stand there."""

from __future__ import annotations

import pytest

from storage.letters import SENT, UNCLEAR
from tests.faults.copies import Written, compared
from tests.faults.intakes import Post

REPLY = Post("103", "2", "✅ 已记录 K1K", ("1",))
AGAIN = Post("103", "3", "✅ 已记录 K1K", ("1", "7"))


def letter(*, repeats: bool = True, attempts: int = 1, state: str = SENT) -> Written:
    return Written(1, "103", "K1K", "2" if state == SENT else "", repeats, state, attempts)


@pytest.mark.parametrize("platform", ["slack", "web", "telegram"])
def test_a_letter_that_stands_there_once_is_well(platform: str) -> None:
    found = compared([REPLY], [letter()], platform)
    assert (list(found.doubled), found.again, list(found.missing)) == ([], 0, [])


@pytest.mark.parametrize(
    ("platform", "repeats", "attempts", "doubled"),
    [
        ("telegram", True, 2, 0),
        ("telegram", True, 1, 1),
        ("telegram", False, 2, 1),
        ("slack", True, 2, 1),
        ("web", True, 2, 1),
    ],
)
def test_a_copy_is_allowed_where_its_kind_repeats_and_an_attempt_explains_it(
    platform: str, repeats: bool, attempts: int, doubled: int
) -> None:
    posts = [post._replace(keys=()) for post in (REPLY, AGAIN)]
    found = compared(posts, [letter(repeats=repeats, attempts=attempts)], platform)
    assert (len(found.doubled), found.again) == (doubled, 1)


def test_a_letter_that_was_merged_is_counted_by_its_own_key() -> None:
    found = compared([REPLY, AGAIN], [letter()], "slack")
    assert "key 1: 2" in found.doubled


def test_what_is_called_sent_and_is_not_is_missing() -> None:
    assert len(compared([], [letter()], "slack").missing) == 1
    assert not compared([], [letter(state=UNCLEAR)], "telegram").missing
