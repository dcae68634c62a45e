"""The financial part of customers' files as a table, for finance and management (7.1, 7.3.2).

Bank accounts go out with it and never come in: each is entered by one person and confirmed by
another.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from commands.customers.filling import TRUSTED
from commands.customers.parts import FINANCE, ITEM
from commands.kit.people import Who
from commands.kit.sheet import Column, Entry, Made, Row, Spoken, Verdict, too_long
from commands.kit.words import T, Words
from commands.sheets.customers import NAME, REGISTRATION, number_of
from storage import banks, customers, dossiers, profiles, readings
from storage.database import Json, Transaction
from storage.keyring import LOCKED, Unreadable
from storage.profiles import ProfileEntry
from storage.rows import Hand

CONDITION, RATING = FINANCE
BANK, ACCOUNT, HOLDER = "bank", "account", "holder"
IN = (
    Column(REGISTRATION, T("Registration number"), "统一社会信用代码 信用代码 注册号"),
    Column(
        NAME,
        T("Full name"),
        "客户名称 客户全称 名称 公司名称 企业名称 供应商名称 客户 name company",
    ),
    Column(CONDITION, ITEM[CONDITION].words, "财务状况 condition finances"),
    Column(RATING, ITEM[RATING].words, "信用等级 信用评级 评级 rating"),
)
OUT = (
    Column(BANK, T("Bank"), "开户行"),
    Column(ACCOUNT, T("Account number"), "账号"),
    Column(HOLDER, T("Account holder"), "户名"),
)
WORDS_OF = {column.field: column.words for column in IN}
MOST = {NAME: 200, REGISTRATION: 64, CONDITION: 2000, RATING: 200}


class FinanceSheet:
    """The table of financial information: of customers that there are, and sealed all the way."""

    name = "finance"
    words = T("financial information")
    columns: tuple[Column, ...] = IN
    required = RATING
    who: Who = frozenset(TRUSTED)
    whole = False

    def entry(self, row: Row, _spoken: Spoken) -> Entry:
        """Understand a row by itself."""
        name = " ".join(row.get(NAME).split())
        number = number_of(row.get(REGISTRATION))
        fields = {NAME: name, REGISTRATION: number, **{f: row.get(f).strip() for f in FINANCE}}
        key = f"#{number}" if number else readings.bare(name)
        wrong = None if key else T("the name is missing")
        return Entry(
            row.line, name or number, fields, (key,), wrong or too_long(row, MOST, WORDS_OF)
        )

    def judge(self, _db: Transaction, entries: Sequence[Entry]) -> Sequence[Entry]:
        """No row points at another."""
        return entries

    def plan(
        self, db: Transaction, entries: Sequence[Entry], _good: Mapping[str, Entry]
    ) -> list[Verdict]:
        """What each entry would do; what it says is sealed before anybody keeps it."""
        return [self._verdict(db, entry) for entry in entries]

    def _verdict(self, db: Transaction, entry: Entry) -> Verdict:
        bare = Entry(entry.line, entry.name, {}, entry.keys, entry.wrong)
        if entry.wrong is not None:
            return Verdict(bare, wrong=entry.wrong)
        id_ = _meant(db, entry)
        if id_ is None:
            return Verdict(bare, wrong=T("there is no customer called so"))
        held = {f: one.value for f, one in profiles.of(db, id_).items() if f in FINANCE}
        before = {field: held.get(field, "") for field in FINANCE}
        try:
            after = {f: _merged(db, before[f], entry.fields[f]) for f in FINANCE}
        except Unreadable:
            return Verdict(bare, wrong=T("what stands there can't be read"))
        return Verdict(bare, id_, before, after)

    def ahead(self, _verdicts: Sequence[Verdict]) -> list[str]:
        """No names are new."""
        return []

    def apply(
        self,
        db: Transaction,
        verdicts: Sequence[Verdict],
        _ready: Mapping[str, frozenset[str]],
        hand: Hand,
    ) -> list[Made]:
        """Write what differs."""
        changed = [v for v in verdicts if v.kind == "changed" and v.id]
        for verdict in changed:
            _write(db, verdict.id or 0, verdict.after, hand)
        return [Made(v, v.id or 0) for v in changed]

    def undo(
        self, db: Transaction, id_: int, before: Json, after: Json, hand: Hand
    ) -> Words | None:
        """Take back what a row did."""
        held = profiles.of(db, id_)
        opened = db.keyring.shown
        if any(opened(held[f].value if f in held else "") != opened(after[f]) for f in FINANCE):
            return T("has been changed since")
        _write(db, id_, before, hand)
        return None

    def headers(self, _db: Transaction) -> list[tuple[Column, int]]:
        """What can come in, and the bank accounts."""
        return [(column, 0) for column in (*IN, *OUT)]

    def page(
        self, db: Transaction, after: int, most: int, scope: Sequence[int] | None
    ) -> list[tuple[int, dict[tuple[str, int], Words]]]:
        """The next customers; of whom nothing is known, a row without anything."""
        ids = dossiers.page(db, after, most, scope)
        held, said = dossiers.held(db, ids), profiles.of_each(db, ids)
        accounts: dict[int, list[banks.BankAccount]] = {}
        for account in banks.of_each(db, ids):
            if account.state == banks.CONFIRMED:
                accounts.setdefault(account.customer_id, []).append(account)
        return [
            (id_, _cells(db, held[id_], said.get(id_, {}), accounts.get(id_, []))) for id_ in ids
        ]


def _meant(db: Transaction, entry: Entry) -> int | None:
    """The customer that a row is about, by number, else by name."""
    number, name = entry.fields[REGISTRATION], entry.fields[NAME]
    found = customers.registered(db, number) if number else []
    if found:
        return found[0].id
    ids = {one.id for one in customers.known_as(db, readings.bare(name))} if name else set()
    return ids.pop() if len(ids) == 1 else None


def _merged(db: Transaction, held: str, said: str) -> str:
    """The sealed value: an empty cell, or the same again, leaves what is there."""
    if not said or (held and db.keyring.open(held) == said):
        return held
    return db.keyring.seal(said)


def _write(db: Transaction, id_: int, values: Mapping[str, str], hand: Hand) -> None:
    for field in FINANCE:
        entry = ProfileEntry(
            customer_id=id_, field=field, value=values[field], by_id=hand.by_id, at=hand.at
        )
        profiles.write(db, entry)


def _cells(
    db: Transaction,
    dossier: dossiers.Dossier,
    said: profiles.Profile,
    accounts: Sequence[banks.BankAccount],
) -> dict[tuple[str, int], Words]:
    cells: dict[tuple[str, int], Words] = {
        (NAME, 0): dossier[NAME],
        (REGISTRATION, 0): dossier[REGISTRATION],
    }
    for field in FINANCE:
        cells[field, 0] = db.keyring.shown(said[field].value) if field in said else ""
    try:
        told = [banks.details(db, one) for one in accounts]
    except Unreadable:
        return cells | {(ACCOUNT, 0): LOCKED}
    cells[BANK, 0] = "、".join(one.bank for one in told)
    cells[ACCOUNT, 0] = "、".join(one.number for one in told)
    cells[HOLDER, 0] = "、".join(one.holder for one in told)
    return cells
