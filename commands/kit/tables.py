"""Tables as files: CSV and XLSX read line by line, and written so that no cell is a formula."""

from __future__ import annotations

import csv
import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import chain
from tempfile import SpooledTemporaryFile

from commands.kit.errors import Refused
from commands.kit.words import T

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV = "text/csv"
ENDINGS = {"xlsx": XLSX, "csv": CSV}
# Unpacked: what a spreadsheet of half a million rows takes, and no more.
MOST_UNPACKED = 600_000_000
# Its texts among them, which are held in memory; sheets are read line by line.
MOST_HELD = 100_000_000
SHEETS = "xl/worksheets/"
MOST_CELL = 4_000
MOST_CELLS = 200
ENCODINGS = ("utf-8-sig", "gb18030")
MARKS = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
DELIMITERS = ",;\t"
IN_MEMORY = 8_000_000
NARROWEST, WIDEST = 8, 60
# What spreadsheet programs take for the beginning of a formula, also behind quotes (ASVS 1.2.10).
FORMULA = re.compile(r"[\s'\"‘’“”＇＂]*[=+\-@＝＋－＠|]|[\t\r\n]")
APOSTROPHE = "'"
EMPTY = T("This file is empty.")
# How an Excel file of before 2007 begins, and one that is locked with a password.
OLD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# What a damaged, locked or strangely packed workbook makes the libraries raise.
DAMAGED = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    ArithmeticError,
    AttributeError,
    EOFError,
    LookupError,
    OSError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
)
_UNSEEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]")


class BadTable(Refused):
    """This file can't be read as a table; the words say what to do."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a table: its number as a spreadsheet shows it, and its cells as text."""

    number: int
    cells: tuple[str, ...]


def form_of(content: bytes, name: str) -> str:
    """Whether a file is a table, by its content and its name: "xlsx", "csv" or ""."""
    ending = name.rpartition(".")[2].casefold()
    if content[:4] == b"PK\x03\x04":
        return "xlsx" if ending == "xlsx" and _is_workbook(content) else ""
    if ending != "csv" or (b"\x00" in content and content[:2] not in MARKS):
        return ""
    return "csv" if _encoding(content) else ""


def unfit(content: bytes, name: str) -> T | None:
    """Why a file can't be taken for what its name says, and what to do; None when it can."""
    ending = name.rpartition(".")[2].casefold()
    if not content:
        return EMPTY
    if form_of(content, name):
        return None
    if content[:8] == OLD:
        return T("This is an old Excel file, or one with a password. Save it as XLSX without one.")
    if ending == "xlsx" and _encoding(content) and b"\x00" not in content:
        return T("This is text, though its name ends with .xlsx. Rename it to .csv.")
    if ending == "csv" and _is_workbook(content):
        return T("This is an Excel file, though its name ends with .csv. Rename it to .xlsx.")
    return T("This is neither a CSV nor an XLSX file.")


def media_of(name: str) -> str:
    """The media type of a table by how its name ends."""
    return ENDINGS.get(name.rpartition(".")[2].casefold(), "")


def named_like_a_table(name: str) -> bool:
    """Whether a name promises a table."""
    return name.rpartition(".")[2].casefold() in ENDINGS


def lines(content: bytes) -> Iterator[Line]:
    """The lines of a file that are not empty. Raises `BadTable`."""
    found = _xlsx(content) if content[:4] == b"PK\x03\x04" else _csv(content)
    return (line for line in found if any(line.cells))


# --- reading --------------------------------------------------------------------------------------


def _is_workbook(content: bytes) -> bool:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            return "[Content_Types].xml" in packed.namelist()
    except DAMAGED:
        return False


def _encoding(content: bytes) -> str | None:
    marked = MARKS.get(content[:2])
    for encoding in [marked] if marked else ENCODINGS:
        try:
            content.decode(encoding)
        except UnicodeDecodeError:
            continue
        return encoding
    return None


def _csv(content: bytes) -> Iterator[Line]:
    encoding = _encoding(content)
    if encoding is None:
        raise BadTable(
            T("This file's letters can't be read. Save it as “CSV UTF-8” or as XLSX, and send it.")
        )
    text = content.decode(encoding).replace("\x00", "")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text))
    number = 1
    try:
        for cells in reader:
            yield Line(number, tuple(_plain(cell) for cell in cells[:MOST_CELLS]))
            number = reader.line_num + 1
    except csv.Error as error:
        raise BadTable(
            T("Line {line} can't be read: {why}", line=number, why=str(error))
        ) from error


def _delimiter(text: str) -> str:
    """The sign that stands oftenest in the first lines."""
    head = text[:2000]
    return max(DELIMITERS, key=head.count)


def _plain(cell: str) -> str:
    """A cell without the apostrophe that an export put before what looks like a formula."""
    if cell.startswith(APOSTROPHE) and FORMULA.match(cell[1:]):
        return clean(cell[1:])
    return clean(cell)


def clean(text: str) -> str:
    """Without spaces around, signs that nobody sees, and more than a cell holds."""
    return _UNSEEN.sub("", text).replace("\r\n", "\n").strip()[: MOST_CELL + 1]


