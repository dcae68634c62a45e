"""Examines an installation: what every platform needs. What one platform needs is in its folder."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from pathlib import Path
from unicodedata import east_asian_width
from urllib.parse import urlsplit

from bot import discovery
from bot.core import SECRET as OWN_KEY
from bot.finding import Finding, Verdict, broken, clock, doubtful, fine
from bot.settings import Settings
from bot.start import files_unkept, unanswered
from bot.words import Reader
from commands.kit.calendar import local_day
from commands.kit.errors import Misdeclared
from commands.kit.policy import load
from commands.kit.reasons import of_machine, quoted
from commands.kit.words import T, encode
from commands.kit.workdays import CalendarPolicy, unknown_next_year
from commands.sheets.noun import OURS
from scheduler import fonts
from scheduler.pulse import HEARTBEAT
from storage import checkup, counts, sheets
from storage import house as facts
from storage.connections import SQLITE, engine_of, sqlite_path
from storage.database import Database, Gone, Transaction
from storage.keyring import Keyring
from storage.migrate import current, newest
from storage.resealing import unknown
from storage.vault import Unkept, vault_at

LEAST_BYTES = 200_000_000
FEW_BYTES = 1_000_000_000
SILENT = timedelta(minutes=30)
LATELY = timedelta(days=7)
SHORTEST_KEY = 16
FAULT = encode(OURS)
Json = dict[str, str]


def examine(settings: Settings, now: datetime) -> Iterator[Finding]:
    """Everything that no platform is needed for, in the order in which one thing needs another."""
    yield fine(T("settings"), T("every setting can be read"))
    yield from _place(settings)
    reached = yield from _database(settings.database_url)
    if reached:
        yield from _contents(settings, now)
    yield from _own(settings, now)


def settings_refused(why: T) -> Finding:
    """A setting that can't be used."""
    return broken(
        T("settings"),
        why,
        T("Correct it in the environment or in the file .env; README.md lists every setting."),
    )


# --- the database ---------------------------------------------------------------------------------


def _database(url: str) -> Generator[Finding, None, bool]:
    """Whether it can be worked with; returns whether what is in it can be read."""
    if not checkup.exists(url):
        yield doubtful(
            T("database"),
            T("there is no database yet at {place}", place=str(sqlite_path(url))),
            T("Start the bot, or run: python -m bot migrate. It makes one."),
        )
        return False
    try:
        engine = checkup.engine(url)
        at = current(url)
    except Gone as gone:
        yield broken(T("database"), *_unreachable(gone))
        return False
    yield _version(engine)
    yield from _state(url, at)
    return at == newest()


def _unreachable(gone: Gone) -> tuple[T, T]:
    return (
        unanswered(gone),
        T("Start it, or correct DATABASE_URL: host, name, user and password, or the file's path."),
    )


def _version(engine: checkup.Engine) -> Finding:
    said = T("{name} {version} answers", name=engine.name, version=engine.version)
    if not engine.wal_reset_bug:
        return fine(T("database"), said)
    return doubtful(
        T("database"),
        T(
            "SQLite {version} can damage its file when two processes write at the same moment",
            version=engine.version,
        ),
        T(
            "Use a Python with SQLite 3.51.3 or newer, or PostgreSQL; until then stop the bot "
            "before another program writes, and make backups."
        ),
    )


def _state(url: str, at: str | None) -> Iterator[Finding]:
    yield _migrated(at)
    if at is None:
        return
    why = checkup.unwritable(url)
    if why:
        yield broken(
            T("writing"),
            T("the database can't be written; {why}", why=quoted(why)),
            T("Give the bot's user the right to write it, and make sure that nobody locks it."),
        )
    else:
        yield fine(T("writing"), T("the database can be written"))
    hurt = checkup.damage(url)
    if hurt:
        yield broken(
            T("integrity"),
            T("the database's file is damaged; {what}", what=quoted(hurt[0])),
            T("Stop the bot and put back the newest backup: python -m bot restore FILE --replace"),
        )
    else:
        yield fine(T("integrity"), T("the database is whole"))


def _migrated(at: str | None) -> Finding:
    wanted = newest()
    if at == wanted:
        return fine(T("migrations"), T("at revision {at}", at=wanted))
    cause = T("the database is at revision {at}, this version needs {to}", at=at or "0", to=wanted)
    if at is not None and at > wanted:
        cure = T("It belongs to a newer Headwater: update this one, or put back an older backup.")
    else:
        cure = T("Make a backup, then run: python -m bot migrate")
    return broken(T("migrations"), cause, cure)


# --- what is in it --------------------------------------------------------------------------------


