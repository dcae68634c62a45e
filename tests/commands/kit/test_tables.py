"""Tables as people have them, in every encoding; what is broken, and what is a trap."""

from __future__ import annotations

import csv
import struct
import tracemalloc
import zipfile
from collections.abc import Sequence
from io import BytesIO, StringIO

import pytest
import xlsxwriter
from openpyxl import Workbook, load_workbook

from bot import locale
from commands.kit import tables
from commands.kit.sheet import Row, rows
from commands.kit.tables import BadTable, Marked, form_of, lines, written
from commands.kit.words import T
from commands.sheets.customers import CustomerSheet

SHEET = CustomerSheet()
MARKED = Marked("客户", "机密：客户", "赵总")
DANGEROUS = [
    "=1+1",
    "+86 138",
    "-1",
    "@SUM(A1)",
    "|calc",
    "＝1+1",
    "＋86",
    "－1",
    "＠SUM(A1)",
    " =1",
    "\u3000=1",
    "\t=1",
    "\r=1",
    "\n=1",
    '"=1',
    "'=1",
    "“=1",
    "＇＝1",
    "''=1",
    "=cmd|' /C calc'!A0",
    '=HYPERLINK("http://evil.example","x")',
]


CHINESE = locale.load()["zh"]


def spoken(words: T) -> tuple[str, ...]:
    return (words.text, CHINESE.get(words.text, ""))


def read(content: bytes) -> list[Row]:
    return list(rows(SHEET, content, spoken))


def book(*of: Sequence[object]) -> bytes:
    made = Workbook()
    for row in of:
        made.active.append(row)
    return saved(made)


def excel(*of: list[str]) -> bytes:
    """As Excel writes it: texts stand apart from the cells."""
    out = BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as made:
        sheet = made.add_worksheet()
        for number, row in enumerate(of):
            sheet.write_row(number, 0, row)
    return out.getvalue()


def saved(made: Workbook) -> bytes:
    out = BytesIO()
    made.save(out)
    return out.getvalue()


