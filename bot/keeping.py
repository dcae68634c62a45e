"""Keeps the whole company in one file, and puts it back."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from bot.settings import Settings
from bot.start import Refusal
from commands.kit.words import T
from storage import restore as kinds
from storage.dump import Manifest, dump
from storage.migrate import current
from storage.restore import Unrestorable, restore
from storage.vault import vault_at


def keep(settings: Settings, target: Path) -> Manifest:
    """Write a backup as of now; the bot may go on working. Raises `Refusal`."""
    if current(settings.database_url) is None:
        raise Refusal(T("There is nothing to keep yet: this database is empty."))
    return dump(settings.database_url, target, datetime.now(UTC), folder_of(settings))


def put_back(settings: Settings, archive: Path, *, replace: bool) -> int:
    """Put a backup in the database's place; give its number of rows.

    Raises `Refusal` when it can't be put back, and `Unkept` without a place for its files.
    """
    vault = vault_at(settings.files_url, settings.database_url)
    vault.probe()  # before the database is replaced, not after
    folder = vault.folder
    try:
        return restore(settings.database_url, archive, replace=replace, folder=folder)
    except Unrestorable as error:
        raise Refusal(_why(error)) from error


def _why(error: Unrestorable) -> T:
    what = error.what
    match error.why:
        case kinds.NOT_EMPTY:
            return T(
                "The database is not empty. Add {option} to put the backup over it.",
                option="--replace",
            )
        case kinds.IN_USE:
            return T("The database is in use. Stop the bot first.")
        case kinds.NO_FILE:
            return T("There is no file {file}.", file=what)
        case kinds.OTHER_FORMAT:
            return T("This backup has format {form}, which this version can't read.", form=what)
        case kinds.NEWER:
            return T(
                "This backup is of revision {at}, newer than this Headwater. Update it first.",
                at=what,
            )
        case kinds.DAMAGED:
            return T("This backup is damaged: {what} is not as it was written.", what=what)
        case kinds.OUTSIDE:
            return T("This backup names a file outside its folder: {what}.", what=what)
        case _:
            return T("This file is not a backup of Headwater, or is damaged.")


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
