"""Keeps the whole company in one file, and puts it back."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from bot.settings import Settings
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
