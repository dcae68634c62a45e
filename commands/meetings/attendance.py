"""Reads from what somebody writes whether they come to a meeting (clause 3.1.1b).

Only what is plainly one or the other is an answer: a single word that is none of those below, such
as a question's, makes it something for the organiser to read.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum, auto

from commands.meetings.rules import Guest


class Sense(Enum):
    """What a word says of coming."""

    COMING = auto()
    NOT = auto()
    NO = auto()
    HINDERED = auto()
    YES = auto()
    POLITE = auto()
    OTHER = auto()


# Chinese words stand without spaces, so the longest that fits is meant: 没问题 is not 没. An
# underscore stands for a space.
_WORDS = {
    Sense.COMING: """
        来 去 参加 出席 参会 赴会 赴约 到会 到场 一定到 准时到 按时到 前往 过来 过去 报名 到时见
        到时候见 届时见 不见不散 come coming attend attending join joining participate accept
        be_there make_it see_you_then see_you_there count_me_in count_us_in""",
    Sense.NOT: """
        不 不能 不会 不了 不行 不可以 没法 没办法 没有办法 无法
        not cannot cant wont unable couldnt dont decline""",
    Sense.NO: "no nope",
    Sense.HINDERED: "有事 有会 有安排 出差 在出差 没空 没时间 没有时间 走不开 不方便 时间冲突",
    Sense.YES: "好 好的 可以 行 没问题 嗯 👌 👍 ok okay yes yep sure fine",
    Sense.POLITE: """
        谢谢 多谢 感谢 邀请 收到 明白 知道了 您好 你好 经理 您 你 不好意思 抱歉 很抱歉 对不起 遗憾
        很遗憾 可惜 请见谅 见谅
        hello hi dear thanks thank you sorry unfortunately received noted""",
    Sense.OTHER: """
        我 我们 咱们 我司 我方 我公司 本人 这边 这次 本次 当天 那天 届时 到时 到时候 会议 客户会议
        会 一定 肯定 必定 能 能够 将 确定 确认 准时 按时 都 也 要 的 了 吧 啊 呀 哦 哈 个 人 位 名
        一 两 二 三 四 五 i ill im we well were will am are be can able to would love happy glad the
        your our customer meeting with people colleagues of us me two three four for invitation""",
}
_SENSES = {
    word.replace("_", " "): sense for sense, words in _WORDS.items() for word in words.split()
}
_FIRST = sorted((word for word in _SENSES if " " in word or not word.isascii()), key=len)
_WORD = re.compile("|".join([*map(re.escape, reversed(_FIRST)), "[a-z]+", "[0-9]{1,2}", r"\S"]))
_MARKS = set(',，.。!！~～、;；:：()（）“”"')
LONGEST = 60


@dataclass(frozen=True, slots=True)
class Answer:
    """Whether somebody comes; `named` says that the words speak of coming by themselves.

    “好的” and “no” answer only what was asked a moment ago.
    """

    state: Guest
    named: bool


def read(text: str) -> Answer | None:
    """What is plainly an answer; None for everything else."""
    found = _senses(text)
    nots = found.count(Sense.NOT)
    says = set(found) - {Sense.OTHER, Sense.POLITE}
    if None in says or nots > 1:
        return None
    if Sense.COMING in says:
        return _of_coming(says)
    if says == {Sense.YES}:
        return Answer(Guest.COMING, named=False)
    if says and says <= {Sense.NOT, Sense.NO, Sense.HINDERED}:
        return Answer(Guest.NOT_COMING, named=False)
    return None


def _of_coming(says: set[Sense | None]) -> Answer | None:
    """“We come” and “we can't come”; “no, we come” and “busy, but we come” are left to people."""
    if Sense.NOT in says:
        return Answer(Guest.NOT_COMING, named=True) if Sense.YES not in says else None
    return Answer(Guest.COMING, named=True) if says <= {Sense.COMING, Sense.YES} else None


def polite(text: str) -> bool:
    """Whether nothing is said but thanks, or that it was received."""
    found = set(_senses(text))
    return Sense.POLITE in found and found <= {Sense.POLITE, Sense.OTHER}


def _senses(text: str) -> list[Sense | None]:
    """What each word says; None for a word that says something else."""
    if len(text) > LONGEST:
        return [None]
    bare = re.sub("['’]", "", text.casefold())
    words = [word for word in _WORD.findall(bare) if word not in _MARKS]
    return [Sense.OTHER if word.isdecimal() else _SENSES.get(word) for word in words]
