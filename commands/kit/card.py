"""Cards: what people see, as a title and a closed set of parts, each with its audience."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from commands.kit.packing import Packing
from commands.kit.people import Department
from commands.kit.words import T, Words
from storage.database import Json


@dataclass(frozen=True, slots=True)
class Audience:
    """Who may see a part: customers and strangers too, all staff, or the departments named.

    With `admins`, administrators alone, where only they read.
    """

    outside: bool = True
    departments: frozenset[Department] | None = None
    admins: bool = False


PUBLIC = Audience()
STAFF = Audience(outside=False)
ADMINS = Audience(outside=False, admins=True)
OUTSIDE = Audience(outside=True, departments=frozenset())


def only(*departments: Department) -> Audience:
    """These departments alone."""
    return Audience(outside=False, departments=frozenset(departments))


@dataclass(frozen=True, slots=True)
class Ref:
    """A subject: its kind, such as `case`, and its id; `view` is another card of it than the usual.

    A view is a name that the noun declares, perhaps with what the view needs to know: `warn:first`.
    """

    kind: str
    id: int
    view: str = ""

    def __str__(self) -> str:
        return f"{self.kind}{self.id}"


@dataclass(frozen=True, slots=True)
class Line:
    """A sentence of ours."""

    text: Words
    to: Audience = PUBLIC


@dataclass(frozen=True, slots=True)
class Note:
    """A sentence of ours in small print."""

    text: Words
    to: Audience = STAFF


@dataclass(frozen=True, slots=True)
class Quote:
    """Somebody's own words, shown as they are."""

    text: str
    by: Words = ""
    to: Audience = PUBLIC


@dataclass(frozen=True, slots=True)
class Facts:
    """Names and values."""

    rows: tuple[tuple[Words, Words], ...]
    to: Audience = PUBLIC


@dataclass(frozen=True, slots=True)
class Link:
    """An address of ours, to be opened or copied as it stands; never one that somebody wrote.

    One that begins with a slash is on our own web server, whatever that is called when it is drawn.
    """

    url: str
    to: Audience = STAFF


@dataclass(frozen=True, slots=True)
class Picture:
    """A file kept by us, shown as a picture."""

    file_id: int
    alt: Words
    to: Audience = STAFF


@dataclass(frozen=True, slots=True)
class Download:
    """A file kept by us, as a link that is made for its reader alone when the card is sent.

    `note` says what is to be known of the link; where no link would open, the file itself goes.
    """

    file_id: int
    label: Words
    note: Words = ""
    to: Audience = PUBLIC


@dataclass(frozen=True, slots=True)
class Button:
    """A command with answers bound. `about` and `revision` say which subject, as it was then."""

    label: T
    does: str
    answers: Mapping[str, Json] = field(default_factory=dict)
    about: Ref | None = None
    revision: int = 0
    style: str = ""
    confirm: T | None = None


@dataclass(frozen=True, slots=True)
class Buttons:
    """What can be done next."""

    row: tuple[Button, ...]
    to: Audience = STAFF


Part = Line | Note | Quote | Facts | Link | Picture | Download | Buttons


@dataclass(frozen=True, slots=True)
class Card:
    """A title, which is also the notification, and parts. `about` is the subject it speaks of."""

    title: Words
    parts: tuple[Part, ...] = ()
    about: Ref | None = None

    def __add__(self, more: tuple[Part, ...]) -> Card:
        return replace(self, parts=self.parts + more)


def buttons(card: Card) -> list[Button]:
    """Every button of a card."""
    return [b for part in card.parts if isinstance(part, Buttons) for b in part.row]


def merged(cards: tuple[Card, ...]) -> Card:
    """Several cards for one person as one, in the order they were written."""
    parts: list[Part] = []
    for card in cards:
        parts.append(Line(card.title))
        parts.extend(part for part in card.parts if not isinstance(part, Picture))
    return Card(T("{n} things for you", n=len(cards)), tuple(parts))


def on_behalf(card: Card, name: str) -> Card:
    """A card that comes to somebody's deputy: it says for whom."""
    return replace(card, title=T("For {name}: {title}", name=name, title=card.title))


# --- kept in rows ---------------------------------------------------------------------------------

_PACKING: Packing[Card] = Packing(
    Card, Line, Note, Quote, Facts, Link, Picture, Download, Buttons, Button, Ref, Audience
)


def encode(card: Card) -> Json:
    """Turn a card into JSON, its words untranslated."""
    return _PACKING.pack(card)


def decode(packed: Json) -> Card:
    """Turn it back."""
    return _PACKING.unpack(packed)
