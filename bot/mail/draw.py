"""Draws pages as e-mails: plain words, and the same as a card that fits a phone."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage, MIMEPart
from email.policy import SMTP
from html import escape
from typing import assert_never

from bot.pages import Block, Image, Keys, Link, Page, Quoted, Say, Small, Table
from bot.platform import Handed, Parcel
from bot.shelf import images
from commands.kit.limits import shortened

SUBJECT = 120
# Every relay takes seven bits a byte; the headers are encoded words, so nothing ends one early.
POLICY = SMTP.clone(cte_type="7bit")
TONGUES = {"zh": "zh-CN", "en": "en"}
# What nobody types: controls but the end of a line, and what turns the direction of what follows.
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_BEGINNINGS = (
    (b"\x89PNG", "png"),
    (b"\xff\xd8", "jpeg"),
    (b"GIF8", "gif"),
    (b"RIFF", "webp"),
    (b"BM", "bmp"),
)
_FONTS = (
    "-apple-system,'Segoe UI',Roboto,'PingFang SC','Microsoft YaHei','Noto Sans SC',"
    "'Droid Sans Fallback',sans-serif"
)
_BODY = f"margin:0;padding:16px 8px;background:#eef1f4;color:#1f2933;font-family:{_FONTS}"
_CARD = (
    "max-width:480px;margin:0 auto;background:#ffffff;border-radius:12px;overflow:hidden;"
    "overflow-wrap:anywhere;word-break:break-word;line-height:1.6;font-size:16px"
)
_BAND = (
    "padding:22px 24px 18px;background:#0f4c5c;"
    "background-image:linear-gradient(120deg,#0b3c49,#1b6b7d);"
    "border-bottom:3px solid #d9b45b;color:#ffffff;font-size:17px;letter-spacing:.06em"
)
_TITLE = "margin:0 0 12px;font-size:22px;line-height:1.35;font-weight:600;color:#0b3c49"
_SAY = "margin:0 0 12px"
_SMALL = "margin:0 0 12px;font-size:13px;color:#66737f"
_QUOTE = (
    "margin:0 0 12px;padding:8px 14px;border-left:3px solid #d9b45b;background:#faf7ef;"
    "border-radius:0 6px 6px 0"
)
_ROW = "margin:0 0 4px"
_NAME = "color:#66737f"
_LINK = "color:#146c80"
_PICTURE = "display:block;width:100%;max-width:100%;height:auto;margin:0 0 12px;border-radius:8px"
_FOOT = (
    "padding:14px 24px 18px;border-top:1px solid #e4e8ec;font-size:12px;line-height:1.5;"
    "color:#7b8794"
)


@dataclass(frozen=True, slots=True)
class Paper:
    """What stands on every e-mail: from whom, to whom, when, and the words below."""

    sender: Address
    to: Address
    at: datetime
    footer: str


def letter(parcel: Parcel, paper: Paper) -> EmailMessage:
    """A page as an e-mail. One that is sent again has the same Message-ID."""
    made = EmailMessage(policy=POLICY)
    made["From"] = paper.sender
    made["To"] = paper.to
    made["Subject"] = subject(parcel.page)
    made["Date"] = paper.at
    made["Message-ID"] = message_id(parcel.key, paper.sender)
    made["Auto-Submitted"] = "auto-generated"
    shown = _shown(parcel, paper.sender)
    names = {file_id: name for file_id, (name, _) in shown.items()}
    made.set_content(plain(parcel.page, paper.footer))
    made.add_alternative(html(parcel, paper, names), subtype="html")
    card = made.get_body(("html",))
    assert card is not None
    for name, content in shown.values():
        _hang(card, name, content)
    for handed in parcel.papers.values():
        _enclose(made, handed)
    # The library takes what is there already for a part's own, and puts it there.
    made["Content-Language"] = TONGUES.get(parcel.language, parcel.language or "en")
    return made


def message_id(key: str, sender: Address) -> str:
    """What a letter is called in the mail, however often it is tried."""
    return f"<headwater-{re.sub(r'[^0-9A-Za-z+.-]', '-', key)}@{sender.domain}>"


def subject(page: Page) -> str:
    """What the list of mails shows: the notification's first line, and nothing else."""
    first = page.summary.strip().partition("\n")[0] or page.title
    return shortened(one_line(first), SUBJECT)


def one_line(text: str) -> str:
    """Words without line ends and controls, as a header holds them."""
    return " ".join(clean(re.sub(r"\s", " ", text)).split())


def clean(text: str) -> str:
    """Words without what nobody sees, nor half a letter that can't be encoded."""
    whole = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return _UNSEEN.sub("", whole.replace("\r\n", "\n"))


