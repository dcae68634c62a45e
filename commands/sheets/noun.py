"""The job of one table: its card while it is checked, imported, undone or made, and who may."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Annotated

from pydantic import Field

from commands.files import attached
from commands.kit.card import STAFF, Button, Buttons, Card, Facts, Line, Note, Part, Ref, only
from commands.kit.desk import Desk
from commands.kit.errors import Refused
from commands.kit.noun import Involved, Look, Matches, Noun
from commands.kit.people import Actor, Department, Person, Role, load
from commands.kit.policy import Clause, Days, Hours, Section
from commands.kit.sheet import Sheet
from commands.kit.tables import ENDINGS, unfit
from commands.kit.words import T, Words, encode, sentence
from commands.sheets.customers import CustomerSheet
from commands.sheets.finance import FinanceSheet
from commands.sheets.people import PeopleSheet
from storage import files, roster, sheets
from storage.database import Transaction, known
from storage.files import File
from storage.sheets import (
    CANCELLED,
    CHECKED,
    CHECKING,
    COMING,
    DONE,
    EXPORTING,
    FAILED,
    IMPORTING,
    KIND,
    OFFERED,
    UNDOING,
    UNDONE,
    Job,
)

WORDS = T("table")
SHOWN = 10
UNDOABLE = (DONE, CANCELLED, FAILED)
PERCENT = 100
# A table of one column is plain text.
TABLES = {*ENDINGS.values(), "text/plain"}
# The reason of a job that a bug or the database made fail, not its file.
OURS = T("Something went wrong on our side, several times. The administrators have been told.")
SHEETS: Mapping[str, Sheet] = {
    one.name: one for one in (CustomerSheet(), FinanceSheet(), PeopleSheet())
}


class SheetPolicy(Section, section="sheets"):
    """The policy's numbers for tables."""

    undo_hours: Annotated[float, Clause("7.2.1"), Hours] = 24
    most_rows: Annotated[int, Clause("7.2.1"), Field(gt=0)] = 500_000
    kept_days: Annotated[int, Clause("7.3.2"), Days] = 30


# --- rules ----------------------------------------------------------------------------------------


def may_import(sheet: Sheet, person: Person | None) -> bool:
    """Whether somebody may take in a table of this kind."""
    if person is None:
        return False
    admin = person.admin and Role.ADMINISTRATOR in sheet.who
    return admin or bool(person.departments & sheet.who)


def scope_of(db: Transaction, person: Person | None) -> list[int] | None:
    """Whose customers somebody may take out: everybody's (None), or their own and their people's.

    Nobody named is whoever sits at the server itself.
    """
    if person is None or person.admin or Department.MANAGEMENT in person.departments:
        return None
    records = roster.held(db)
    found = [person.id]
    for above in found:
        below = (i for i, record in records.items() if record["superior"] == above)
        found.extend(one for one in below if one not in found)
    return found


def undo_until(job: Job, hours: float) -> datetime | None:
    """Until when an import can be undone, even one that came to half its rows."""
    if job.finished_at is None or job.state not in UNDOABLE:
        return None
    return job.finished_at + timedelta(hours=hours)


def take_back(desk: Desk, job: Job) -> Ref:
    """Have undone what a table changed, unless it is too late."""
    hours = desk.policy.of(SheetPolicy).undo_hours
    until, last = undo_until(job, hours), sheets.last_change(desk.db, known(job.id))
    if job.form or not last or job.state not in UNDOABLE:
        raise Refused(T("There is nothing to undo."))
    if until is None or desk.recorded_at > until:
        raise Refused(T("This can be undone for {n} hours only.", n=round(hours)))
    if UNDOING not in (job.counts or {}):  # otherwise it goes on where it failed
        job.at = last + 1
    job.state, job.reason = UNDOING, None
    return save(desk, job)


def save(desk: Desk, job: Job) -> Ref:
    """Keep what a job is at now."""
    sheets.save(desk.db, job)
    about = Ref(KIND, known(job.id))
    desk.change(about, None, {"state": job.state, "sheet": job.sheet})
    return about


def may_import_any(person: Person | None) -> bool:
    """Whether somebody may take in tables at all."""
    return any(may_import(sheet, person) for sheet in SHEETS.values())


def receive(desk: Desk, name: str) -> Ref:
    """Somebody sends a table: the job under which it is kept, until they say what it is."""
    return begin(
        desk,
        Job(
            name=name,
            person_id=desk.person.id,
            account_id=desk.actor.account_id,
            by=desk.person.name,
            created_at=desk.now,
        ),
    )


