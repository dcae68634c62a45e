"""A workbook that can't be read is refused in a sentence, however it is damaged."""

from __future__ import annotations

import pytest

from commands.kit.tables import BadTable, lines
from tests.samples import spreadsheet

FLAGS, METHOD = 8, 10  # where they stand in the directory's entry, behind its four letters


def damaged(at: int, value: bytes) -> bytes:
    """With other bytes in the directory's first entry."""
    book = spreadsheet()
    entry = book.index(b"PK\x01\x02")
    return book[: entry + at] + value + book[entry + at + len(value) :]


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(damaged(METHOD, b"\xff\xff"), id="packed in a way that nobody knows"),
        pytest.param(damaged(FLAGS, b"\x01\x00"), id="locked"),
        pytest.param(damaged(METHOD + 10, b"\xff\xff\xff\xff"), id="with a wrong size"),
        pytest.param(spreadsheet()[:60], id="cut off"),
        pytest.param(spreadsheet({"xl/worksheets/sheet1.xml": b"<"}), id="without sense"),
    ],
)
def test_a_damaged_workbook_is_refused(content: bytes) -> None:
    with pytest.raises(BadTable, match="can't be read"):
        list(lines(content))
