"""What passes between the platforms and the door: requests in, replies and pages out.

A listener turns its platform's payload into a `Request` and knows nothing more. The door answers
with a `Reply` whose words are already in the reader's language, so that an adapter only draws.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from bot.pages import Form, Page
from scheduler.sending import Rate
from storage.database import Json


@dataclass(frozen=True, slots=True)
class Address:
    """A conversation: a platform, its workspace, a chat, and perhaps a thread within it."""

    platform: str
    workspace: str
    chat: str
    thread: str = ""


# --- in -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file as its platform names it; the bytes are fetched later through `remote`."""

    remote: str
    name: str = ""
    media: str = ""
    size: int = 0


@dataclass(frozen=True, slots=True)
class Origin:
    """Whose words were passed on, and when they were written; `user` is their account, if known."""

    author: str
    at: datetime
    user: str = ""


@dataclass(frozen=True, slots=True)
class Spot:
    """A place on earth, in degrees, perhaps with a name."""

    latitude: float
    longitude: float
    title: str = ""


@dataclass(frozen=True, slots=True)
class PhoneCard:
    """Somebody's name and phone number; `own` says that the sender's platform vouches for it."""

    name: str
    phone: str
    own: bool = False


@dataclass(frozen=True, slots=True)
class Typed:
    """Somebody wrote words, sent files, a place or a phone number, or passed on another's message.

    `command` is set when the platform itself parsed `/command text`. `album` is common to files
    that were sent as one. `edited` says that an earlier message, the request's `message`, now
    reads so.
    """

    text: str = ""
    files: tuple[Attachment, ...] = ()
    command: str = ""
    origin: Origin | None = None
    spot: Spot | None = None
    phone: PhoneCard | None = None
    album: str = ""
    edited: bool = False


@dataclass(frozen=True, slots=True)
class Pressed:
    """Somebody pressed a button of ours; `data` is what it held, `message` what it hung on."""

    data: str
    message: str = ""


@dataclass(frozen=True, slots=True)
class Submitted:
    """Somebody submitted the form of a draft.

    Values are strings, lists of strings, or attachments, by field.
    """

    draft: int
    answers: Mapping[str, Json]
    files: tuple[Attachment, ...] = ()


@dataclass(frozen=True, slots=True)
class Started:
    """Somebody opened the bot for the first time, or came by a link that carries a code."""

    code: str = ""


@dataclass(frozen=True, slots=True)
class Marked:
    """Somebody marked a message, the request's `message`, to have it recorded by a command.

    `found` is what it says; without it, it is yet to be asked for. `ask` wants a form first.
    """

    command: str
    found: Typed | None = None
    ask: bool = False


@dataclass(frozen=True, slots=True)
class Opened:
    """Somebody looks at their front page, which stands beside their direct chat."""


Said = Typed | Pressed | Submitted | Started | Marked | Opened


@dataclass(frozen=True, slots=True)
class Request:
    """One thing that one account did.

    `key` is the platform's delivery key (empty when it has none). `at` is the platform's time of
    the deed. `reply_to` is the message being answered. `inline` says that the reply can carry a
    page, `opens` that a form can be opened, `mentions` that the bot was addressed. `external` marks
    a chat shared with other companies. `raw` is what the platform sent.
    """

    address: Address
    user: str
    said: Said
    at: datetime
    key: str = ""
    user_name: str = ""
    language: str = ""
    message: str = ""
    reply_to: str = ""
    direct: bool = True
    title: str = ""
    inline: bool = False
    opens: bool = False
    mentions: bool = True
    external: bool = False
    raw: bytes = field(default=b"", repr=False)


# --- in: what happens to the bot ------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Moved:
    """The chat has another number."""

    to: str


@dataclass(frozen=True, slots=True)
class Standing:
    """What the bot may do there has changed: whether it may speak at all, and could before."""

    inside: bool
    was: bool


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to the bot in a chat, rather than something said to it."""

    address: Address
    what: Moved | Standing
    at: datetime
    key: str
    direct: bool = False
    title: str = ""
    language: str = ""


# --- out: replies ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Silent:
    """Nothing to show at once: what there is to say comes as a letter."""


@dataclass(frozen=True, slots=True)
class Toast:
    """A short sentence that passes. `alert` wants to be noticed."""

    text: str
    alert: bool = False


@dataclass(frozen=True, slots=True)
class Show:
    """A page for this person only, that may be lost."""

    page: Page


@dataclass(frozen=True, slots=True)
class Open:
    """Open this form."""

    form: Form


@dataclass(frozen=True, slots=True)
class Wrong:
    """The form stays open: these answers are wrong, by field."""

    errors: Mapping[str, str]


Reply = Silent | Toast | Show | Open | Wrong


# --- the two sides --------------------------------------------------------------------------------


class Gate(Protocol):
    """The door, as a listener sees it."""

    async def handle(self, request: Request) -> Reply:
        """Do what was asked, commit it, and say what to answer.

        Raises `storage.database.Gone`: do not acknowledge then.
        """

    async def options(
        self, request: Request, draft: int, field: str, text: str
    ) -> list[tuple[str, str]]:
        """What a search field offers for these letters: values and labels."""

    async def shared(self, address: Address, *, external: bool) -> None:
        """Other companies read a chat from now on, or do not any more."""

    async def set_aside(self, platform: str, raw: bytes, reason: str) -> None:
        """Keep what could not be parsed, and report it."""


@dataclass(frozen=True, slots=True)
class Handed:
    """A file as it is handed over."""

    name: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Parcel:
    """A page to be sent. `key` marks the letter where a platform can be asked for it afterwards.

    `pictures` are the bytes of the page's images that the platform does not have yet, `papers` the
    files that go along, `language` is the reader's.
    """

    address: Address
    page: Page
    key: str
    quiet: bool = False
    pictures: Mapping[int, bytes] = field(default_factory=dict, repr=False)
    papers: Mapping[int, Handed] = field(default_factory=dict, repr=False)
    language: str = ""


@dataclass(frozen=True, slots=True)
class Landed:
    """Where a page was shown: the chat's real id, and the message's.

    Not `whole` without its pictures: it is redrawn until they are there.
    """

    chat: str
    message: str
    whole: bool = True


class Platform(Protocol):
    """One platform's sending side.

    Sends raise `Later`, `Never` or `Unclear` (commands.kit.errors) and nothing else. `carries` says
    that pictures go along as bytes, once to each workspace, and files where links lead nowhere.
    """

    name: str
    carries: bool

    async def direct(self, user: str) -> str:
        """The direct chat with an account."""

    async def send(self, parcel: Parcel) -> Landed:
        """Post a page."""

    async def redraw(self, parcel: Parcel, message: str) -> None:
        """Show a page in place of an earlier one; "not modified" counts as done."""

    async def find(self, parcel: Parcel) -> Landed | None:
        """Look for a page that may have been posted; None when it surely was not.

        Raises `Unclear` when it can't be known.
        """

    async def fetch(self, remote: str) -> bytes:
        """The bytes of a file that somebody sent."""

    def rates(self, address: Address) -> tuple[Rate, ...]:
        """The limits that a message to this address counts against."""
