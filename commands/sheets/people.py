"""The people of the company as a table: what a row says, and what it does to a person's record."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
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
from storage.rows import Hand

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
RING = T("they would report to themselves in the end")
MOST = {NAME: 100, PHONE: 50, EMAIL: 200, DEPARTMENTS: 200, SUPERIOR: 100}
# Somebody who works here, by id; or who is to be entered by a row of the file, by the name's key.
Node = int | str


class PeopleSheet:
    """The table of people. Superiors may stand below those who report to them: they go first."""

    name = "people"
    words = T("people")
    columns: tuple[Column, ...] = COLUMNS
    required = NAME
    who: Who = frozenset({Role.ADMINISTRATOR})
    whole = True

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

    def judge(self, db: Transaction, entries: Sequence[Entry]) -> Sequence[Entry]:
        """Superiors before those who report to them; nobody in a ring, or below who is refused."""
        everybody, wrong = roster.held(db), dict[int, Words]()
        names = {e.keys[0] for e in entries if e.keys}
        while True:
            good = {e.keys[0]: e for e in entries if e.wrong is None and e.line not in wrong}
            company = Company(everybody, good, names)
            judged = {e.line: company.verdict(e).wrong for e in good.values()}
            more = {line: why for line, why in judged.items() if why is not None}
            if not more:
                break
            wrong |= more  # what those rows would have mended is as it was: look again
        marked = (replace(e, wrong=wrong.get(e.line, e.wrong)) for e in entries)
        return _superiors_first(list(marked))

    def plan(
        self, db: Transaction, entries: Sequence[Entry], good: Mapping[str, Entry]
    ) -> list[Verdict]:
        """What each entry would do; a superior who is yet to be entered is named by a key."""
        company = Company(roster.held(db), dict(good))
        verdicts = []
        for entry in entries:
            verdicts.append(company.verdict(entry))
            if verdicts[-1].wrong is not None and entry.keys:
                company.good.pop(entry.keys[0], None)
        return verdicts

    def ahead(self, verdicts: Sequence[Verdict]) -> list[str]:
        """People are looked for without grams."""
        return []

    def apply(
        self,
        db: Transaction,
        verdicts: Sequence[Verdict],
        ready: Mapping[str, frozenset[str]],
        hand: Hand,
    ) -> list[Made]:
        """Enter new people, and rewrite records that differ."""
        entered: dict[Json, int] = {}
        made = []
        for verdict in verdicts:
            if verdict.kind in {"added", "changed"}:
                above = verdict.after[SUPERIOR]
                after = {**verdict.after, SUPERIOR: entered.get(above, above)}
                id_ = verdict.id or roster.enter(db, after, hand.at)
                if verdict.id:
                    roster.rewrite(db, id_, after)
                entered[_key(after[NAME])] = id_
                made.append(Made(replace(verdict, after=after), id_))
        return made

    def undo(
        self, db: Transaction, id_: int, before: Json, after: Json, hand: Hand
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
    """What somebody is known by, however it is written: the name's key first."""
    email, phone = email_key(fields[EMAIL]), _phone(fields[PHONE])
    keys = (_key(fields[NAME]), f"@{email}" if email else "", f"+{phone}" if phone else "")
    return tuple(key for key in keys if key)


def _key(text: str) -> str:
    bare = "".join(unicodedata.normalize("NFKC", text).casefold().split())
    return f"={bare}" if bare else ""


def _phone(text: str) -> str:
    """A number's key, short numbers of the house among them."""
    digits = unicodedata.normalize("NFKC", text)
    return phone_key(text) or "".join(sign for sign in digits if sign.isdigit())


def _complaint(row: Row, fields: Mapping[str, Json], unknown: str) -> Words | None:
    if not fields[NAME]:
        return T("the name is missing")
    if unknown:
        return T("there is no department called “{name}”", name=unknown[:50])
    if _key(fields[SUPERIOR]) == _key(fields[NAME]):
        return T("nobody reports to themselves")
    return wrong_reach(fields[PHONE], fields[EMAIL]) or too_long(row, MOST, WORDS_OF)


# --- holding against ------------------------------------------------------------------------------