def _xlsx(content: bytes) -> Iterator[Line]:
    from openpyxl import load_workbook  # slow to import

    _check_unpacked(content)
    try:
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        sheet = book.worksheets[0]
        sheet.reset_dimensions()
        for number, cells in enumerate(sheet.iter_rows(values_only=True), 1):
            yield Line(number, tuple(_text(cell) for cell in cells[:MOST_CELLS]))
    except DAMAGED as bad:
        raise BadTable(_UNREADABLE) from bad


_UNREADABLE = T("This spreadsheet can't be read. Save it again as XLSX or CSV, and send it.")


def _check_unpacked(content: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            parts = packed.infolist()
    except DAMAGED as error:
        raise BadTable(_UNREADABLE) from error
    # What a part says of itself is what it is: reading ends there, and its checksum is wrong.
    size = sum(part.file_size for part in parts)
    held = sum(part.file_size for part in parts if not part.filename.startswith(SHEETS))
    if size > MOST_UNPACKED or held > MOST_HELD:
        raise BadTable(T("This spreadsheet is too large. Send it in parts."))


def _text(value: object) -> str:
    match value:
        case None:
            return ""
        case str():
            return clean(value)
        case bool():
            return "yes" if value else "no"
        case float() if value.is_integer():
            return str(int(value))
        case datetime() if value.time() == datetime.min.time():
            return value.date().isoformat()
        case datetime() | date():
            return value.isoformat()
        case _:
            return clean(str(value))


# --- writing --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Marked:
    """What a table is: its title, the line that marks it, and who took it out."""

    title: str
    mark: str
    author: str


def written(form: str, marked: Marked, headers: Sequence[str], rows: Iterable[list[str]]) -> bytes:
    """A table as a file."""
    write = _written_xlsx if form == "xlsx" else _written_csv
    return write(marked, headers, rows)


def harmless(text: str) -> str:
    """A cell of a CSV that no program takes for a formula; reading takes the apostrophe away."""
    return APOSTROPHE + text if FORMULA.match(text) else text


def _written_csv(marked: Marked, headers: Sequence[str], rows: Iterable[list[str]]) -> bytes:
    with SpooledTemporaryFile(IN_MEMORY) as file:
        # The mark tells Excel that these are UTF-8.
        out = io.TextIOWrapper(file, "utf-8-sig", newline="")
        writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
        for cells in chain([[marked.mark]] if marked.mark else [], [headers], rows):
            writer.writerow([harmless(cell) for cell in cells])
        out.flush()
        file.seek(0)
        return file.read()


def _written_xlsx(marked: Marked, headers: Sequence[str], rows: Iterable[list[str]]) -> bytes:
    from xlsxwriter import Workbook  # slow to import

    with SpooledTemporaryFile(IN_MEMORY) as file:
        options = {
            "constant_memory": True,
            "in_memory": False,
            "strings_to_numbers": False,
            "strings_to_formulas": False,
            "strings_to_urls": False,
        }
        book = Workbook(file, options)
        _fill(book, marked, headers, rows)
        book.close()
        file.seek(0)
        return file.read()


def _fill(book, marked: Marked, headers: Sequence[str], rows: Iterable[list[str]]) -> None:  # type: ignore[no-untyped-def] # noqa: ANN001
    """One sheet: a frozen line of headers, the rows as text, the mark on every printed page."""
    book.set_properties({"title": marked.title, "author": marked.author, "comments": marked.mark})
    sheet = book.add_worksheet(re.sub(r"[\[\]:*?/\\']", " ", marked.title)[:31])
    first = _sample(rows)
    for column, width in enumerate(_widths(headers, first.seen)):
        sheet.set_column(column, column, width)
    sheet.set_landscape()
    sheet.repeat_rows(1)
    sheet.fit_to_pages(1, 0)
    sheet.set_footer(f"&L{marked.mark.replace('&', '&&')[:200]}&R&P / &N")
    sheet.freeze_panes(2, 1)
    sheet.write_string(
        0, 0, marked.mark, book.add_format({"italic": True, "font_color": "#B00020"})
    )
    bold = book.add_format({"bold": True, "bg_color": "#E8EEF4", "bottom": 1})
    for column, header in enumerate(headers):
        sheet.write_string(1, column, header, bold)
    for number, cells in enumerate(first.all(), 2):
        for column, cell in enumerate(cells):
            if cell:
                sheet.write_string(number, column, cell)


class _sample:  # noqa: N801 -- used like a function
    """The first rows, looked at for the widths of columns before they are written."""

    def __init__(self, rows: Iterable[list[str]]) -> None:
        self._rest = iter(rows)
        self.seen = [cells for _, cells in zip(range(200), self._rest, strict=False)]

    def all(self) -> Iterator[list[str]]:
        """All of them."""
        yield from self.seen
        yield from self._rest


def _widths(headers: Sequence[str], rows: Sequence[list[str]]) -> list[int]:
    return [
        min(WIDEST, max(NARROWEST, *(_wide(cells[at]) for cells in (headers, *rows))) + 2)
        for at in range(len(headers))
    ]


def _wide(text: str) -> int:
    """Columns of letters: a Chinese character takes two."""
    first = text.partition("\n")[0]
    return sum(2 if ord(letter) > 0x2E7F else 1 for letter in first)  # noqa: PLR2004
