"""What people do with tables: import one, stop it, undo it, take one out (clauses 7.2.1, 7.3.2)."""

from __future__ import annotations

from typing import Annotated

from commands.customers import FILE_KEEPERS
from commands.customers.filling import TRUSTED
from commands.kit.card import Card, Ref
from commands.kit.command import Command
from commands.kit.desk import Desk
from commands.kit.errors import Denied, Refused, no_such
from commands.kit.form import Ask, SheetId
from commands.kit.people import Department, Labelled, Relation, Role, ToPerson
from commands.kit.words import T
from commands.sheets.noun import SHEETS, UNDOABLE, WORDS, begin, may_import, save, take_back
from storage import sheets
from storage.sheets import (
    CANCELLED,
    CHECKED,
    CHECKING,
    COMING,
    EXPORTING,
    IMPORTING,
    KIND,
    OFFERED,
    Job,
)


class Table(Labelled):
    """What can be taken out."""

    CUSTOMERS = "customers", "Customers"
    FINANCE = "finance", "Financial information"
    PEOPLE = "people", "People"


class Form(Labelled):
    """The kinds of file."""

    XLSX = "xlsx", "Excel (XLSX)"
    CSV = "csv", "CSV"


# --- rules ----------------------------------------------------------------------------------------


def _job(desk: Desk, id_: int, *states: str) -> Job:
    """A job of this person's (an administrator's are all), in one of these states."""
    job = sheets.get(desk.db, id_)
    if job is None or not (desk.person.admin or job.person_id == desk.person.id):
        raise no_such(WORDS)
    if job.state not in states:
        raise Refused(T("This has moved on meanwhile. Look at its card."))
    return job


def _check_as(desk: Desk, id_: int, sheet: str) -> Ref:
    job = _job(desk, id_, OFFERED, CHECKED)
    job.sheet, job.state, job.at, job.counts = sheet, CHECKING, 0, {}
    sheets.forget_wrong(desk.db, id_, CHECKING)
    return save(desk, job)


# --- commands -------------------------------------------------------------------------------------


class ImportCustomers(
    Command,
    name="import_customers",
    aliases=("导入客户",),
    who={*FILE_KEEPERS, Role.ADMINISTRATOR},
    clause="7.2.1",
    on=KIND,
):
    """Import as customers."""

    table: Annotated[SheetId, Ask("Which table?", "Table")]

    def run(self, desk: Desk) -> Ref:
        """Check every row first; nothing is imported before somebody says so."""
        return _check_as(desk, self.table, "customers")


class ImportFinance(
    Command, name="import_finance", aliases=("导入财务信息",), who=TRUSTED, clause="7.1", on=KIND
):
    """Import as finances."""

    table: Annotated[SheetId, Ask("Which table?", "Table")]

    def run(self, desk: Desk) -> Ref:
        """Check every row first; nothing is imported before somebody says so."""
        return _check_as(desk, self.table, "finance")


class ImportPeople(
    Command,
    name="import_people",
    aliases=("导入人员",),
    who={Role.ADMINISTRATOR},
    on=KIND,
):
    """Import as people."""

    table: Annotated[SheetId, Ask("Which table?", "Table")]

    def run(self, desk: Desk) -> Ref:
        """Check every row first; nothing is imported before somebody says so."""
        return _check_as(desk, self.table, "people")


class ImportNow(
    Command,
    name="import_go",
    aliases=("确认导入",),
    who={Relation.OWNER, Role.ADMINISTRATOR},
    clause="7.2.1",
    on=KIND,
):
    """Import what was checked."""

    table: Annotated[SheetId, Ask("Which table?", "Table")]

    def run(self, desk: Desk) -> Ref:
        """Let it be worked off."""
        job = _job(desk, self.table, CHECKED)
        if not may_import(SHEETS[job.sheet], desk.person):
            raise Denied(T("You may not do this: {what}.", what=self.declared.words))
        job.state, job.at = IMPORTING, 0
        return save(desk, job)


class StopImport(
    Command,
    name="import_stop",
    aliases=("停止导入",),
    who={Relation.OWNER, Role.ADMINISTRATOR},
    on=KIND,
):
    """Stop an import."""

    table: Annotated[SheetId, Ask("Which table?", "Table")]

    def run(self, desk: Desk) -> Ref:
        """Stop before the next slice; what is imported already stays."""
        job = _job(desk, self.table, COMING, OFFERED, CHECKING, CHECKED, IMPORTING, EXPORTING)
        job.state, job.finished_at = CANCELLED, desk.recorded_at
        return save(desk, job)


class UndoImport(
    Command,
    name="import_undo",
    aliases=("撤销导入",),
    who={Relation.OWNER, Role.ADMINISTRATOR},
    clause="7.2.1",
    on=KIND,
):
    """Undo an import."""

    table: Annotated[SheetId, Ask("Which table?", "Table")]

    def run(self, desk: Desk) -> Ref:
        """Take back what it changed, row by row, unless it is too late."""
        return take_back(desk, _job(desk, self.table, *UNDOABLE))


class Export(
    Command,
    name="export",
    aliases=("导出",),
    who={
        Department.MANAGEMENT,
        Department.SALES,
        Department.MARKETING,
        Department.FINANCE,
        Role.ADMINISTRATOR,
    },
    clause="7.3.2",
):
    """Take out a table."""

    what: Annotated[Table, Ask("What shall be in it?", "Table")] = Table.CUSTOMERS
    form: Annotated[Form, Ask("As which kind of file?", "Kind of file")] = Form.XLSX

    def run(self, desk: Desk) -> Card | None:
        """Have it made; it comes to the person's direct chat."""
        if self.what is Table.PEOPLE and not desk.person.admin:
            raise Denied(T("Only an administrator takes out the list of people."))
        if self.what is Table.FINANCE and not TRUSTED & desk.person.departments:
            raise Denied(T("Only finance and management take out financial information."))
        about = begin(
            desk,
            Job(
                sheet=self.what.value,
                form=self.form.value,
                name=self.what.value,
                person_id=desk.person.id,
                account_id=desk.actor.account_id,
                by=desk.person.name,
                state=EXPORTING,
                created_at=desk.now,
            ),
        )
        desk.tell(ToPerson(desk.person.id), about)
        return None if desk.source.direct else Card(T("It comes to our direct chat."))
