"""Whoever reads one language reads that one only, whatever happens and whatever is asked."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import pytest

from bot import sample
from commands.kit.words import T
from tests.bot.test_locale import ALLOWED_LATIN, OWN_NAMES, reader
from tests.house import CAST, TestHouse, opened

CODE = r"\b[A-Z]-\d{4}-\d{4}\b"
# What has no language: numbers of subjects, addresses, what is typed after a slash, a code to join,
# a command of the terminal, a setting's or a platform's name, the ending of a file, and the values
# of a form that only the page sees.
ADDRESS = r"https?://\S+"
TYPED = r"/[a-z_]+|python -m bot [a-z-]+"
NAMES = r"\b(Web|Slack|Telegram|xlsx|csv|png|Headwater|PUBLIC_URL)\b"
VALUES = r"^ *(no|yes|last)$"
NEUTRAL = re.compile(
    rf"{CODE}|{TYPED}|\b[A-Z2-9]{{4}}-[A-Z2-9]{{4}}\b|{NAMES}|{VALUES}",
    re.MULTILINE,
)
LATIN = re.compile(r"[A-Za-z]{2,}")
IDEOGRAPHS = re.compile(r"[一-鿿]+")
# What people say in the story, besides the names of the sample company.
SAID = ("昨天 谈了Q3", "谈了Q3", "第3批螺栓锈蚀", "已安排换货", "已换货", "质量与个案")


def week(aliases: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Who says what: a visit, a complaint and its answers, then every command there is."""
    yield "lina", "/visit 永固 昨天 谈了Q3"
    yield "zhangwei", "投诉 第3批螺栓锈蚀"
    yield "lina", "/reply C-2026-0001 已安排换货"
    yield "stranger", "第3批螺栓锈蚀"
    yield "zhangwei", "第3批螺栓锈蚀"
    for name in aliases:
        yield "zhao", f"/{name}"
        yield "lina", f"/{name} C-2026-0001"


async def everything_read(house: TestHouse) -> list[tuple[str, str]]:
    """Who read what in a week, in their direct chat."""
    seen: dict[tuple[str, str], None] = {}
    names = [command.declared.name for command in house.core.house.catalogue]
    lines = [*week(names), ("lina", "/help")]
    for number, (user, line) in enumerate(lines):
        await house.players[user].says(line)
        await house.settle()
        looking = [user]
        if number in {4, len(lines) - 1}:
            await house.advance(days=3)
            looking = [*house.players]
        for one in looking:
            seen |= dict.fromkeys((one, text) for text in house.players[one].reads().split("\n\n"))
    return list(seen)


def own(house: TestHouse) -> list[str]:
    """Names that are what they are in every language, and what people said; the longest first."""
    names = [*SAID, *CAST.values(), *(title for _, title, *_ in sample.ROOMS)]
    names += [word for full, short, *_ in sample.CUSTOMERS for word in (full, short)]
    names += [position for _, _, position, _ in sample.CONTACTS]
    names += [alias for c in house.core.house.catalogue for alias in c.declared.aliases]
    return sorted({*names, *OWN_NAMES}, key=len, reverse=True)


def stray(text: str, names: list[str], language: str) -> list[str]:
    """Words of the other language."""
    text = re.sub(ADDRESS, " ", text)  # before what is typed after a slash is taken out of it
    text = re.sub(TYPED, " ", text)  # before a command's name is taken out of the middle of it
    for name in names:
        text = text.replace(name, " ")
    text = NEUTRAL.sub(" ", text)
    if language == "en":
        return IDEOGRAPHS.findall(text)
    return [word for word in LATIN.findall(text) if word not in ALLOWED_LATIN]


def mixed(user: str, text: str, names: list[str], language: str) -> list[str]:
    """What does not belong; a stranger is spoken to in the language of their platform."""
    found = stray(text, names, language)
    other = "zh" if language == "en" else "en"
    return found if user != "stranger" or stray(text, names, other) else []


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize("engine", ["sqlite"])
@pytest.mark.parametrize("language", ["zh", pytest.param("en", marks=pytest.mark.torture)])
async def test_no_message_mixes_two_languages(
    platform: str, database_url: str, language: str
) -> None:
    async with opened(platform, database_url, language=language) as house:
        read, names = await everything_read(house), own(house)
    wrong = {text: found for user, text in read if (found := mixed(user, text, names, language))}
    print(f"{len(read)} messages read, {len(wrong)} of them in two languages")
    assert wrong == {}
    assert len(read) > 50


def test_a_mixed_message_would_be_seen() -> None:
    names = ["永固"]
    assert stray(reader("zh").say(T("Visit to {customer} logged", customer="永固")), names, "zh")
    assert stray("Visit to 永固 已记录", names, "en") == ["已记录"]
    assert mixed("stranger", "已记录", names, "en") == []
    assert mixed("stranger", "Visit 已记录", names, "en") == ["已记录"]
