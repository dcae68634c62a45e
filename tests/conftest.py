"""What every test may ask for: a house on each platform and each engine."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from storage.migrate import upgrade
from tests.house import TestHouse, opened
from tests.postgres import Cluster

pytest_plugins = ("tests.telltale",)
PLATFORMS = ("slack", "telegram", "web")
ENGINES = ("sqlite", "postgresql")
TEMPLATE = "headwater_template"


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--dump-calls=DIR` keeps what the bot sent, for the platforms' own type checkers."""
    parser.addoption("--dump-calls", default="", help="write every call of the stories here")
    parser.addoption("--scan-logs", default="", help="keep the log here; look for people in it")


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite database, to be copied."""
    path = tmp_path_factory.mktemp("template") / "template.db"
    upgrade(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """A PostgreSQL server with a migrated template database."""
    with Cluster() as started:
        started.create(TEMPLATE)
        upgrade(started.url(TEMPLATE))
        yield started


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest) -> str:
    """Each engine."""
    return str(request.param)


@pytest.fixture
def database_url(engine: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A fresh, migrated database."""
    if engine == "sqlite":
        path = tmp_path / "headwater.db"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        yield f"sqlite:///{path}"
        return
    cluster: Cluster = request.getfixturevalue("cluster")
    name = f"test_{abs(hash(request.node.nodeid)):x}"
    cluster.create(name, TEMPLATE)
    yield cluster.url(name)
    cluster.drop(name)


@pytest.fixture(params=PLATFORMS)
def platform(request: pytest.FixtureRequest) -> str:
    """Each platform."""
    return str(request.param)


@pytest.fixture
async def house(
    platform: str, database_url: str, request: pytest.FixtureRequest
) -> AsyncIterator[TestHouse]:
    """The house, in Chinese."""
    async with opened(platform, database_url) as made:
        yield made
        folder = request.config.getoption("--dump-calls")
        if folder:
            made.wire.dump(Path(folder) / f"{abs(hash(request.node.nodeid)):x}.json")


@pytest.fixture
async def english(platform: str, database_url: str) -> AsyncIterator[TestHouse]:
    """The house, in English."""
    async with opened(platform, database_url, language="en") as made:
        yield made
