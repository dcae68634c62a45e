"""The starter of PostgreSQL keeps its promises: private, true to its databases, and gone after."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psycopg
import pytest

from tests import postgres
from tests.postgres import Account, Cluster, NoServer

pytestmark = pytest.mark.postgres


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    with Cluster() as cluster:
        yield cluster


@pytest.fixture
def database(cluster: Cluster) -> Iterator[str]:
    cluster.create("orders")
    yield cluster.url("orders")
    cluster.drop("orders")


def asked(url: str, question: str) -> object:
    with psycopg.connect(url) as connection:
        row = connection.execute(question.encode()).fetchone()
    return row and row[0]


def told(url: str, statement: str) -> None:
    with psycopg.connect(url) as connection:
        connection.execute(statement.encode())


def data_folder(url: str) -> Path:
    return Path(str(asked(url, "SHOW data_directory")))


def server_of(data: Path) -> int:
    """A handle of the server's process, which stays its own when the number is used again."""
    return os.pidfd_open(int((data / "postmaster.pid").read_text().split()[0]))


def ended(process: int) -> bool:
    """Whether the process behind the handle ends; its parent may take its time to collect it."""
    watch = select.poll()
    watch.register(process, select.POLLIN)
    seen = watch.poll(10_000)
    os.close(process)
    return bool(seen)


@contextmanager
def another_run(last_deed: str = "") -> Iterator[subprocess.Popen[bytes]]:
    """Another process that starts a cluster, tells its URL, and waits for a line to go on."""
    script = (
        "import sys\n"
        "from tests.postgres import Cluster\n"
        "cluster = Cluster().__enter__()\n"
        "print(cluster.url(), flush=True)\n"
        "sys.stdin.readline()\n"
    )
    root = Path(postgres.__file__).parents[1]
    command = [sys.executable, "-c", script + last_deed]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, cwd=root) as run:
        try:
            yield run
        finally:
            run.kill()


def data_of(run: subprocess.Popen[bytes]) -> Path:
    assert run.stdout is not None
    return data_folder(run.stdout.readline().decode().strip())


def test_text_is_utf8_and_chinese_characters_are_letters(database: str) -> None:
    assert asked(database, "SHOW server_encoding") == "UTF8"
    assert asked(database, "SELECT '宁波精工' ~ '^[[:alpha:]]+$'") is True
    assert asked(database, "SELECT lower('ÄÖ')") == "äö"


def test_a_database_copied_from_a_template_has_what_the_template_has(cluster: Cluster) -> None:
    cluster.create("migrated")
    told(cluster.url("migrated"), "CREATE TABLE customer AS SELECT '华强' AS name")
    cluster.create("copy", template="migrated")
    told(cluster.url("copy"), "INSERT INTO customer VALUES ('恒达')")

    assert asked(cluster.url("copy"), "SELECT count(*) FROM customer") == 2
    assert asked(cluster.url("migrated"), "SELECT count(*) FROM customer") == 1


def test_a_database_may_be_named_in_any_script(cluster: Cluster) -> None:
    name = '华强 "tests"?/%'
    cluster.create(name)
    assert asked(cluster.url(name), "SELECT current_database()") == name
    cluster.drop(name)


def test_a_database_is_dropped_although_someone_is_connected(cluster: Cluster) -> None:
    cluster.create("busy")
    with psycopg.connect(cluster.url("busy")) as connection:
        cluster.drop("busy")
        with pytest.raises(psycopg.OperationalError):
            connection.execute("SELECT 1")


def test_dropping_what_is_not_there_is_an_error(cluster: Cluster) -> None:
    with pytest.raises(psycopg.errors.InvalidCatalogName):
        cluster.drop("nothing")


def test_the_server_listens_to_no_network_and_to_no_other_account(database: str) -> None:
    assert asked(database, "SHOW listen_addresses") == ""
    data = data_folder(database)
    assert data.stat().st_mode & 0o077 == 0
    assert (data / postgres.SOCKET).stat().st_mode & 0o077 == 0
    assert data.stat().st_uid == Account.allowed().uid != 0


def test_commits_wait_for_the_disk_only_when_asked_to(database: str) -> None:
    with Cluster(durable=True) as durable:
        assert asked(durable.url(), "SHOW fsync") == "on"
        assert asked(durable.url(), "SHOW synchronous_commit") == "on"
        assert asked(durable.url(), "SHOW full_page_writes") == "on"
    assert asked(database, "SHOW fsync") == "off"


