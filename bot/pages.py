"""Pages and forms as adapters draw them: every word is already in the reader's language."""

from __future__ import annotations

from dataclasses import dataclass

from storage.database import Json

# --- out: pages -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Say:
    """A sentence."""

    text: str


@dataclass(frozen=True, slots=True)
class Small:
    """A sentence in small print."""

    text: str


@dataclass(frozen=True, slots=True)
class Quoted:
    """Somebody's own words."""

    text: str
    by: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """Names and values."""

    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Image:
    """A picture that we keep, by its file's id; `remote` is what the platform calls it."""

    file_id: int
    alt: str
    remote: str = ""


@dataclass(frozen=True, slots=True)
class Link:
    """An address that opens something for this reader alone."""

    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Key:
    """A button: what it says, and what comes back. `style` is "", "primary" or "danger"."""

    label: str
    data: str
    style: str = ""
    confirm: str = ""


@dataclass(frozen=True, slots=True)
class Keys:
    """Buttons that belong together."""

    row: tuple[Key, ...]


Block = Say | Small | Quoted | Table | Link | Image | Keys


@dataclass(frozen=True, slots=True)
class Page:
    """A card as one reader sees it: cut to what they may see, in their language.

    `summary` is the notification. `papers` are the ids of files that go along as they are.
    """

    title: str
    blocks: tuple[Block, ...] = ()
    summary: str = ""
    papers: tuple[int, ...] = ()


# --- out: forms -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Line:
    """One line or several lines of words; `most` is the number of characters."""

    long: bool
    most: int


@dataclass(frozen=True, slots=True)
class Date:
    """A calendar day; values are ISO dates."""


@dataclass(frozen=True, slots=True)
class DateAndTime:
    """A day and a time; values are words such as "yesterday 3pm" or ISO local times."""


@dataclass(frozen=True, slots=True)
class Select:
    """One, or several, of a few options (value, label)."""

    options: tuple[tuple[str, str], ...]
    several: bool = False


@dataclass(frozen=True, slots=True)
class Search:
    """One of many, found while typing through `Door.options`.

    `chosen` is the label of the value, `offered` a first few.
    """

    chosen: str = ""
    offered: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Upload:
    """Files."""

    most: int


Input = Line | Date | DateAndTime | Select | Search | Upload


@dataclass(frozen=True, slots=True)
class Field:
    """One question of a form. `value` is what was answered so far: a string, or a list of them."""

    name: str
    label: str
    input: Input
    required: bool
    value: Json = None
    error: str = ""


@dataclass(frozen=True, slots=True)
class Form:
    """A draft as a form. `leave` is what comes back, like a button's, when it is closed unsent."""

    draft: int
    title: str
    fields: tuple[Field, ...]
    submit: str
    cancel: str
    leave: str = ""
