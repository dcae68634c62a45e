"""The page's own words are complete in both languages, and each of them is used."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.web import chrome

ROOT = Path(__file__).parents[3] / "bot" / "web"
MARKS = re.compile(r"\{\w+\}")
CHINESE = re.compile("[\u4e00-\u9fff]")


def test_both_languages_have_the_same_words() -> None:
    english, chinese = chrome.WORDS["en"], chrome.WORDS["zh"]
    assert english.keys() == chinese.keys()
    assert all(english.values())
    assert all(chinese.values())


@pytest.mark.parametrize("name", sorted(chrome.WORDS["en"]))
def test_both_languages_fill_in_the_same_values(name: str) -> None:
    english, chinese = (MARKS.findall(chrome.WORDS[one][name]) for one in ("en", "zh"))
    assert sorted(english) == sorted(chinese)


def test_every_chinese_sentence_is_chinese() -> None:
    assert not [name for name, text in chrome.WORDS["zh"].items() if not CHINESE.search(text)]


def test_every_word_is_used() -> None:
    paths = [*ROOT.glob("*.py"), *ROOT.glob("templates/*.html"), ROOT / "static/chat.js"]
    text = "\n".join(p.read_text(encoding="utf-8") for p in paths if p.name != "chrome.py")
    asked = set(re.findall(r"""(?:\bw\.|words\.|words\[["'])(\w+)""", text))
    steps = ("visit", "complaint")
    made = {f"step_{step}{end}" for step in steps for end in ("", "_hint", "_do")}
    made |= {"company", "customers", "others", "visit_text", "complaint_text"}
    assert set(chrome.WORDS["en"]) == (asked | made) & set(chrome.WORDS["en"])


def test_a_language_that_is_not_spoken_reads_english() -> None:
    assert chrome.words("fr") is chrome.WORDS["en"]


def test_those_who_are_locked_out_read_both() -> None:
    assert [language for language, *_ in chrome.LOCKED] == ["zh", "en"]