def test_a_restart_ends_the_sessions_and_keeps_what_was_committed(
    cluster: Cluster, database: str
) -> None:
    told(database, "CREATE TABLE kept AS SELECT 7 AS value")
    with psycopg.connect(database) as connection:
        cluster.restart()
        with pytest.raises(psycopg.OperationalError):
            connection.execute("SELECT 1")
    assert asked(database, "SELECT value FROM kept") == 7


def test_a_killed_server_comes_back_with_what_was_committed_and_no_more(
    cluster: Cluster, database: str
) -> None:
    told(database, "CREATE TABLE kept AS SELECT 7 AS value")
    with psycopg.connect(database) as connection:
        connection.execute("INSERT INTO kept VALUES (8)")
        cluster.kill()
        with pytest.raises(psycopg.OperationalError):
            connection.commit()
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(database)

    cluster.restart()

    assert asked(database, "SELECT count(*) FROM kept") == 1


def test_nothing_is_left_after_the_block() -> None:
    with Cluster() as cluster:
        data = data_folder(cluster.url())
        server = server_of(data)
    assert not data.parent.exists()
    assert ended(server)


def test_nothing_is_left_of_a_killed_server() -> None:
    with Cluster() as cluster:
        data = data_folder(cluster.url())
        assert asked(cluster.url(), "SHOW dynamic_shared_memory_type") == "mmap"
        cluster.kill()
    assert not data.parent.exists()


def test_nothing_is_left_by_a_server_that_does_not_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(postgres.COMMON_SETTINGS, "no_such_setting", "1")
    monkeypatch.setattr(postgres, "prefix", lambda: "headwater-failing-")
    with pytest.raises(NoServer, match="no_such_setting"):
        Cluster().__enter__()
    assert not postgres.leftovers()


@pytest.mark.parametrize(
    ("last_deed", "order"),
    [
        pytest.param("", None, id="ends without leaving the block"),
        pytest.param("sys.exit(3)", None, id="exits"),
        pytest.param("raise ValueError", None, id="fails"),
        pytest.param("", signal.SIGINT, id="is interrupted from the keyboard"),
    ],
)
def test_nothing_is_left_by_a_run_that(last_deed: str, order: signal.Signals | None) -> None:
    with another_run(last_deed) as run:
        data = data_of(run)
        server = server_of(data)
        if order:
            run.send_signal(order)
        run.communicate(b"\n", timeout=30)
    assert not data.parent.exists()
    assert ended(server)


def test_what_a_killed_run_left_is_stopped_and_removed_by_the_next() -> None:
    with another_run() as run:
        data = data_of(run)
        server = server_of(data)
    assert postgres.answers(data / postgres.SOCKET)
    with Cluster():
        assert not data.parent.exists()
        assert ended(server)


def test_the_next_run_leaves_a_living_one_alone() -> None:
    with another_run() as run:
        data = data_of(run)
        with Cluster():
            assert postgres.answers(data / postgres.SOCKET)
        run.communicate(b"\n", timeout=30)
    assert not data.exists()


def test_a_forked_child_does_not_stop_its_parents_server(cluster: Cluster) -> None:
    child = os.fork()
    if child == 0:
        cluster.__exit__(None, None, None)
        os._exit(0)
    os.waitpid(child, 0)
    assert asked(cluster.url(), "SELECT 1") == 1


def test_programs_are_copied_when_the_servers_account_cannot_reach_them(tmp_path: Path) -> None:
    account = Account.allowed()
    tmp_path.chmod(0o755)
    programs = postgres.copied(postgres.installed(), tmp_path)
    tmp_path.chmod(0o700)
    with ExitStack() as held, postgres.workplace(postgres.DISK) as folder:
        found = postgres.reachable(programs, account, held)
        assert (found != programs) is account.switches
        account.run([str(found / "initdb"), "--version"], folder)
        assert "initdb (PostgreSQL)" in postgres.last_words(folder)


def test_a_system_server_serves_where_the_package_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    monkeypatch.setenv("PATH", str(tmp_path))
    program = tmp_path / "initdb"
    program.touch(mode=0o755)
    assert postgres.installed() == tmp_path


def test_without_any_server_it_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    monkeypatch.setattr(Path, "glob", lambda self, pattern: iter(()))
    monkeypatch.setenv("PATH", "")
    with pytest.raises(NoServer, match="make setup"):
        postgres.installed()