def _contents(settings: Settings, now: datetime) -> Iterator[Finding]:
    database = Database(settings.database_url)
    try:
        beat = database.read_now(lambda db: facts.get(db, HEARTBEAT))
        ahead = float(database.read_now(lambda db: facts.get(db, "clock_ahead")) or 0)
        since = now - LATELY
        found = database.read_now(lambda db: counts.lately(db, since))
        given_up = [one.name for one in database.read_now(_failing(since)) if one.reason == FAULT]
        skew = database.skew_now()
        own = database.read_now(lambda db: facts.get(db, OWN_KEY))
        database.keyring = Keyring((*settings.keys, *((own.encode(),) if own else ())))
        lost = database.read_now(unknown)
    finally:
        database.close()
    yield clock(T("database clock"), now + skew, now)
    yield _beaten(beat, now)
    yield from _losses(found if not ahead else counts.Lately(0, 0))
    yield _tables(given_up)
    yield _sealed(lost)


def _beaten(beat: str | None, now: datetime) -> Finding:
    cure = T("Start it: python -m bot run. If it runs, look into its log.")
    if beat is None:
        return doubtful(T("heartbeat"), T("no bot has worked on this database yet"), cure)
    age = now - datetime.fromisoformat(beat)
    if age > SILENT:
        return doubtful(T("heartbeat"), T("the bot was last alive {age} ago", age=age), cure)
    return fine(T("heartbeat"), T("the bot was alive {age} ago", age=max(age, timedelta())))


def _losses(found: counts.Lately) -> Iterator[Finding]:
    if found.letters_lost:
        yield doubtful(
            T("letters"),
            T("{n} messages could not be delivered in the last week", n=found.letters_lost),
            T("Their reasons stand on the cards they were about, and in the administrator's chat."),
        )
    else:
        yield fine(T("letters"), T("every message of the last week was delivered"))
    if found.set_aside:
        yield doubtful(
            T("set aside"),
            T(
                "{n} messages of the last week could not be handled and were kept",
                n=found.set_aside,
            ),
            T(
                "Look for `bug` and `set_aside` in the log: the administrator was sent "
                "the references."
            ),
        )
    else:
        yield fine(T("set aside"), T("no message had to be set aside in the last week"))


def _sealed(lost: Sequence[str]) -> Finding:
    if not lost:
        return fine(T("sealed"), T("every sealed value can be read"))
    return broken(
        T("sealed"),
        T("what was sealed with the key {name} can't be read", name=", ".join(lost)),
        T("Put the old key back into SECRET_KEYS, behind the new one, and restart."),
    )


def _failing(since: datetime) -> Callable[[Transaction], list[sheets.Job]]:
    return lambda db: sheets.failed_since(db, since)


def _tables(given_up: Sequence[str]) -> Finding:
    if not given_up:
        return fine(T("tables"), T("no table of the last week failed by our fault"))
    return doubtful(
        T("tables"),
        T(
            "{n} tables of the last week could not be worked off, the last one {name}",
            n=len(given_up),
            name=given_up[-1],
        ),
        T(
            "Look for {event} in the log; what is in already can be taken back on its card.",
            event="sheet_failed",
        ),
    )


# --- this machine ---------------------------------------------------------------------------------


def _place(settings: Settings) -> Iterator[Finding]:
    yield fine(
        T("time zone"),
        T("{zone}, zone data {version}", zone=settings.timezone, version=version("tzdata")),
    )
    yield _disk(_folder(settings.database_url))
    yield _files(settings)
    yield _fonts()


def _folder(url: str) -> Path:
    folder = sqlite_path(url).absolute().parent if engine_of(url) == SQLITE else Path.cwd()
    return next(path for path in (folder, *folder.parents) if path.exists())


def _disk(folder: Path) -> Finding:
    free = shutil.disk_usage(folder).free
    megabytes = free // 1_000_000
    if free >= FEW_BYTES:
        return fine(T("disk"), T("{n} MB free", n=megabytes))
    judge = doubtful if free >= LEAST_BYTES else broken
    return judge(
        T("disk"),
        T("only {n} MB are free at {place}", n=megabytes, place=str(folder)),
        T("Make room, or move the database to a larger disk (DATABASE_URL)."),
    )


def _files(settings: Settings) -> Finding:
    vault = vault_at(settings.files_url, settings.database_url)
    if vault.folder is None:
        return fine(T("files"), T("files are kept in the database"))
    try:
        vault.probe()
    except Unkept as unkept:
        return broken(
            T("files"),
            files_unkept(unkept),
            T(
                "Make the folder and give the bot's user the right to write it, or name another: "
                "FILES_URL=file:///a/folder, or FILES_URL=database."
            ),
        )
    return fine(T("files"), T("files are kept in {folder}", folder=str(vault.folder)))


