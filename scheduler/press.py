"""Draws papers: a page as PDF, a chart as PNG; in a process beside the bot, which it would slow.

What is drawn comes as plain words and numbers, one JSON object, on standard input.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from scheduler import fonts

Told = Mapping[str, Any]
LATIN, NOT_EMBEDDED = "latin", "STSong-Light"
# Everything before the Chinese signs, which fonts of Chinese may lack; `&lt;` is one such letter.
_OTHERS = re.compile("[\u0021-\u2e7f][\u0020-\u2e7f]*")
MARGIN = 42.0
NAMES_WIDTH = 96.0
INK, PALE, RULE = "#1f2933", "#5b6770", "#c5cdd3"
COLOURS = ("#2f6f9f", "#e0902f", "#4f9d69", "#b3565f", "#8a6fae", "#7f8b93")
ROW_HEIGHT, LEAST_HEIGHT, WIDTH, DPI = 0.42, 2.4, 9.0, 110


def drawn(told: Told) -> bytes:
    """The paper as bytes."""
    return leaflet(told) if told["what"] == "leaflet" else chart(told)


# --- a page ---------------------------------------------------------------------------------------


def leaflet(told: Told) -> bytes:
    """One A4 page; what would not fit is drawn smaller."""
    from reportlab.lib.pagesizes import A4
    from reportlab.platypus import Frame, KeepInFrame, PageTemplate, Paragraph
    from reportlab.platypus.doctemplate import BaseDocTemplate

    out = BytesIO()
    width, height = A4[0] - 2 * MARGIN, A4[1] - 2 * MARGIN
    page = BaseDocTemplate(out, pagesize=A4, title=told["title"], author="Headwater")
    frame = Frame(MARGIN, MARGIN, width, height, 0, 0, 0, 0)

    def foot(canvas: Any, _page: object) -> None:  # noqa: ANN401 -- the library's own
        mark = Paragraph(_marked(told["mark"]), _style(7.5, PALE))
        mark.wrapOn(canvas, width, MARGIN)
        mark.drawOn(canvas, MARGIN, MARGIN / 2)

    page.addPageTemplates([PageTemplate("one", [frame], onPage=foot)])
    page.build([KeepInFrame(width, height, list(_page_of(told, width)), mode="shrink")])
    return out.getvalue()


def _style(size: float, colour: str, *, before: float = 0) -> Any:  # noqa: ANN401
    from reportlab.lib.styles import ParagraphStyle

    return ParagraphStyle(
        f"{size}{colour}",
        fontName=page_font(),
        fontSize=size,
        leading=size * 1.4,
        textColor=colour,
        wordWrap="CJK",
        spaceBefore=before,
    )


def _page_of(told: Told, width: float) -> Iterable[Any]:
    from reportlab.platypus import HRFlowable, Paragraph, Spacer

    plain, head = _style(9.5, INK), _style(11.5, COLOURS[0], before=10)
    yield Paragraph(_marked(told["title"]), _style(18, INK))
    yield Paragraph(_marked(told["subtitle"]), _style(9, PALE))
    for chapter in told["chapters"]:
        yield Paragraph(_marked(chapter["title"]), head)
        yield HRFlowable(width="100%", thickness=0.6, color=RULE, spaceBefore=2, spaceAfter=4)
        if chapter["rows"]:
            yield _rows(chapter["rows"], width)
        for line in chapter["lines"]:
            yield Paragraph(_marked(f"• {line}"), plain)
    yield Spacer(1, 4)


def _rows(rows: Sequence[Sequence[str]], width: float) -> Any:  # noqa: ANN401
    from reportlab.platypus import Paragraph, Table

    plain, pale = _style(9.5, INK), _style(9.5, PALE)
    cells = [[Paragraph(_marked(k), pale), Paragraph(_marked(v), plain)] for k, v in rows]
    table = Table(cells, colWidths=[NAMES_WIDTH, width - NAMES_WIDTH], splitInRow=1)
    table.setStyle(
        [
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ("LEFTPADDING", (0, 0), (-1, -1), 0),
            ("TOPPADDING", (0, 0), (-1, -1), 1.5),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 1.5),
        ]
    )
    return table


def _marked(text: str) -> str:
    """Somebody's words as they are: the library would read marks in them.

    Letters that are no Chinese ones are written in a font that has them.
    """
    marked = escape(text)
    return _OTHERS.sub(rf'<font name="{LATIN}">\g<0></font>', marked).replace("\n", "<br/>")


@cache
def page_font() -> str:
    """A Chinese font that goes into the file, else one that every reader has; and a Latin one."""
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont
    from reportlab.pdfbase.ttfonts import TTFError, TTFont

    latin = (
        Path(next(iter(_package("matplotlib")))) / "mpl-data" / "fonts" / "ttf" / "DejaVuSans.ttf"
    )
    pdfmetrics.registerFont(TTFont(LATIN, str(latin)))
    found = fonts.chinese()
    if found:
        try:
            pdfmetrics.registerFont(TTFont("chinese", str(found)))
        except TTFError:
            pass  # outlines of another kind, which the library does not embed
        else:
            return "chinese"
    pdfmetrics.registerFont(UnicodeCIDFont(NOT_EMBEDDED))
    return NOT_EMBEDDED


def _package(name: str) -> Sequence[str]:
    """Where a library's files are; the chart's library brings letters that the page's lacks."""
    found = find_spec(name)
    assert found is not None
    return found.submodule_search_locations or ()


# --- a chart --------------------------------------------------------------------------------------


def chart(told: Told) -> bytes:
    """Bars lying above each other, the first label on top, in pieces of each series."""
    from matplotlib.figure import Figure

    _chart_fonts()
    labels, series = told["labels"], told["series"]
    height = max(LEAST_HEIGHT, 1.3 + ROW_HEIGHT * len(labels))
    figure = Figure(figsize=(WIDTH, height), dpi=DPI, layout="constrained")
    axes = figure.add_subplot()
    rows = range(len(labels))
    left = [0.0] * len(labels)
    for number, one in enumerate(series):
        colour = COLOURS[number % len(COLOURS)]
        axes.barh(rows, one["values"], left=left, color=colour, label=one["name"], height=0.66)
        left = [begun + more for begun, more in zip(left, one["values"], strict=True)]
    axes.set_yticks(list(rows), labels)
    axes.invert_yaxis()
    axes.set_xlim(0, max([*left, 1.0]) * 1.08)
    axes.set_xlabel(told["unit"])
    axes.set_title(told["title"], loc="left", fontsize=13, color=INK)
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(axis="x", color=RULE, linewidth=0.6)
    axes.set_axisbelow(True)
    if len(series) > 1:
        figure.legend(loc="outside lower center", ncols=min(len(series), 5), frameon=False)
    out = BytesIO()
    figure.savefig(out, format="png")
    return out.getvalue()


def _chart_fonts() -> None:
    import matplotlib as mpl
    from matplotlib import font_manager

    names = ["DejaVu Sans"]
    found = fonts.chinese()
    if found:
        font_manager.fontManager.addfont(str(found))
        names.append(font_manager.FontProperties(fname=str(found)).get_name())
    mpl.rcParams.update({"font.family": names, "axes.unicode_minus": False, "text.color": INK})


def answer() -> None:
    """Draw what is told on standard input, onto standard output."""
    sys.stdout.buffer.write(drawn(json.load(sys.stdin)))


if __name__ == "__main__":
    answer()
