"""Where the bytes of files live: a folder, or the database itself; under names of our own.

A name is chance, so nothing that somebody called a file can lead anywhere. In a folder the bytes
are written beside their place, synced and renamed before the transaction that names them; what a
crash leaves behind is found by `stray` and cleared.
"""

from __future__ import annotations

import os
import re
import secrets
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from sqlalchemy import LargeBinary, bindparam, delete, select
from sqlmodel import Field, col

from storage import files
from storage.connections import SQLITE, engine_of, sqlite_path
from storage.database import Deed, Gone, Query, Transaction
from storage.files import File
from storage.keyring import Unreadable
from storage.rows import Row

DATABASE = "database"
FOLDER = "files"
SHARD = 2
OLD_ENOUGH = 24 * 3600  # seconds after which bytes that no row names are surely nobody's
PROBE = ".probe"
_NAME = re.compile(r"[0-9a-f]{32}")


class Unkept(Gone):
    """The folder of files can't be read or written; `cause` is what the machine says of it."""

    def __init__(self, folder: Path, cause: OSError) -> None:
        super().__init__(f"the folder of files {folder}: {cause.strerror}")
        self.folder = folder
        self.cause = cause


class Blob(Row, table=True):
    """Bytes that are kept in the database."""

    name: str = Field(primary_key=True)
    content: bytes = Field(sa_type=LargeBinary)


_BY_NAME = Query(Blob, select(Blob).where(col(Blob.name) == bindparam("name")))
_NAMES = Query(lambda name: name, select(col(Blob.name)).order_by(col(Blob.name)))
_DROP = Deed(delete(Blob).where(col(Blob.name) == bindparam("b_name")))


@dataclass(frozen=True, slots=True)
class Vault:
    """Bytes by name; without a folder in the database. What is in neither is None."""

    folder: Path | None = None

    def lay(self, content: bytes) -> str:
        """Choose a name; with a folder, also put the bytes there. Raises `Unkept` if it can't."""
        name = secrets.token_hex(16)
        if self.folder is not None:
            try:
                _written(self._path(name), content)
            except OSError as error:
                raise Unkept(self.folder, error) from error
        return name

    def probe(self) -> None:
        """Make sure that files can be kept, and leave nothing behind; raises `Unkept`."""
        if self.folder is None:
            return
        made = [path for path in (self.folder, *self.folder.parents) if not path.exists()]
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            trial = self.folder / f"{PROBE}.{secrets.token_hex(8)}"
            trial.touch(exist_ok=False)
            trial.unlink()
        except OSError as error:
            raise Unkept(self.folder, error) from error
        finally:
            for path in made:
                with suppress(OSError):  # not made, or somebody has put something in meanwhile
                    path.rmdir()

    def keep(self, db: Transaction, name: str, content: bytes) -> None:
        """Keep what was laid, together with the row that names it."""
        if self.folder is None:
            db.put(Blob(name=name, content=content))

    def get(self, db: Transaction, name: str) -> bytes | None:
        """The bytes: of the folder, or those that were in the database before there was one.

        Sealed ones are opened; those that no key opens are not here any more.
        """
        kept = self._kept(db, name)
        try:
            return db.keyring.open_bytes(kept) if kept is not None else None
        except Unreadable:
            return None

    def _kept(self, db: Transaction, name: str) -> bytes | None:
        if not _NAME.fullmatch(name):
            return None
        if self.folder is not None:
            try:
                return self._path(name).read_bytes()
            except FileNotFoundError:
                pass  # perhaps kept before this folder was named
            except OSError as error:
                raise Unkept(self.folder, error) from error
        found = _BY_NAME.first(db, name=name)
        return found.content if found else None

    def of_file(self, db: Transaction, file_id: int | None) -> bytes | None:
        """The bytes of a file, if there is one and they are here."""
        file = files.get(db, file_id) if file_id else None
        return self.get(db, file.vault) if file else None

    def drop(self, db: Transaction, name: str) -> None:
        """Let go of the bytes."""
        _DROP.run(db, b_name=name)
        if self.folder is not None and _NAME.fullmatch(name):
            self._path(name).unlink(missing_ok=True)

    def missing(self, db: Transaction) -> list[File]:
        """Files that should be here, and whose bytes are not."""
        found, after = [], 0
        while some := files.kept(db, after):
            found += [file for file in some if not self._has(db, file.vault)]
            after = some[-1].id or 0
        return found

    def stray(self, db: Transaction, older_than: float = OLD_ENOUGH) -> list[str]:
        """Names of bytes that no file has, kept for longer than so many seconds."""
        return files.unclaimed(db, [*self._old(older_than), *_NAMES.all(db)])

    def _has(self, db: Transaction, name: str) -> bool:
        there = self.folder is not None and _NAME.fullmatch(name) and self._path(name).exists()
        return bool(there) or _BY_NAME.first(db, name=name) is not None

    def _old(self, older_than: float) -> Iterator[str]:
        if self.folder is None:
            return
        for path in self.folder.glob("*/*"):
            if time.time() - path.stat().st_mtime >= older_than:
                yield path.name

    def _path(self, name: str) -> Path:
        assert self.folder is not None
        return self.folder / name[:SHARD] / name


def made(db: Transaction, content: bytes) -> str:
    """Keep bytes that the bot made itself in the database, and give their name."""
    name = secrets.token_hex(16)
    db.put(Blob(name=name, content=content))
    return name


def vault_at(files_url: str, database_url: str) -> Vault:
    """The vault that FILES_URL names; by default beside a SQLite file, or within PostgreSQL.

    Raises ValueError with a sentence when it names neither.
    """
    if files_url == DATABASE:
        return Vault()
    if files_url:
        parts = urlsplit(files_url)
        if parts.scheme != "file" or parts.netloc or not parts.path.startswith("/"):
            raise ValueError(
                f"FILES_URL {files_url!r} must be file:///a/folder, or the word database"
            )
        return Vault(Path(unquote(parts.path)))
    if engine_of(database_url) == SQLITE:
        return Vault(sqlite_path(database_url).parent / FOLDER)
    return Vault()


def _written(path: Path, content: bytes) -> None:
    """Put bytes in their place at once or not at all, and see them on the disk."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    beside = path.with_name(f"{path.name}.part")
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())
    beside.rename(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
