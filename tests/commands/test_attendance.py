"""What is plainly a yes or a no to an invitation, and what is neither."""

from __future__ import annotations

import pytest

from commands.meetings.attendance import Answer, polite, read
from commands.meetings.rules import Guest

COMING, NOT = Guest.COMING, Guest.NOT_COMING


@pytest.mark.parametrize(
    "text",
    [
        "来",
        "参加",
        "好的，我们参加",
        "收到，我们准时参加",
        "我们来两个人",
        "没问题，到时见！",
        "确认参加，谢谢",
        "coming",
        "Yes, we are coming.",
        "I'll be there",
        "We will attend the meeting, thank you",
        "count us in",
    ],
)
def test_who_speaks_of_coming_comes(text: str) -> None:
    assert read(text) == Answer(COMING, named=True)


@pytest.mark.parametrize(
    "text",
    [
        "不来",
        "去不了",
        "不参加",
        "不好意思，那天出差，去不了",
        "抱歉，当天有会，参加不了",
        "谢谢邀请，我们这次不参加了",
        "can't come",
        "Sorry, we can’t make it",
        "No, I won't be able to come",
        "unable to attend",
    ],
)
def test_who_speaks_of_not_coming_stays(text: str) -> None:
    assert read(text) == Answer(NOT, named=True)


@pytest.mark.parametrize(
    ("text", "state"),
    [
        ("好的", COMING),
        ("可以", COMING),
        ("OK 👌", COMING),
        ("yes", COMING),
        ("不行", NOT),
        ("没空", NOT),
        ("no, thanks", NOT),
    ],
)
def test_what_answers_only_what_was_just_asked(text: str, state: Guest) -> None:
    assert read(text) == Answer(state, named=False)


@pytest.mark.parametrize(
    "text",
    [
        "能来吗？",
        "可以带人参加吗",
        "来料有问题",
        "去年的货款还没到",
        "到货了",
        "第3批螺栓锈蚀",
        "不合格",
        "不好",
        "不能用",
        "可以换货",
        "28号来不了，30号可以",
        "参加，另外第3批要退货",
        "不参加不行",
        "no, we are coming",
        "coming batch is broken",
        "we will",
        "",
        "参加" * 31,
    ],
)
def test_what_is_neither_is_left_to_people(text: str) -> None:
    assert read(text) is None


@pytest.mark.parametrize("text", ["谢谢", "收到，谢谢！", "您好", "Thank you", "noted, thanks"])
def test_thanks_alone(text: str) -> None:
    assert polite(text)


@pytest.mark.parametrize("text", ["收到，会议几点结束", "好的谢谢", "我们", ""])
def test_more_than_thanks_is_more(text: str) -> None:
    assert not polite(text)
