"""What every test may ask for: a house on each platform and each engine."""

from __future__ import annotations

import gc
import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import structlog

from storage.connections import sqlite_path
from tests.house import TestHouse, entered, lived_in, prepared
from tests.moulds import EMPTY, Cast, Fill, Moulds
from tests.postgres import MEMORY, Cluster, fast_place

pytest_plugins = ("tests.telltale",)
PLATFORMS = ("slack", "telegram", "web")
ENGINES = ("sqlite", "postgresql")
# As the bot logs off a terminal, but into the test's output: frames drawn for a terminal, with
# every variable, would cost seconds.
# Every story has files of its own; on a disk they cost a seventh of its time.
if fast_place() == MEMORY:
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))
structlog.configure(
    processors=[
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.ExceptionRenderer(),
        structlog.processors.JSONRenderer(ensure_ascii=False),
    ]
)


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--dump-calls=DIR` keeps what the bot sent, for the platforms' own type checkers."""
    parser.addoption("--dump-calls", default="", help="write every call of the stories here")
    parser.addoption("--whole", action="store_true", help="tell every story everywhere")
    parser.addoption("--scan-logs", default="", help="keep the log here; look for people in it")


def pytest_collection_finish(session: pytest.Session) -> None:
    """What is there before the first test stays to the end: to look for garbage in it costs 5 %."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


@pytest.fixture(autouse=True)
def logs() -> Iterator[None]:
    """What a test makes of the logs ends with it."""
    before = structlog.get_config()
    yield
    structlog.configure(**before)
    structlog.contextvars.clear_contextvars()


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """A PostgreSQL server."""
    with Cluster(brief=True) as started:
        yield started


@pytest.fixture(scope="session")
def sqlite_moulds(tmp_path_factory: pytest.TempPathFactory) -> Moulds:
    """Where copies of SQLite databases come from."""
    return Moulds(tmp_path_factory.mktemp("moulds"))


@pytest.fixture(scope="session")
def sqlite_template(sqlite_moulds: Moulds, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite database, to be copied; to migrate one takes seconds, and is done once."""
    folder = tmp_path_factory.mktemp("template")
    return sqlite_path(sqlite_moulds.copy(EMPTY, lambda _url: None, "template", folder))


@pytest.fixture(scope="session")
def postgresql_moulds(tmp_path_factory: pytest.TempPathFactory, cluster: Cluster) -> Moulds:
    """Where copies of PostgreSQL databases come from."""
    return Moulds(tmp_path_factory.mktemp("moulds"), cluster)


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest) -> str:
    """Each engine."""
    return str(request.param)


@pytest.fixture
def cast(engine: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Cast]:
    """Makes databases of this test's own: copies of a mould."""
    moulds: Moulds = request.getfixturevalue(f"{engine}_moulds")
    made: list[str] = []

    def copy(mould: str, fill: Fill) -> str:
        made.append(f"test_{abs(hash(request.node.nodeid)):x}_{len(made)}")
        return moulds.copy(mould, fill, made[-1], tmp_path)

    yield copy
    for name in made:
        moulds.drop(name)


@pytest.fixture
def database_url(cast: Cast) -> str:
    """A fresh, migrated database."""
    return cast(EMPTY, lambda _url: None)


@pytest.fixture
def sample_url(cast: Cast) -> str:
    """A fresh database with the sample company, in English, on the web."""
    return cast("web_en", lambda url: prepared(url, "web", "en"))


@pytest.fixture(params=PLATFORMS)
def platform(request: pytest.FixtureRequest) -> str:
    """Each platform."""
    return str(request.param)


@pytest.fixture
def chinese_url(platform: str, cast: Cast) -> str:
    """A database in which the house has stood for a while, in Chinese."""
    return cast(f"{platform}_zh", lambda url: lived_in(url, platform, "zh"))


@pytest.fixture
def english_url(platform: str, cast: Cast) -> str:
    """The same in English."""
    return cast(f"{platform}_en", lambda url: lived_in(url, platform, "en"))


@pytest.fixture
async def house(
    platform: str, chinese_url: str, request: pytest.FixtureRequest
) -> AsyncIterator[TestHouse]:
    """The house, in Chinese."""
    async with entered(platform, chinese_url) as made:
        yield made
        folder = request.config.getoption("--dump-calls")
        if folder:
            made.wire.dump(Path(folder) / f"{abs(hash(request.node.nodeid)):x}.json")


@pytest.fixture
async def english(platform: str, english_url: str) -> AsyncIterator[TestHouse]:
    """The house, in English."""
    async with entered(platform, english_url, language="en") as made:
        yield made
