"""Keeps the whole company in one file, and puts it back."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from bot.settings import Settings
from commands.kit.words import T
from storage.dump import Manifest, dump
from storage.restore import restore
from storage.vault import vault_at


def keep(settings: Settings, target: Path) -> Manifest:
    """Write a backup as of now; the bot may go on working."""
    return dump(settings.database_url, target, datetime.now(UTC), folder_of(settings))


def put_back(settings: Settings, archive: Path, *, replace: bool) -> int:
    """Put a backup in the database's place; give its number of rows. Raises `Unkept`."""
    vault = vault_at(settings.files_url, settings.database_url)
    vault.probe()  # before the database is replaced, not after
    folder = vault.folder
    return restore(settings.database_url, archive, replace=replace, folder=folder)


def folder_of(settings: Settings) -> Path | None:
    """The folder in which files are kept, if they are not kept in the database."""
    return vault_at(settings.files_url, settings.database_url).folder


def kept_words(kept: Manifest, file: Path) -> T:
    """What was kept."""
    return T(
        "Kept in {file}: {rows} rows and {files} files, at revision {at}.",
        file=str(file),
        rows=kept.rows,
        files=len(kept.files),
        at=kept.revision,
    )


def put_back_words(rows: int, file: Path) -> T:
    """What was put back."""
    return T("Put back from {file}: {rows} rows.", file=str(file), rows=rows)
