"""Keeps the whole company in one file, and puts it back."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import unquote, urlsplit

from bot.settings import Settings
from storage.dump import Manifest, dump
from storage.restore import restore


def keep(settings: Settings, target: Path) -> Manifest:
    """Write a backup as of now; the bot may go on working."""
    return dump(settings.database_url, target, datetime.now(UTC), folder_of(settings))


def put_back(settings: Settings, archive: Path, *, replace: bool) -> int:
    """Put a backup in the database's place; give its number of rows."""
    folder = folder_of(settings)
    return restore(settings.database_url, archive, replace=replace, folder=folder)


def folder_of(settings: Settings) -> Path | None:
    """The folder in which files are kept, if they are not kept in the database."""
    place = urlsplit(settings.files_url)
    return Path(unquote(place.path)) if place.scheme == "file" else None
