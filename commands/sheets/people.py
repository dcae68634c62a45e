"""The people of the company as a table: what a row says, and what it does to a person's record."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache

from commands.kit.people import Department, Role, Who
from commands.kit.sheet import Column, Entry, Made, Row, Spoken, Verdict, plainly, too_long
from commands.kit.words import T, Words
from commands.sheets.customers import parted, wrong_reach
from storage import roster
from storage.batches import unless_used
from storage.database import Json, Transaction
from storage.reach import email_key, phone_key
from storage.roster import Record

NAME, PHONE, EMAIL, DEPARTMENTS, SUPERIOR = "name", "phone", "email", "departments", "superior"
COLUMNS = (
    Column(NAME, T("Name"), "姓名 员工 员工姓名 人员 fullname employee"),
    Column(PHONE, T("Phone"), "手机 手机号 手机号码 联系电话 mobile telephone"),
    Column(EMAIL, T("E-mail"), "邮件 电子邮件 电子邮箱 mail emailaddress"),
    Column(DEPARTMENTS, T("Departments"), "部门 所属部门 department"),
    Column(
        SUPERIOR,
        T("Superior"),
        "上级 直属上级 直接上级 主管 汇报对象 reportsto manager",
    ),
)
WORDS_OF = {column.field: column.words for column in COLUMNS}
MOST = {NAME: 100, PHONE: 50, EMAIL: 200, DEPARTMENTS: 200, SUPERIOR: 100}
HIGHEST = 20
Everybody = Mapping[int, Record]


class PeopleSheet:
    """The table of people. Superiors may stand below those who report to them: hence two passes."""

    name = "people"
    words = T("people")
    columns: tuple[Column, ...] = COLUMNS
    required = NAME
    who: Who = frozenset({Role.ADMINISTRATOR})
    passes = 2

    def entry(self, row: Row, spoken: Spoken) -> Entry:
        """Understand a row by itself."""
        name = " ".join(row.get(NAME).split())
        said = parted(row.get(DEPARTMENTS))
        found = [_departments(spoken).get(plainly(one).removesuffix("部")) for one in said]
        fields: dict[str, Json] = {
            NAME: name,
            PHONE: row.get(PHONE),
            EMAIL: row.get(EMAIL),
            DEPARTMENTS: [one.value for one in found if one],
            SUPERIOR: " ".join(row.get(SUPERIOR).split()),
        }
        unknown = next((s for s, f in zip(said, found, strict=True) if f is None), "")
        return Entry(row.line, name, fields, _keys(fields), _complaint(row, fields, unknown))

    def plan(
        self, db: Transaction, entries: Sequence[Entry], names: frozenset[str]
    ) -> list[Verdict]:
        """What each entry would do."""
        everybody = roster.held(db)
        return [_verdict(entry, everybody, names) for entry in entries]

    def ahead(self, verdicts: Sequence[Verdict]) -> list[str]:
        """People are looked for without grams."""
        return []

    def apply(
        self,
        db: Transaction,
        verdicts: Sequence[Verdict],
        ready: Mapping[str, frozenset[str]],
        at: datetime,
    ) -> list[Made]:
        """Enter new people, and rewrite records that differ."""
        new = [v for v in verdicts if v.kind == "added"]
        ids = roster.enter_all(db, [v.after for v in new], at)
        changed = [Made(v, v.id) for v in verdicts if v.kind == "changed" and v.id]
        for made in changed:
            roster.rewrite(db, made.id, made.verdict.after)
        return [Made(v, id_) for v, id_ in zip(new, ids, strict=True)] + changed

    def undo(
        self, db: Transaction, id_: int, before: Json, after: Json, at: datetime
    ) -> Words | None:
        """Take back what a row did."""
        now = roster.held(db).get(id_)
        if now is None:
            return T("is not there any more")
        if any(now[name] != after[name] for name in after):
            return T("has been changed since")
        if before:
            roster.rewrite(db, id_, {**now, **before})
            return None
        gone = unless_used(db, lambda: roster.remove(db, id_))
        return None if gone else T("has been used since")

    def headers(self, db: Transaction) -> list[tuple[Column, int]]:
        """All columns."""
        return [(column, 0) for column in COLUMNS]

    def page(
        self, db: Transaction, after: int, most: int, scope: Sequence[int] | None
    ) -> list[tuple[int, dict[tuple[str, int], Words]]]:
        """The next people."""
        everybody = roster.held(db)
        names = {row.id: row.name for row in roster.names(db)}
        ids = [id_ for id_ in everybody if id_ > after and (scope is None or id_ in scope)]
        return [(id_, _cells(everybody[id_], names)) for id_ in ids[:most]]


@cache
def _departments(spoken: Spoken) -> dict[str, Department]:
    return {
        plainly(called).removesuffix("部"): one
        for one in Department
        for called in (one.value, *spoken(one.words))
    }


def _keys(fields: Mapping[str, Json]) -> tuple[str, ...]:
    """What no other row of a file may have, however it is written."""
    email, phone = email_key(fields[EMAIL]), phone_key(fields[PHONE])
    keys = (_key(fields[NAME]), f"@{email}" if email else "", f"+{phone}" if phone else "")
    return tuple(key for key in keys if key)


def _key(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


def _complaint(row: Row, fields: Mapping[str, Json], unknown: str) -> Words | None:
    if not fields[NAME]:
        return T("the name is missing")
    if unknown:
        return T("there is no department called “{name}”", name=unknown[:50])
    if fields[SUPERIOR] == fields[NAME]:
        return T("nobody reports to themselves")
    return wrong_reach(fields[PHONE], fields[EMAIL]) or too_long(row, MOST, WORDS_OF)


# --- holding against ------------------------------------------------------------------------------


def _meant(entry: Entry, everybody: Everybody) -> set[int]:
    """Whom a row may be about: by e-mail and phone, else by name."""
    email, phone = email_key(entry.fields[EMAIL]), phone_key(entry.fields[PHONE])
    reached = {
        id_
        for id_, record in everybody.items()
        if (email and email_key(record[EMAIL]) == email)
        or (phone and phone_key(record[PHONE]) == phone)
    }
    return reached or _called(entry.fields[NAME], everybody)


def _called(name: str, everybody: Everybody) -> set[int]:
    return {id_ for id_, record in everybody.items() if _key(record[NAME]) == _key(name)}


def _verdict(entry: Entry, everybody: Everybody, names: frozenset[str]) -> Verdict:
    if entry.wrong is not None:
        return Verdict(entry, wrong=entry.wrong)
    meant = _meant(entry, everybody)
    if len(meant) > 1:
        return Verdict(entry, wrong=T("this may be one of several colleagues"))
    id_ = next(iter(meant), None)
    held = everybody[id_] if id_ is not None else None
    above, wrong = _superior(entry, id_, everybody, names)
    after = _merged(entry, held, above)
    if wrong is None and not after[DEPARTMENTS]:
        wrong = T("the department is missing")
    return Verdict(entry, id_, held, after, wrong)


def _superior(
    entry: Entry, id_: int | None, everybody: Everybody, names: frozenset[str]
) -> tuple[int | None, Words | None]:
    """Whom they report to; nobody yet if that person's row is still to come."""
    said = entry.fields[SUPERIOR]
    if not said:
        return None, None
    found = _called(said, everybody)
    if len(found) > 1:
        return None, T("there are several colleagues called {name}", name=said)
    if not found:
        to_come = _key(said) in names
        return None, None if to_come else T("there is no colleague called {name}", name=said)
    above = next(iter(found))
    if id_ is not None and id_ in _above(above, everybody):
        return None, T("they would report to themselves in the end")
    return above, None