# --- what goes along ------------------------------------------------------------------------------


def _shown(parcel: Parcel, sender: Address) -> Mapping[int, tuple[str, bytes]]:
    """The pictures whose bytes are there, under the names by which the card shows them."""
    return {
        image.file_id: (f"picture-{image.file_id}@{sender.domain}", parcel.pictures[image.file_id])
        for image in images(parcel.page)
        if image.file_id in parcel.pictures
    }


def _hang(card: MIMEPart, name: str, content: bytes) -> None:
    kind = next((kind for begins, kind in _BEGINNINGS if content.startswith(begins)), "png")
    card.add_related(content, "image", kind, cid=f"<{name}>", disposition="inline")


def _enclose(made: EmailMessage, handed: Handed) -> None:
    name = one_line(handed.name)
    made.add_attachment(handed.content, "application", "octet-stream", filename=name)


# --- words ----------------------------------------------------------------------------------------


def plain(page: Page, footer: str) -> str:
    """The page as words alone."""
    lines = [line for block in page.blocks for line in _lines(block)]
    title = [clean(page.title), ""] if page.title else []
    return "\n".join([*title, *lines, "", "-- ", clean(footer), ""])


def _lines(block: Block) -> Iterator[str]:
    match block:
        case Say() | Small():
            yield clean(block.text)
        case Quoted():
            yield from (f"> {line}" for line in clean(block.text).split("\n"))
            if block.by:
                yield f"> — {clean(block.by)}"
        case Table():
            yield from (f"{clean(name)}: {clean(value)}" for name, value in block.rows)
        case Link():
            yield block.url if block.label == block.url else f"{clean(block.label)}: {block.url}"
        case Image():
            yield f"[{clean(block.alt)}]"
        case Keys():
            return
        case _:
            assert_never(block)


# --- the card -------------------------------------------------------------------------------------


def html(parcel: Parcel, paper: Paper, names: Mapping[int, str]) -> str:
    """The page as a card: one column, its styles on the spot, for mail programs drop sheets."""
    page, company = parcel.page, paper.sender.display_name
    inside = "".join(drawn for block in page.blocks for drawn in _drawn(block, names))
    title = f'<h1 style="{_TITLE}">{_text(page.title)}</h1>' if page.title else ""
    tongue = escape(TONGUES.get(parcel.language, parcel.language or "en"))
    return (
        f'<!doctype html>\n<html lang="{tongue}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(subject(page))}</title>\n</head>\n"
        f'<body style="{_BODY}">\n<div style="{_CARD}">\n'
        f'<div style="{_BAND}">{_text(company)}</div>\n'
        f'<div style="padding:22px 24px 10px">\n{title}\n{inside}</div>\n'
        f'<div style="{_FOOT}">{_text(paper.footer)}</div>\n</div>\n</body>\n</html>\n'
    )


def _drawn(block: Block, names: Mapping[int, str]) -> Iterator[str]:
    """A button has no meaning in a mail: nothing comes back from there."""
    match block:
        case Say():
            yield f'<p style="{_SAY}">{_text(block.text)}</p>\n'
        case Small():
            yield f'<p style="{_SMALL}">{_text(block.text)}</p>\n'
        case Quoted():
            yield _quoted(block)
        case Table():
            rows = (_row(name, value) for name, value in block.rows)
            yield f'<div style="{_SAY}">{"".join(rows)}</div>\n'
        case Link():
            to = escape(block.url)
            yield f'<p style="{_SAY}"><a href="{to}" style="{_LINK}">{_text(block.label)}</a></p>\n'
        case Image():
            yield _picture(block, names)
        case Keys():
            return
        case _:
            assert_never(block)


def _quoted(block: Quoted) -> str:
    by = f'<br><span style="{_NAME}">— {_text(block.by)}</span>' if block.by else ""
    return f'<blockquote style="{_QUOTE}">{_text(block.text)}{by}</blockquote>\n'


def _row(name: str, value: str) -> str:
    return f'<p style="{_ROW}"><span style="{_NAME}">{_text(name)}</span>&ensp;{_text(value)}</p>'


def _picture(image: Image, names: Mapping[int, str]) -> str:
    """A picture whose bytes are not there is told."""
    if image.file_id not in names:
        return f'<p style="{_SMALL}">{_text(image.alt)}</p>\n'
    return f'<img src="cid:{names[image.file_id]}" alt="{escape(image.alt)}" style="{_PICTURE}">\n'


def _text(text: str) -> str:
    return escape(clean(text)).replace("\n", "<br>")
