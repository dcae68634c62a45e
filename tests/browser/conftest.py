"""A browser where there is one."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import playwright
import pytest
from playwright.sync_api import Browser

from tests.browser.chromium import CHROMIUM, Hands, at, chromium
from tests.browser.process import Started, branched
from tests.browser.server import Served, served


def driver_trouble() -> str:
    """Why the browser's driver cannot start here, such as a missing library; "" if it can."""
    node = Path(playwright.__file__).parent / "driver" / "node"
    tried = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)
    return tried.stderr.strip() if tried.returncode else ""


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if not CHROMIUM.exists():
        pytest.skip(f"there is no {CHROMIUM}: nobody has looked at the pages in a browser")
    if driver_says := driver_trouble():
        pytest.skip(f"nobody has looked at the pages in a browser: {driver_says}")
    with chromium() as started:
        yield started


@pytest.fixture
def chat(tmp_path: Path, sqlite_template: Path) -> Iterator[Served]:
    """The demonstration, in Chinese."""
    with served(Path(shutil.copy(sqlite_template, tmp_path / "chat.db"))) as found:
        yield found


@pytest.fixture
def desk(browser: Browser, chat: Served) -> Iterator[Hands]:
    """Somebody who has just opened the demonstration on a desktop."""
    with at(browser) as hands:
        hands.opens(chat.link())
        yield hands


@pytest.fixture
def phone(browser: Browser, chat: Served) -> Iterator[Hands]:
    """The same on a phone."""
    with at(browser, width=390, height=844) as hands:
        hands.opens(chat.link())
        yield hands


@pytest.fixture(params=["zh", "en"])
def bot(request: pytest.FixtureRequest, sqlite_template: Path, tmp_path: Path) -> Iterator[Started]:
    """The whole bot, just started on an empty database, in each language."""
    shutil.copy(sqlite_template, tmp_path / "headwater.db")
    with branched(tmp_path, str(request.param)) as started:
        yield started
