"""What machines and platforms answer is told in our words, with theirs behind them."""

from __future__ import annotations

import errno
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from bot import locale
from bot.words import Reader
from commands.kit.reasons import of_machine, of_platform, quoted
from commands.kit.words import T
from scheduler.sending import NOBODY, UNDRAWABLE


def said(words: T) -> str:
    return Reader("zh", ZoneInfo("UTC"), datetime.now(UTC), locale.load()).say(words)


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("Conflict", "另有程序在用同一个机器人令牌，消息被它取走了（原文“Conflict”）"),
        ("Forbidden: bot was blocked by the user", "对方拉黑了机器人（原文“"),
        ("no connection: ConnectError", "连接不上（原文“"),
        ("ReadTimeout", "等了很久没有回应（原文“"),
        ("status 502", "对方回了错误，编号 502"),
        ("channel_not_found", "那里已经找不到了（原文“"),
        ("the bot was blocked", "机器人被对方拉黑了"),
        ("some_new_code", "对方给出的原文是“some_new_code”"),
    ],
)
def test_a_platforms_reason_is_told_in_words(reason: str, words: str) -> None:
    assert said(of_platform(reason)).startswith(words)


@pytest.mark.parametrize(
    ("number", "words"),
    [(errno.ENOENT, "没有这个文件或目录"), (errno.EACCES, "机器人所用的系统用户没有权限")],
)
def test_a_machines_reason_is_told_in_words(number: int, words: str) -> None:
    assert said(of_machine(OSError(number, "No such thing"))) == words


@pytest.mark.parametrize("ours", [NOBODY, UNDRAWABLE])
def test_our_own_reasons_are_sentences_already(ours: T) -> None:
    assert of_platform(ours.text) == ours
    assert said(of_platform(ours.text)) != ours.text


def test_what_nobody_foresaw_is_quoted_and_only_its_first_line() -> None:
    assert said(of_machine(OSError(9999, "Odd"))) == "对方给出的原文是“Odd”"
    assert said(quoted("first\nTraceback")) == "对方给出的原文是“first”"