def _above(id_: int | None, everybody: Everybody) -> Iterable[int]:
    """Somebody, and all their superiors."""
    for _ in range(HIGHEST):
        if id_ is None or id_ not in everybody:
            return
        yield id_
        id_ = everybody[id_][SUPERIOR]


def _merged(entry: Entry, held: Record | None, above: int | None) -> Record:
    """What the record would say: an empty cell leaves what is there."""
    said, known = entry.fields, held or {}
    heads: Mapping[str, bool] = known.get(DEPARTMENTS, {})
    departments = {d: heads.get(d, False) for d in sorted(said[DEPARTMENTS])}
    return {
        NAME: said[NAME],
        PHONE: said[PHONE] or known.get(PHONE, ""),
        EMAIL: said[EMAIL] or known.get(EMAIL, ""),
        DEPARTMENTS: departments or dict(heads),
        SUPERIOR: above or known.get(SUPERIOR),
    }


def _cells(record: Record, names: Mapping[int, str]) -> dict[tuple[str, int], Words]:
    cells: dict[tuple[str, int], Words] = {(f, 0): record[f] for f in (NAME, PHONE, EMAIL)}
    listed = [Department(one).words for one in record[DEPARTMENTS]]
    cells[DEPARTMENTS, 0] = _joined(listed)
    cells[SUPERIOR, 0] = names.get(record[SUPERIOR] or 0, "")
    return cells


def _joined(words: Sequence[Words]) -> Words:
    joined: Words = words[0] if words else ""
    for more in words[1:]:
        joined = T("{a}, {b}", a=joined, b=more)
    return joined