def arrive(desk: Desk, id_: int, file: File, content: bytes) -> None:
    """The table is here: whoever sent it is asked what it is."""
    job = sheets.get(desk.db, id_)
    if job is None or job.state != COMING:
        return
    job.file_id, job.state = known(file.id), OFFERED
    why = unfit(content, job.name if file.media in TABLES else "")
    if why is not None:
        job.state, job.reason = FAILED, encode(why)
    sheets.save(desk.db, job)


def begin(desk: Desk, job: Job) -> Ref:
    """A job exists from now on."""
    about = Ref(KIND, sheets.add(desk.db, job))
    desk.begin(about, {"name": job.name, "sheet": job.sheet, "form": job.form})
    return about


# --- the card -------------------------------------------------------------------------------------


def card(look: Look, id_: int) -> Card:
    """How far a job is, and what can be done."""
    job = sheets.get(look.db, id_)
    if job is None:
        return Card(T("This is no longer here."))
    about = Ref(KIND, id_)
    coming = attached(look, about) if job.state == COMING else ()
    told = (*_counted(job), *_wrong(look.db, job), *_reason(job))
    if gone(look.db, job):
        days = look.policy.of(SheetPolicy).kept_days
        told += (Note(T("The file is gone: tables are kept for {n} days.", n=days)),)
    parts = (*coming, *told, *_next(look, job))
    return Card(_title(job), parts, about)


_IN: Mapping[str, Callable[[Job, T], T]] = {
    COMING: lambda job, _: T("📄 {name}", name=job.name),
    OFFERED: lambda job, _: T("📄 {name} is here. What is it?", name=job.name),
    CHECKING: lambda job, _: T("🔎 Checking {name}: {n} rows so far", name=job.name, n=job.at),
    CHECKED: lambda job, _: T("🔎 {name} is checked; nothing is imported yet", name=job.name),
    IMPORTING: lambda job, _: T("⏳ Importing {name}: {n} %", name=job.name, n=_percent(job)),
    DONE: lambda job, what: T("✅ {name} is imported: {what}", name=job.name, what=what),
    UNDOING: lambda job, _: T("⏳ Undoing {name}: {n} rows", name=job.name, n=_back(job)),
    UNDONE: lambda job, _: T("↩ {name} is undone", name=job.name),
    CANCELLED: lambda job, _: T("✋ {name} was stopped", name=job.name),
    FAILED: lambda job, _: _failed(job),
}
_OUT: Mapping[str, Callable[[Job, T], T]] = {
    EXPORTING: lambda job, what: T(
        "⏳ Preparing a table of {what}: {n} rows so far", what=what, n=job.at
    ),
    DONE: lambda job, what: T("✅ The table of {what} is ready: {n} rows", what=what, n=job.at),
    CANCELLED: lambda _, what: T("✋ The table of {what} was stopped", what=what),
    FAILED: lambda _, what: T("⚠ The table of {what} can't be made", what=what),
}


def _failed(job: Job) -> T:
    counted = job.counts or {}
    if UNDOING in counted:
        return T("⚠ {name} was undone only in part", name=job.name)
    if IMPORTING in counted:
        return T("⚠ {name} was imported only in part", name=job.name)
    return T("⚠ {name} can't be imported", name=job.name)


def _title(job: Job) -> Words:
    what = SHEETS[job.sheet].words if job.sheet else T("table")
    return (_OUT if job.form else _IN)[job.state](job, what)