def with_part(content: bytes, name: str, part: bytes | None) -> bytes:
    """The same workbook with one part replaced, or without it."""
    out = BytesIO()
    with (
        zipfile.ZipFile(BytesIO(content)) as old,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for item in old.namelist():
            if item != name:
                new.writestr(item, old.read(item))
        if part is not None:
            new.writestr(name, part)
    return out.getvalue()


# --- what people have -----------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le-bom"])
@pytest.mark.parametrize("sign", [",", ";", "\t"])
@pytest.mark.parametrize(
    "headers",
    [
        ["客户名称", "联系人", "电话"],
        ["ＣＯＭＰＡＮＹ", "Ｃｏｎｔａｃｔ　１", "ｐｈｏｎｅ１"],
        [" 客户名称（必填） ", "联系人1", "联系人1电话"],
        ["Full Name*", "CONTACT", "Mobile"],
    ],
)
def test_every_encoding_sign_and_way_to_write_headers(
    encoding: str, sign: str, headers: list[str]
) -> None:
    text = f"{sign.join(headers)}\r\n常州瑞丰轴承{sign}王芳{sign}138\r\n"
    content = (
        b"\xff\xfe" + text.encode("utf-16-le")
        if encoding == "utf-16-le-bom"
        else text.encode(encoding)
    )
    assert form_of(content, "客户.CSV") == "csv"
    (row,) = read(content)
    assert row.line == 2
    assert (row.get("name"), row.get("contact", 1)) == ("常州瑞丰轴承", "王芳")
    assert row.get("contact_phone", 1) == "138"


def test_lines_above_the_headers_are_passed_over_and_counted() -> None:
    csv_ = "本公司客户一览\n\n打印日期,2026-10-14\n客户名称,备注\n华强,老客户\n".encode()
    xlsx = book(["本公司客户一览"], [], ["打印日期", "2026-10-14"], ["客户名称", "备注"], ["华强"])
    for content in (csv_, xlsx):
        (row,) = read(content)
        assert (row.line, row.get("name")) == (5, "华强")


def test_a_cell_of_several_lines_keeps_the_numbers_of_lines() -> None:
    found = read('客户名称,备注\n甲乙,"一\n二"\n丙丁,\n'.encode())
    assert [(row.line, row.get("name")) for row in found] == [(2, "甲乙"), (4, "丙丁")]
    assert found[0].get("note") == "一\n二"


def test_merged_cells_stand_where_they_begin() -> None:
    made = Workbook()
    made.active.append(["客户", None, "备注"])
    made.active.merge_cells("A1:B1")
    made.active.append(["华强", "x", "老"])
    made.active.append(["永固", "x", "新"])
    made.active.merge_cells("C2:C3")
    found = read(saved(made))
    assert [(row.get("name"), row.get("note")) for row in found] == [("华强", "老"), ("永固", "")]


def test_numbers_and_days_of_a_spreadsheet_are_read_as_people_see_them() -> None:
    from datetime import datetime

    made = book(["客户名称", "电话", "备注"], ["华强", 13900001111, datetime(2026, 10, 14)])  # noqa: DTZ001 -- spreadsheets know no zone
    (row,) = read(made)
    assert (row.get("contact_phone", 1), row.get("note")) == ("13900001111", "2026-10-14")


# --- what is missing or broken --------------------------------------------------------------------


@pytest.mark.parametrize("content", [b"", b"\xef\xbb\xbf", b"\n\n\n", book(), book([], [])])
def test_an_empty_file_is_told_what_it_lacks(content: bytes) -> None:
    with pytest.raises(BadTable) as refused:
        read(content)
    assert "This file is empty" in str(refused.value.words)


def test_headers_alone_are_a_table_without_rows() -> None:
    assert read("客户名称,备注\n".encode()) == []
    assert read(book(["客户名称", "备注"])) == []


@pytest.mark.parametrize("kept", [3, 30, 200, -30])
def test_half_a_spreadsheet_is_refused(kept: int) -> None:
    rows: list[list[object]] = [[f"客户{n}"] for n in range(50)]
    half = book(["客户名称"], *rows)[:kept]
    assert form_of(half, "a.xlsx") == ""
    if half[:4] == b"PK\x03\x04":
        with pytest.raises(BadTable):
            read(half)


@pytest.mark.parametrize(
    ("part", "instead"),
    [
        ("xl/worksheets/sheet1.xml", None),
        ("xl/worksheets/sheet1.xml", b"<worksheet><sheetData><row><c"),
        ("xl/worksheets/sheet1.xml", b"no xml"),
        ("xl/workbook.xml", b"<workbook/>"),
        ("xl/workbook.xml", None),
        ("xl/sharedStrings.xml", b"<sst>"),
        ("[Content_Types].xml", b""),
    ],
)
def test_a_spreadsheet_with_a_broken_part_is_refused_in_a_sentence(
    part: str, instead: bytes | None
) -> None:
    with pytest.raises(BadTable):
        read(with_part(excel(["客户名称"], ["华强"]), part, instead))


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"%PDF-1.7", "a.xlsx"),
        (b"\x89PNG\r\n\x1a\n\x00", "a.csv"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "a.csv"),
        (b"name\xff\xff\xff", "a.csv"),
        (book(["客户名称"]), "a.csv"),
        ("客户名称\n".encode(), "a.xlsx"),
    ],
)
def test_what_is_no_table_is_none_whatever_it_is_called(content: bytes, name: str) -> None:
    assert form_of(content, name) == ""


def test_a_quote_that_never_ends_is_refused_or_read_but_never_endless() -> None:
    with pytest.raises(BadTable):
        read(('客户名称\n"' + "长" * 200_000).encode())


# --- what is too much -----------------------------------------------------------------------------


def bomb(unpacked: int) -> bytes:
    blank = b"<worksheet><sheetData>" + b" " * unpacked
    return with_part(book(["客户名称"]), "xl/worksheets/sheet1.xml", blank)


