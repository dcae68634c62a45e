"""Draws papers: a page as PDF, a chart as PNG; in a process beside the bot, which it would slow.

What is drawn comes as plain words and numbers, one JSON object, on standard input.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from io import BytesIO
from typing import Any
from xml.sax.saxutils import escape

from scheduler import fonts

Told = Mapping[str, Any]
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
    from reportlab.platypus import Frame, KeepInFrame, PageTemplate
    from reportlab.platypus.doctemplate import BaseDocTemplate

    font = _page_font()
    out = BytesIO()
    width, height = A4[0] - 2 * MARGIN, A4[1] - 2 * MARGIN
    page = BaseDocTemplate(out, pagesize=A4, title=told["title"], author="Headwater")
    frame = Frame(MARGIN, MARGIN, width, height, 0, 0, 0, 0)

    def foot(canvas: Any, _page: object) -> None:  # noqa: ANN401 -- the library's own
        canvas.setFont(font, 7.5)
        canvas.setFillColor(PALE)
        canvas.drawString(MARGIN, MARGIN / 2, told["mark"])

    page.addPageTemplates([PageTemplate("one", [frame], onPage=foot)])
    page.build([KeepInFrame(width, height, list(_page_of(told, font, width)), mode="shrink")])
    return out.getvalue()


def _page_of(told: Told, font: str, width: float) -> Iterable[Any]:
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.platypus import HRFlowable, Paragraph, Spacer

    def style(size: float, colour: str, *, before: float = 0) -> ParagraphStyle:
        return ParagraphStyle(
            f"{size}{colour}",
            fontName=font,
            fontSize=size,
            leading=size * 1.4,
            textColor=colour,
            wordWrap="CJK",
            spaceBefore=before,
        )

    plain, head = style(9.5, INK), style(11.5, COLOURS[0], before=10)
    yield Paragraph(_marked(told["title"]), style(18, INK))
    yield Paragraph(_marked(told["subtitle"]), style(9, PALE))
    for chapter in told["chapters"]:
        yield Paragraph(_marked(chapter["title"]), head)
        yield HRFlowable(width="100%", thickness=0.6, color=RULE, spaceBefore=2, spaceAfter=4)
        if chapter["rows"]:
            yield _rows(chapter["rows"], plain, style(9.5, PALE), width)
        for line in chapter["lines"]:
            yield Paragraph(f"• {_marked(line)}", plain)
    yield Spacer(1, 4)


def _rows(rows: Sequence[Sequence[str]], plain: Any, pale: Any, width: float) -> Any:  # noqa: ANN401
    from reportlab.platypus import Paragraph, Table

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
    """Somebody's words as they are: the library would read marks in them."""
    return escape(text).replace("\n", "<br/>")


def _page_font() -> str:
    """A font with Chinese letters that goes into the file; else one that every reader has."""
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont
    from reportlab.pdfbase.ttfonts import TTFError, TTFont

    found = fonts.chinese()
    if found:
        try:
            pdfmetrics.registerFont(TTFont("chinese", str(found)))
        except TTFError:
            pass  # outlines of another kind, which the library does not embed
        else:
            return "chinese"
    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    return "STSong-Light"


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