class Company:
    """Everybody who works here, and what the rows of a file that may be taken would change.

    `named` are those whom the file has a row for, perhaps one that can't be taken.
    """

    def __init__(
        self,
        everybody: Mapping[int, Record],
        good: dict[str, Entry],
        named: AbstractSet[str] = frozenset(),
    ) -> None:
        self.everybody = everybody
        self.good = good
        self._named = named
        self._known: dict[str, set[int]] = {}
        for id_, record in everybody.items():
            for key in _keys(record):
                self._known.setdefault(key, set()).add(id_)

    def verdict(self, entry: Entry) -> Verdict:
        """What a row would do."""
        if entry.wrong is not None:
            return Verdict(entry, wrong=entry.wrong)
        id_, wrong = self.meant(entry)
        held = self.everybody[id_] if id_ is not None else None
        above, unfit = self.superior(entry)
        after = _merged(entry, held, above)
        if wrong is None and not after[DEPARTMENTS]:
            wrong = T("the department is missing")
        if unfit is None and self.in_ring(entry):
            unfit = RING
        return Verdict(entry, id_, held, after, wrong or unfit)

    def meant(self, entry: Entry) -> tuple[int | None, Words | None]:
        """Whom a row is about: who has that name, and the phone or e-mail where several have.

        What belongs to somebody of another name is refused: it would rename them.
        """
        called = self.called(entry.keys[0])
        reached = set[int]()
        for key in entry.keys[1:]:
            owners = self.called(key)
            if owners and not owners & called:
                return None, _taken(key, self.everybody[min(owners)][NAME])
            reached |= owners & called
        meant = reached or called
        if len(meant) > 1:
            return None, T("this may be one of several colleagues")
        return next(iter(meant), None), None

    def called(self, key: str) -> set[int]:
        """Who has this name, phone or e-mail."""
        return self._known.get(key, set())

    def superior(self, entry: Entry) -> tuple[Node | None, Words | None]:
        """Whom a row reports to, if it says so."""
        said = entry.fields[SUPERIOR]
        if not said:
            return None, None
        above = self._who(said)
        if above is not None:
            return above, None
        if self.called(_key(said)):
            return None, T("there are several colleagues called {name}", name=said)
        if _key(said) in self._named:
            return None, T("the row of {name} is not taken", name=said)
        return None, T("there is no colleague called {name}", name=said)

    def in_ring(self, entry: Entry) -> bool:
        """Whether somebody would report to themselves in the end, once the file is taken."""
        start = self._who(entry.fields[NAME])
        passed, node = set[Node](), self._above(start)
        while node is not None and node != start and node not in passed:
            passed.add(node)
            node = self._above(node)
        return node is not None and node == start

    def _who(self, name: str) -> Node | None:
        """The one of this name, here or to be entered."""
        key = _key(name)
        found = self.called(key)
        if found:
            return next(iter(found)) if len(found) == 1 else None
        return key if key in self.good else None

    def _above(self, node: Node | None) -> Node | None:
        """Whom somebody reports to once the file is taken."""
        record = self.everybody.get(node) if isinstance(node, int) else None
        key = _key(record[NAME]) if record else node
        row = self.good.get(key) if isinstance(key, str) else None
        if row is not None and row.fields[SUPERIOR] and self.meant(row)[0] in {node, None}:
            return self._who(row.fields[SUPERIOR])
        above: int | None = record[SUPERIOR] if record else None
        return above


def _taken(key: str, name: str) -> Words:
    if key.startswith("@"):
        return T("this e-mail belongs to {name}", name=name)
    return T("this phone belongs to {name}", name=name)


def _superiors_first(entries: list[Entry]) -> list[Entry]:
    """By how many superiors stand in the file; what the company looks like does not count."""
    rows = {e.keys[0]: e for e in reversed(entries) if e.keys}
    depths: dict[str, int] = {"": -1}
    for first in rows:
        path, key = list[str](), first
        while key in rows and key not in depths:
            depths[key] = 0  # a ring ends here
            path.append(key)
            key = _key(rows[key].fields[SUPERIOR])
        above = depths.get(key, -1)
        depths.update((one, above + n) for n, one in enumerate(reversed(path), 1))
    return sorted(entries, key=lambda e: depths[e.keys[0]] if e.keys else 0)


def _merged(entry: Entry, held: Record | None, above: Node | None) -> Record:
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