def test_a_bomb_is_refused_by_the_size_that_it_declares(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "MOST_UNPACKED", 1_000_000)
    with pytest.raises(BadTable) as refused:
        read(bomb(1_000_000))
    assert "too large" in str(refused.value.words)


def test_texts_that_are_held_in_memory_may_be_less(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "MOST_HELD", 100_000)
    texts = b"<sst>" + b"<si/>" * 20_000 + b"</sst>"
    with pytest.raises(BadTable) as refused:
        read(with_part(excel(["客户名称"]), "xl/sharedStrings.xml", texts))
    assert "too large" in str(refused.value.words)
    (row,) = read(excel(["客户名称"], ["华强"]))
    assert row.get("name") == "华强"


def test_a_bomb_that_lies_about_its_size_never_unpacks_more_than_it_said() -> None:
    said, unpacked = 1000, 100_000_000
    content = bytearray(bomb(unpacked))
    size = struct.pack("<L", unpacked + len(b"<worksheet><sheetData>"))
    assert content.count(size) == 2  # beside the part, and in the list at the end
    lying = bytes(content).replace(size, struct.pack("<L", said))
    tracemalloc.start()
    try:
        with pytest.raises(BadTable):
            read(lying)
        assert tracemalloc.get_traced_memory()[1] < unpacked / 5
    finally:
        tracemalloc.stop()


def test_a_wide_line_is_cut_and_a_deep_file_is_read_line_by_line() -> None:
    wide = ",".join(["客户名称", *["备注"] * 5000]) + "\n" + ",".join(["华强"] * 5001) + "\n"
    assert all(len(line.cells) == tables.MOST_CELLS for line in lines(wide.encode()))
    deep = ("客户名称\n" + "\n" * 50_000 + "华强\n").encode()
    (row,) = read(deep)
    assert row.line == 50_002
    tracemalloc.start()
    try:
        found = rows(SHEET, ("客户名称\n" + "华强华强华强\n" * 50_000).encode(), spoken)
        next(found)
        before = tracemalloc.get_traced_memory()[0]
        tracemalloc.reset_peak()
        assert sum(1 for _ in found) == 49_999
        assert tracemalloc.get_traced_memory()[1] < before * 2
    finally:
        tracemalloc.stop()


def test_a_cell_that_is_too_long_is_a_row_that_is_wrong() -> None:
    (row,) = read(f"客户名称,备注\n华强,{'长' * 9000}\n".encode())
    assert SHEET.entry(row, spoken).wrong is not None


# --- what goes out --------------------------------------------------------------------------------


@pytest.mark.parametrize("text", DANGEROUS)
@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_nothing_that_goes_out_is_a_formula(form: str, text: str) -> None:
    content = written(form, MARKED, ["客户名称", text], [["华强", text]])
    for cell in shown(form, content):
        begins = cell.lstrip(" \u3000\t\r\n\"“'＇")
        assert cell.startswith("'") or begins[:1] not in set("=+-@|＝＋－＠"), cell


def shown(form: str, content: bytes) -> list[str]:
    """Each cell as a spreadsheet program takes it; XLSX says itself that they are texts."""
    if form == "csv":
        return [c for line in csv.reader(StringIO(content.decode("utf-8-sig"))) for c in line]
    cells = [c for line in load_workbook(BytesIO(content)).active.iter_rows() for c in line]
    assert {c.data_type for c in cells if c.value is not None} == {"s"}
    return []


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_what_goes_out_reads_back_as_it_was(form: str) -> None:
    notes = [text.strip() for text in DANGEROUS] + ["'", "''", "O'Neill", "a,b;c\td", '"', "一\n二"]
    out = written(
        form, MARKED, ["客户名称", "备注"], [[f"客户{n}", t] for n, t in enumerate(notes)]
    )
    assert form_of(out, f"a.{form}") == form
    assert [row.get("note") for row in read(out)] == notes