def _percent(job: Job) -> int:
    return min(PERCENT, PERCENT * job.at // max(1, job.rows))


def _back(job: Job) -> int:
    found: int = (job.counts or {}).get(UNDOING, {}).get("back", 0)
    return found


def stage_of(job: Job) -> str:
    """The last stage that says anything about rows."""
    counted = job.counts or {}
    kept = IMPORTING if IMPORTING in counted else CHECKING
    if job.state == FAILED:
        return next((stage for stage in (UNDOING, IMPORTING) if stage in counted), "")
    shown = {
        CHECKING: CHECKING,
        CHECKED: CHECKING,
        IMPORTING: IMPORTING,
        UNDOING: UNDOING,
        UNDONE: UNDOING,
        DONE: kept,
        CANCELLED: kept,
    }
    return shown.get(job.state, "")


def _counted(job: Job) -> tuple[Part, ...]:
    found = (job.counts or {}).get(stage_of(job))
    if not found or job.form:
        return ()
    if stage_of(job) == UNDOING:
        names = {"back": T("Restored"), "wrong": T("Left as they are")}
    else:
        names = {
            "added": T("New"),
            "changed": T("Changed"),
            "same": T("Unchanged"),
            "wrong": T("Not taken"),
        }
    rows = tuple((words, T("{n}", n=found.get(name, 0))) for name, words in names.items())
    return (Facts(rows, STAFF),)


def _wrong(db: Transaction, job: Job) -> tuple[Part, ...]:
    stage = stage_of(job)
    many = (job.counts or {}).get(stage, {}).get("wrong", 0)
    if not many:
        return ()
    lines: list[Part] = [
        Line(line_of(w), STAFF) for w in sheets.wrong(db, known(job.id), stage, most=SHOWN)
    ]
    if many > SHOWN and job.state in {CHECKED, DONE, UNDONE}:
        more = T("… and {n} more: the whole list comes as a file.", n=many - SHOWN)
        lines.append(Note(more))
    return tuple(lines)


def line_of(wrong: sheets.Wrong) -> T:
    """A row that was not taken, as a sentence."""
    reason = sentence(wrong.reason)
    return T("Line {line} ({name}): {reason}", line=wrong.line, name=wrong.name, reason=reason)


def _reason(job: Job) -> tuple[Part, ...]:
    return (Line(sentence(job.reason), STAFF),) if job.reason else ()


def _next(look: Look, job: Job) -> tuple[Part, ...]:
    about = Ref(KIND, known(job.id))
    row: tuple[Button, ...] = ()
    here = not gone(look.db, job)
    if job.form and job.state == DONE and job.file_id:
        row = (open_table(job.file_id),) if here else ()
    elif job.state in {OFFERED, CHECKED} and not here:
        row = ()
    elif job.state == OFFERED:
        row = _offered(look.db, job, about)
    elif job.state == CHECKED:
        row = (
            Button(T("Import"), "import_go", about=about, style="primary"),
            Button(T("Cancel"), "import_stop", about=about),
        )
    elif job.state in {CHECKING, IMPORTING, EXPORTING}:
        row = (Button(T("Stop"), "import_stop", about=about),)
    elif not job.form and job.state in UNDOABLE and _undoable(look, job):
        sure = T("Take back everything that this file changed?")
        row = (Button(T("Undo"), "import_undo", about=about, style="danger", confirm=sure),)
    return (Buttons(row, STAFF),) if row else ()


def gone(db: Transaction, job: Job) -> bool:
    """Whether its table was here and is not any more."""
    file = files.get(db, job.file_id) if job.file_id and job.state != COMING else None
    return file is not None and file.state == files.REFUSED


def open_table(file_id: int) -> Button:
    """A fresh link to a table that was made: each one soon ends."""
    return Button(T("Open"), "file", {"file": str(file_id)})


def _offered(db: Transaction, job: Job, about: Ref) -> tuple[Button, ...]:
    person = load(db, job.person_id) if job.person_id else None
    found = []
    if may_import(SHEETS["customers"], person):
        found.append(Button(T("Import as customers"), "import_customers", about=about))
    if may_import(SHEETS["finance"], person):
        found.append(Button(T("Import as finances"), "import_finance", about=about))
    if may_import(SHEETS["people"], person):
        found.append(Button(T("Import as people"), "import_people", about=about))
    return (*found, Button(T("Leave it"), "import_stop", about=about))


def _undoable(look: Look, job: Job) -> bool:
    until = undo_until(job, look.policy.of(SheetPolicy).undo_hours)
    done = (job.counts or {}).get(IMPORTING, {})
    return (
        until is not None and look.now <= until and any(done.get(k) for k in ("added", "changed"))
    )


# --- the noun -------------------------------------------------------------------------------------


def find(look: Look, text: str, actor: Actor | None) -> Matches:
    """Nobody looks for a job by name: its card is at hand."""
    return Matches()


def name_of(db: Transaction, id_: int) -> str | None:
    """The file's name."""
    job = sheets.get(db, id_)
    return job.name if job else None


def involved(db: Transaction, id_: int) -> Involved | None:
    """Whoever sent the file, or wants it."""
    job = sheets.get(db, id_)
    return Involved(owner_id=job.person_id, personal=True) if job else None


NOUN = Noun(
    kind=KIND,
    words=WORDS,
    find=find,
    name_of=name_of,
    card=card,
    involved=involved,
    filed=arrive,
    # A table of customers or people is for whoever sent it, or asked for it, alone.
    files_to=only(),
)