def _fonts() -> Finding:
    found = fonts.chinese()
    if found:
        return fine(T("fonts"), T("Chinese is drawn with {name}", name=found.stem))
    return broken(
        T("fonts"),
        T("no font on this machine has Chinese letters: charts and papers would show boxes"),
        T("Install one; on Debian: apt-get install fonts-droid-fallback"),
    )


# --- settings -------------------------------------------------------------------------------------


def _own(settings: Settings, now: datetime) -> Iterator[Finding]:
    policy = _policy(settings.policy_file)
    yield policy
    if policy.verdict is Verdict.OK:
        yield _calendar(load(settings.policy_file).of(CalendarPolicy), settings, now)
    yield _address(settings.public_url)
    yield _keys(settings)


def _policy(path: Path | None) -> Finding:
    discovery.commands()  # the nouns say which keys there are
    try:
        load(path).check()
    except (Misdeclared, OSError, UnicodeDecodeError) as error:
        why = of_machine(error) if isinstance(error, OSError) else quoted(str(error))
        return broken(
            T("policy"),
            T("the policy file {path} can't be used; {why}", path=str(path), why=why),
            T("Correct the file or POLICY_FILE; commands/policy.toml shows every key."),
        )
    if path is None:
        return fine(T("policy"), T("the policy's own numbers are in force"))
    return fine(T("policy"), T("{path} is in force", path=str(path)))


def _calendar(calendar: CalendarPolicy, settings: Settings, now: datetime) -> Finding:
    unknown_ = unknown_next_year(local_day(now, settings.zone), calendar)
    if unknown_ is None:
        return fine(T("calendar"), T("the working days are known"))
    return doubtful(
        T("calendar"),
        unknown_,
        T("Update Headwater, or name the days in the policy file: `made_up` and `off`, [calendar]"),
    )


def _address(url: str) -> Finding:
    if not url:
        return fine("PUBLIC_URL", T("not set: nothing is offered to the outside"))
    try:
        parts = urlsplit(url)
        good = parts.scheme == "https" and bool(parts.hostname)
    except ValueError:
        good = False
    if good:
        return fine("PUBLIC_URL", T("{url} is what people see", url=url))
    return doubtful(
        "PUBLIC_URL",
        T("{url} is not an https address", url=url),
        T("Put a server with a certificate before the bot, and name it: https://bot.example.com"),
    )


def _keys(settings: Settings) -> Finding:
    cure = T(
        "Make one: python -c 'import secrets; print(secrets.token_hex(32))', and put it first in "
        "SECRET_KEYS; keep the old ones behind it."
    )
    if any(len(key) < SHORTEST_KEY for key in settings.keys):
        return broken("SECRET_KEYS", T("a key is shorter than 16 characters"), cure)
    if settings.keys:
        return fine("SECRET_KEYS", T("{n} set", n=len(settings.keys)))
    if settings.rehearsal:
        return fine("SECRET_KEYS", T("not set: a rehearsal keeps its own key in the database"))
    return doubtful(
        "SECRET_KEYS", T("not set: whoever has a backup has the key that seals buttons"), cure
    )


# --- what is printed ------------------------------------------------------------------------------


def lines(found: Sequence[Finding], reader: Reader) -> Iterator[str]:
    """One line for each finding, in columns."""
    verdicts = _column(reader.say(one.verdict.words) for one in found)
    checks = _column(reader.say(one.check) for one in found)
    for verdict, check, one in zip(verdicts, checks, found, strict=True):
        cure = f" → {reader.say(one.cure)}" if one.cure else ""
        yield f"{verdict} {check} {reader.say(one.cause)}{cure}"


def _column(texts: Iterable[str]) -> list[str]:
    rows = list(texts)
    wide = max(map(_width, rows), default=0)
    return [text + " " * (wide - _width(text)) for text in rows]


def _width(text: str) -> int:
    """How many columns of a terminal it takes: a Chinese letter takes two."""
    return sum(2 if east_asian_width(letter) in {"W", "F"} else 1 for letter in text)


def as_json(found: Sequence[Finding], reader: Reader) -> list[Json]:
    """The same for programs."""
    return [
        {
            "check": one.name,
            "verdict": one.verdict.value,
            "cause": reader.say(one.cause),
            "cure": reader.say(one.cure) if one.cure else "",
        }
        for one in found
    ]


def failed(found: Sequence[Finding]) -> bool:
    """Whether the bot can't work like this."""
    return any(one.verdict is Verdict.FAIL for one in found)


def now() -> datetime:
    """The machine's clock."""
    return datetime.now(UTC)
