"""Customers as a table: what a row says, and what it does to a customer's file."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from commands.customers import FILE_KEEPERS
from commands.customers.completing import REWRITTEN
from commands.customers.filling import NOTHING
from commands.customers.parts import BASIC, BUSINESS, COUNTRY, ITEM
from commands.customers.rules import KIND
from commands.kit.countries import read_country
from commands.kit.people import Role, Who
from commands.kit.sheet import (
    MOST_NUMBERED,
    Column,
    Entry,
    Made,
    Row,
    Spoken,
    Verdict,
    plainly,
    too_long,
)
from commands.kit.words import T, Words
from commands.sheets.admitted import being_admitted, under_way
from storage import admissions, dossiers, people, readings, roster, timers
from storage.batches import unless_used
from storage.database import Json, Transaction
from storage.dossiers import Bearer, Dossier
from storage.reach import email_key
from storage.rows import Hand
from storage.timers import Timer

NAME, SHORT, NAMES = "name", "short", "names"
REGISTRATION, OWNER, IMPORTANT, NOTE = "registration", "owner", "important", "note"
TOLD = (*BASIC, *BUSINESS)
CONTACT = ("contact", "contact_title", "contact_phone", "contact_email")
COLUMNS = (
    Column(
        REGISTRATION,
        T("Registration number"),
        "统一社会信用代码 信用代码 注册号 编号 客户编号 key number id USCC",
    ),
    Column(
        NAME,
        T("Full name"),
        "客户名称 客户全称 名称 公司名称 企业名称 供应商名称 客户 name company customer",
    ),
    Column(SHORT, T("Short name"), "客户简称 short"),
    Column(NAMES, T("Other names"), "别名 其他名称 曾用名 aliases alsocalled"),
    Column(OWNER, T("Owner"), "负责人 客户负责人 业务员 销售 跟进人 ownedby"),
    Column(IMPORTANT, T("Importance"), "重要程度 重要性 重要 是否重点 重点客户 important"),
    Column(CONTACT[0], T("Contact"), "联系人姓名 contactname", numbered=True),
    Column(CONTACT[1], T("Position"), "职务 联系人职务 contactposition title", numbered=True),
    Column(
        CONTACT[2],
        T("Phone"),
        "手机 手机号 联系电话 联系人电话 联系人手机 mobile telephone contactphone",
        numbered=True,
    ),
    Column(
        CONTACT[3],
        T("E-mail"),
        "邮件 电子邮件 电子邮箱 联系人邮箱 mail contactemail",
        numbered=True,
    ),
    Column("legal", ITEM["legal"].words, "法定代表人 法人代表 法人 legalrepresentative"),
    Column("address", ITEM["address"].words, "地址 公司地址 注册地址 address"),
    Column("scope", ITEM["scope"].words, "经营范围 scope"),
    Column("capital", ITEM["capital"].words, "注册资本 注册资金 capital"),
    Column(COUNTRY, ITEM[COUNTRY].words, "国家 国家地区 所在国家 country"),
    Column("products", ITEM["products"].words, "产品 主营产品 主要产品 products"),
    Column("prices", ITEM["prices"].words, "价格 产品价格 prices"),
    Column("terms", ITEM["terms"].words, "销售政策 销售条件 salespolicy"),
    Column("share", ITEM["share"].words, "市场份额 市场占有率 marketshare"),
    Column("buyers", ITEM["buyers"].words, "主要客户 主要买家 mainbuyers"),
    Column(NOTE, T("Note"), "备注 说明 remark remarks notes comment"),
)
# What happens fills the fourth part: it goes out with the table, and is not taken in.
HAPPENED = (
    Column("since", T("Customer since"), ""),
    Column("visits", T("Visits"), ""),
    Column("last_visit", T("Last visit"), ""),
    Column("cases", T("Cases"), ""),
)
WORDS_OF = {column.field: column.words for column in COLUMNS}
MOST = {
    NAME: 200,
    SHORT: 100,
    NAMES: 1000,
    REGISTRATION: 64,
    OWNER: 100,
    IMPORTANT: 20,
    **dict.fromkeys(CONTACT, 200),
    **dict.fromkeys(TOLD, 2000),
}
IMPORTANT_WORDS, ORDINARY_WORDS = T("important"), T("ordinary")
YES = {"是", "重点", "重要", "重点客户", "核心", "yes", "y", "true", "1", "a", "high", "key", "vip"}
NO = {"否", "一般", "普通", "普通客户", "no", "n", "false", "0", "b", "c", "normal", "low"}
BETWEEN = "、,，;；/|\n"
EXISTING = T("existing before")


@dataclass(frozen=True, slots=True)
class Around:
    """What a slice of entries is held against."""

    bearers: dict[str, list[Bearer]]
    registered: dict[str, int]
    owners: dict[str, list[int]]
    admitted: dict[str, str]


class CustomerSheet:
    """The table of customers (clause 7.2.1)."""

    name = "customers"
    words = T("customers")
    columns: tuple[Column, ...] = COLUMNS
    required = NAME
    who: Who = frozenset({*FILE_KEEPERS, Role.ADMINISTRATOR})
    whole = False

    # --- a row by itself --------------------------------------------------------------------------

    def entry(self, row: Row, spoken: Spoken) -> Entry:
        """Understand a row by itself."""
        name = " ".join(row.get(NAME).split())
        number = number_of(row.get(REGISTRATION))
        fields: dict[str, Json] = {
            NAME: name,
            SHORT: " ".join(row.get(SHORT).split()),
            NAMES: parted(row.get(NAMES)),
            REGISTRATION: number,
            OWNER: row.get(OWNER),
            IMPORTANT: _important(row.get(IMPORTANT), spoken),
            NOTE: row.get(NOTE),
            "contacts": _contacts(row),
            "told": {field: row.get(field) for field in TOLD if row.get(field)},
        }
        return Entry(row.line, name, fields, _keys(fields), _complaint(row, fields))

    # --- held against what is known ---------------------------------------------------------------

    def judge(self, db: Transaction, entries: Sequence[Entry]) -> Sequence[Entry]:
        """No row points at another."""
        return entries

    def plan(
        self, db: Transaction, entries: Sequence[Entry], good: Mapping[str, Entry]
    ) -> list[Verdict]:
        """What each entry would do."""
        around = _around(db, entries)
        meant = [_meant(entry, around) for entry in entries]
        held = dossiers.held(db, [one for one in meant if one is not None])
        return [
            _verdict(entry, one, held.get(one) if one is not None else None, around)
            for entry, one in zip(entries, meant, strict=True)
        ]

    def ahead(self, verdicts: Sequence[Verdict]) -> list[str]:
        """The names of new customers."""
        new = (v.after for v in verdicts if v.kind == "added")
        return sorted({n for d in new for n in (d[NAME], d[SHORT], *d[NAMES])})

    def apply(
        self,
        db: Transaction,
        verdicts: Sequence[Verdict],
        ready: Mapping[str, frozenset[str]],
        hand: Hand,
    ) -> list[Made]:
        """Open the files of new customers, and rewrite those that differ."""
        new = [v for v in verdicts if v.kind == "added"]
        ids = dossiers.open_all(db, [v.after for v in new], ready, hand)
        for verdict in verdicts:
            if verdict.kind == "changed" and verdict.id and verdict.before:
                dossiers.rewrite(db, verdict.id, verdict.before, verdict.after, hand)
                _look_over(db, verdict.id, hand)
        added = [Made(v, id_) for v, id_ in zip(new, ids, strict=True)]
        return added + [Made(v, v.id) for v in verdicts if v.kind == "changed" and v.id]

    def undo(
        self, db: Transaction, id_: int, before: Json, after: Json, hand: Hand
    ) -> Words | None:
        """Take back what a row did."""
        now = dossiers.held(db, [id_]).get(id_)
        if now is None:
            return T("is not there any more")
        if any(now[name] != after[name] for name in after):
            return T("has been changed since")
        back = {**now, **before} if before else None

        def work() -> None:
            if back is None:
                dossiers.remove(db, id_)
            else:
                dossiers.restore(db, id_, now, back, hand)
                _look_over(db, id_, hand)

        return None if unless_used(db, work) else T("has been used since")

    # --- out --------------------------------------------------------------------------------------

    def headers(self, db: Transaction) -> list[tuple[Column, int]]:
        """As many contacts as the customer with the most of them has."""
        many = min(MOST_NUMBERED, max(1, dossiers.most_contacts(db)))
        plain = [(c, 0) for c in COLUMNS if not c.numbered]
        numbered = [(c, n) for n in range(1, many + 1) for c in COLUMNS if c.numbered]
        return [*plain[:-1], *numbered, plain[-1], *((column, 0) for column in HAPPENED)]

    def page(
        self, db: Transaction, after: int, most: int, scope: Sequence[int] | None
    ) -> list[tuple[int, dict[tuple[str, int], Words]]]:
        """The next customers."""
        ids = dossiers.page(db, after, most, scope)
        held = dossiers.held(db, ids)
        names: dict[int | None, str] = {row.id: row.name for row in roster.names(db)}
        happened = dossiers.happened(db, ids)
        return [(id_, _cells(held[id_], names) | _happened(happened[id_])) for id_ in ids]


def _look_over(db: Transaction, id_: int, hand: Hand) -> None:
    """Where an approval opened the file, it is held against what the file says now."""
    if admissions.opened(db, id_):
        timers.add(
            db,
            Timer(kind=KIND, subject_id=id_, name=REWRITTEN, person_id=hand.by_id, at=hand.at),
        )


# --- reading --------------------------------------------------------------------------------------


def parted(text: str) -> list[str]:
    """Several names in one cell."""
    for sign in BETWEEN:
        text = text.replace(sign, "\0")
    return list(dict.fromkeys(" ".join(part.split()) for part in text.split("\0") if part.strip()))


def _keys(fields: Mapping[str, Json]) -> tuple[str, ...]:
    """What no other row of a file may have: the number, the name, and names given to it."""
    name = fields[NAME]
    whole, derived = readings.bare(name), readings.bare(readings.core(name))
    others = {readings.bare(n) for n in (fields[SHORT], *fields[NAMES])} - {"", whole, derived}
    number = (f"#{fields[REGISTRATION]}",) if fields[REGISTRATION] else ()
    return (*number, whole, *sorted(others))


def number_of(text: str) -> str:
    """A registration number as it is compared."""
    return "".join(unicodedata.normalize("NFKC", text).split()).upper()


def _important(text: str, spoken: Spoken) -> bool | str | None:
    """Yes, no, not said; the text itself when nobody knows what it means."""
    said = plainly(text)
    if not said:
        return None
    yes, no = _choices(spoken)
    return True if said in yes else False if said in no else text


@cache
def _choices(spoken: Spoken) -> tuple[frozenset[str], frozenset[str]]:
    return (
        frozenset(YES | {plainly(said) for said in spoken(IMPORTANT_WORDS)}),
        frozenset(NO | {plainly(said) for said in spoken(ORDINARY_WORDS)}),
    )


def _contacts(row: Row) -> list[list[str]]:
    numbers = sorted({number for (name, number) in row.values if name in CONTACT})
    return [[row.get(name, number) for name in CONTACT] for number in numbers]


def _complaint(row: Row, fields: Mapping[str, Json]) -> Words | None:
    if not readings.bare(fields[NAME]):
        return T("the name is missing")
    if isinstance(fields[IMPORTANT], str):
        return T("“{value}” says neither important nor ordinary", value=fields[IMPORTANT][:50])
    for name, _title, phone, email in fields["contacts"]:
        if not name:
            return T("a contact has no name")
        if wrong := wrong_reach(phone, email):
            return wrong
    country = row.get(COUNTRY).strip()
    if country and read_country(country) is None:
        return T("“{value}” is no country", value=country[:50])
    return too_long(row, MOST, WORDS_OF)


def wrong_reach(phone: str, email: str) -> Words | None:
    """The complaint about a phone number or an e-mail address that cannot be one."""
    if email and "." not in email_key(email).partition("@")[2]:
        return T("“{value}” is no e-mail address", value=email[:80])
    if phone and sum(letter.isdigit() for letter in phone) < 5:  # noqa: PLR2004
        return T("“{value}” is no phone number", value=phone[:80])
    return None


# --- holding against ------------------------------------------------------------------------------


def _around(db: Transaction, entries: Sequence[Entry]) -> Around:
    names = {n for e in entries for n in (e.fields[NAME], e.fields[SHORT], *e.fields[NAMES])}
    bearers: dict[str, list[Bearer]] = {}
    for bearer in dossiers.bearers(db, sorted({readings.bare(n) for n in names} - {""})):
        bearers.setdefault(bearer.key, []).append(bearer)
    numbers = sorted({e.fields[REGISTRATION] for e in entries} - {""})
    owners: dict[str, list[int]] = {}
    if any(e.fields[OWNER] for e in entries):
        for person in people.named(db):
            owners.setdefault(plainly(person.name), []).append(person.id)
    told = [(entry.fields[NAME], entry.fields[REGISTRATION]) for entry in entries]
    return Around(bearers, dossiers.registered(db, numbers), owners, under_way(db, told))


def _meant(entry: Entry, around: Around) -> int | None:
    """The customer a row is about: by number, else by full name, else by a name it was given."""
    number, key = entry.fields[REGISTRATION], readings.bare(entry.fields[NAME])
    if number in around.registered:
        return around.registered[number]
    bearers = around.bearers.get(key, [])
    fully = [b.id for b in bearers if readings.bare(b.full) == key]
    if fully:
        return fully[0]
    given = {b.id for b in bearers if not b.derived}
    return given.pop() if len(given) == 1 else None


def _verdict(entry: Entry, id_: int | None, held: Dossier | None, around: Around) -> Verdict:
    if entry.wrong is not None:
        return Verdict(entry, wrong=entry.wrong)
    owners = around.owners.get(plainly(entry.fields[OWNER]), [])
    if entry.fields[OWNER] and len(owners) != 1:
        several = T("there are several colleagues called {name}", name=entry.fields[OWNER])
        nobody = T("there is no colleague called {name}", name=entry.fields[OWNER])
        return Verdict(entry, wrong=several if owners else nobody)
    number = being_admitted(around.admitted, entry.fields[NAME], entry.fields[REGISTRATION])
    if id_ is None and number:
        return Verdict(entry, wrong=T("is being admitted already: {number}", number=number))
    after = _merged(entry, id_, held, owners[0] if owners else None, around)
    taken = _taken(after, id_, held, around)
    if taken:
        return Verdict(entry, wrong=taken)
    return Verdict(entry, id_, held, after)


def _merged(
    entry: Entry, id_: int | None, held: Dossier | None, owner: int | None, around: Around
) -> Dossier:
    """What the file would say: an empty cell leaves what is there."""
    said = entry.fields
    if held is None:
        return {
            NAME: said[NAME],
            SHORT: said[SHORT] or readings.core(said[NAME]),
            REGISTRATION: said[REGISTRATION],
            NOTE: said[NOTE],
            NAMES: [n for n in said[NAMES] if n not in {said[NAME], said[SHORT]}],
            OWNER: owner,
            IMPORTANT: bool(said[IMPORTANT]),
            "contacts": said["contacts"],
            "told": _standing(said["told"]),
        }
    renamed = said[REGISTRATION] and around.registered.get(said[REGISTRATION]) == id_
    after = dict(held)
    after[NAME] = said[NAME] if renamed else held[NAME]
    for name in (SHORT, REGISTRATION, NOTE):
        after[name] = said[name] or held[name]
    after[NAMES] = _also(held, after, said)
    after[OWNER] = owner or held[OWNER]
    after[IMPORTANT] = held[IMPORTANT] if said[IMPORTANT] is None else said[IMPORTANT]
    after["contacts"] = _met(held["contacts"], said["contacts"])
    after["told"] = _standing(held["told"] | said["told"])
    return after


def _standing(told: Mapping[str, str]) -> dict[str, str]:
    """What stands there afterwards: a cell with a dash clears a field."""
    return {field: value for field, value in told.items() if value.strip() not in NOTHING}


def _also(held: Dossier, after: Dossier, said: Mapping[str, Json]) -> list[str]:
    """What else it is called from now on; a name that is given up is kept here."""
    seen = {readings.bare(after[NAME]), readings.bare(after[SHORT])}
    kept: list[str] = []
    for name in (*held[NAMES], held[NAME], held[SHORT], *said[NAMES], said[NAME]):
        if name in held[NAMES] or readings.bare(name) not in seen:
            kept.append(name)
            seen.add(readings.bare(name))
    shown = {after[NAME], after[SHORT]}
    return [name for name in dict.fromkeys(kept) if name not in shown]


def _met(held: list[list[str]], said: list[list[str]]) -> list[list[str]]:
    """The contacts of both, told apart by name."""
    met = {listed[0]: list(listed) for listed in held}
    for listed in said:
        known = met.get(listed[0], ["", "", "", ""])
        met[listed[0]] = [new or old for new, old in zip(listed, known, strict=True)]
    return list(met.values())


def _taken(after: Dossier, id_: int | None, held: Dossier | None, around: Around) -> Words | None:
    """The complaint that a name given here is another customer's already."""
    have = {held[NAME], held[SHORT], *held[NAMES]} if held else set()
    derived = readings.bare(readings.core(after[NAME]))
    for name in (after[NAME], after[SHORT], *after[NAMES]):
        key = readings.bare(name)
        if name in have or (key == derived and name != after[NAME]):
            continue
        for bearer in around.bearers.get(key, []):
            if bearer.id != id_ and not bearer.derived:
                return T("“{name}” is what another customer is called", name=name)
    return None


def _cells(dossier: Dossier, names: Mapping[int | None, str]) -> dict[tuple[str, int], Words]:
    cells: dict[tuple[str, int], Words] = {
        (name, 0): dossier[name] for name in (REGISTRATION, NAME, SHORT, NOTE)
    }
    cells[NAMES, 0] = "、".join(dossier[NAMES])
    cells[OWNER, 0] = names.get(dossier[OWNER], "")
    cells[IMPORTANT, 0] = IMPORTANT_WORDS if dossier[IMPORTANT] else ORDINARY_WORDS
    for number, listed in enumerate(dossier["contacts"][:MOST_NUMBERED], 1):
        for name, value in zip(CONTACT, listed, strict=True):
            cells[name, number] = value
    return cells | {(name, 0): value for name, value in dossier["told"].items()}


def _happened(found: dossiers.Happened) -> dict[tuple[str, int], Words]:
    last = found.last_visit.isoformat() if found.last_visit else ""
    return {
        ("since", 0): found.since.date().isoformat(),
        ("visits", 0): str(found.visits),
        ("last_visit", 0): last,
        ("cases", 0): str(found.cases),
    }
