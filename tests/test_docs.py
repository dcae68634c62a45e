"""The pages for people say what is so: commands, settings and metrics exist, in both languages."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot import locale
from bot.discovery import commands
from bot.metrics import Metrics
from bot.settings import Settings
from commands.sheets.noun import SHEETS

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
PAGES = sorted(str(page.relative_to(ROOT)) for page in [*DOCS.glob("*.md"), ROOT / "README.md"])
NAMES = sorted(page.name.removesuffix(".en.md") for page in DOCS.glob("*.en.md"))
LANGUAGES = ("en", "zh")
LEADS = re.compile(r"\]\(([^)\s#]+)[^)]*\)")
HEADING = re.compile(r"^(#+) ", re.MULTILINE)
TYPED = re.compile(r"(?:^|`)/([a-z_]+)(?=[\s`])", re.MULTILINE)
SETTING = re.compile(r"`([A-Z]+(?:_[A-Z]+)*)`")
TABLE_ROW = re.compile(r"^\|.*\|$", re.MULTILINE)
COLUMN_HEADINGS = {
    "en": ["Heading", "Also accepted", "Required"],
    "zh": ["表头", "也认得", "必填"],
}
REQUIRED = {"en": "yes", "zh": "是"}
# Slack's and BotFather's own commands, our paths, and what only looks like a setting.
OTHERS = {"headwater", "invite", "newbot", "setprivacy"}
PATHS = {"healthz", "readyz", "metrics", "telegram"}
NO_SETTINGS = {"CODE", "GET", "POST", "POSTGRES_PASSWORD", "PUT"}


def read(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def settings() -> set[str]:
    return {name.upper() for name in Settings.model_fields}


@pytest.mark.parametrize("name", NAMES)
def test_both_languages_have_the_same_headings_and_pictures(name: str) -> None:
    english, chinese = (read(DOCS / f"{name}.{language}.md") for language in LANGUAGES)
    assert HEADING.findall(english) == HEADING.findall(chinese)
    pictures = [to for to in LEADS.findall(english) if to.endswith("-en.png")]
    assert [to for to in LEADS.findall(chinese) if to.endswith("-zh.png")] == [
        to.replace("-en.png", "-zh.png") for to in pictures
    ]


def test_every_page_is_in_the_index_in_both_languages() -> None:
    led = set(LEADS.findall(read(DOCS / "README.md")))
    assert led == {f"{name}.{language}.md" for name in NAMES for language in LANGUAGES}


@pytest.mark.parametrize("page", PAGES)
def test_every_command_on_a_page_can_be_typed(page: str) -> None:
    known = {command.declared.name for command in commands()} | OTHERS | PATHS
    assert set(TYPED.findall(read(ROOT / page))) - known == set()


@pytest.mark.parametrize("page", PAGES)
def test_every_setting_on_a_page_can_be_set(page: str) -> None:
    assert set(SETTING.findall(read(ROOT / page))) - NO_SETTINGS - settings() == set()


@pytest.mark.parametrize("page", ["docs/operating.en.md", "docs/operating.zh.md"])
def test_every_setting_is_explained(page: str) -> None:
    assert settings() - set(SETTING.findall(read(ROOT / page))) == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_columns_of_tables_are_exactly_those_declared(language: str) -> None:
    page = read(DOCS / f"administrator.{language}.md")
    rows = [[cell.strip() for cell in line.split("|")[1:4]] for line in TABLE_ROW.findall(page)]
    chinese = locale.load()["zh"] if language == "zh" else {}
    assert [row for row in rows if not row[0].startswith("---")] == [
        row
        for sheet in SHEETS.values()
        for row in (
            COLUMN_HEADINGS[language],
            *(
                [
                    chinese.get(column.words.text, column.words.text),
                    column.others,
                    REQUIRED[language] if column.field == sheet.required else "",
                ]
                for column in sheet.columns
            ),
        )
    ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_metric_is_explained(language: str) -> None:
    page = read(DOCS / f"operating.{language}.md")
    rows = {line.split("`")[1]: line for line in page.splitlines() if line.startswith("| `head")}
    for family in Metrics(("web",), {}).registry.collect():
        shown = family.name + {"counter": "_total", "info": "_info"}.get(family.type, "")
        said = rows[shown].split("|")[2].strip()
        assert said == family.documentation if language == "en" else said
