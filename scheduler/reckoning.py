"""What is kept of a table while it is worked off: counts, rows not taken, changes, failures."""

from __future__ import annotations

from commands.kit.sheet import Made, Sheet, Verdict
from commands.kit.words import Words, encode, sentence
from storage import sheets
from storage.database import Json, Transaction, known
from storage.sheets import CHECKED, CHECKING, IMPORTING, Change, Job


class Tries:
    """How often the work on each job has failed where it is; going on begins anew."""

    def __init__(self) -> None:
        self._failed: dict[int, tuple[str, int, int]] = {}

    def failed(self, job: Job) -> int:
        """Count one more; give how many there were."""
        state, at, times = self._failed.get(known(job.id), ("", 0, 0))
        times = times + 1 if (state, at) == (job.state, job.at) else 1
        self._failed[known(job.id)] = (job.state, job.at, times)
        return times


def begin(job: Job, stage: str) -> dict[str, int]:
    job.counts = {**(job.counts or {})}
    job.counts[stage] = {**job.counts.get(stage, {})}
    found: dict[str, int] = job.counts[stage]
    return found


def count(job: Job, stage: str, verdicts: list[Verdict]) -> None:
    counts = begin(job, stage)
    for verdict in verdicts:
        counts[verdict.kind] = counts.get(verdict.kind, 0) + 1


def refuse(db: Transaction, job: Job, stage: str, verdicts: list[Verdict]) -> None:
    sheets.refuse_rows(
        db,
        [
            wrong_of(job, stage, v.entry.line, v.entry.name, v.wrong)
            for v in verdicts
            if v.wrong is not None
        ],
    )


def refused_before(db: Transaction, job: Job) -> dict[int, Words]:
    """The lines found wrong already, where a file is imported: as it was checked, and begun."""
    if job.state != IMPORTING:
        return {}
    rows = [
        row
        for stage in (CHECKING, IMPORTING)
        for row in sheets.wrong(db, known(job.id), stage, most=max(1, job.rows))
    ]
    return {row.line: sentence(row.reason) for row in rows}


def wrong_of(job: Job, stage: str, line: int, name: str, why: Words) -> dict[str, Json]:
    about = {"job_id": known(job.id), "stage": stage, "line": line}
    return {**about, "name": name[:100], "reason": encode(why)}


def change_of(job: Job, made: Made) -> dict[str, Json]:
    """What is kept of a change: all of what is new, the fields that differ otherwise."""
    before, after = made.verdict.before, made.verdict.after
    if before is not None:
        fields = [name for name in after if after[name] != before[name]]
        before, after = {f: before[f] for f in fields}, {f: after[f] for f in fields}
    line = made.verdict.entry.line
    about = {"job_id": known(job.id), "line": line, "subject_id": made.id}
    return {**about, "before": before, "after": after}


def name_now(db: Transaction, sheet: Sheet, change: Change) -> str:
    rows = sheet.page(db, change.subject_id - 1, 1, None)
    found = rows[0][1].get(("name", 0), "") if rows and rows[0][0] == change.subject_id else ""
    return str(found)


def all_checked(db: Transaction, now: Job) -> None:
    now.state, now.at = CHECKED, 0
    begin(now, CHECKING)


def so_far(now: Job, rows: int) -> None:
    now.at = rows
