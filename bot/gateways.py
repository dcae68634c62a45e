"""The servers that carry e-mails and text messages, as the settings describe them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from email.errors import MessageError
from email.headerregistry import Address
from ipaddress import ip_address
from urllib.parse import SplitResult, parse_qsl, quote_plus, unquote, urlsplit

from storage.database import Json

SCHEMES = {"smtp": 587, "smtps": 465}
METHODS = ("POST", "PUT", "GET")
JSON, FORM = "application/json", "application/x-www-form-urlencoded"
ANY_GOOD = "200-299"
# What is no secret, and stands in many a sentence.
_PLAIN_HEADERS = {"content-type", "accept", "user-agent"}
_SHORTEST_SECRET = 8
_NAMED = re.compile(r'\s*"?([^<>"]*?)"?\s*<([^<>\s]+)>\s*')
_PLACE = re.compile(r"\{(to|text)\}")
_RANGE = re.compile(r"(\d{3})(?:-(\d{3}))?")
_HEADER = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")


class Readable(ValueError):
    """A password would go over the network as it is."""


# --- e-mail ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where e-mails are handed in. `tls` from the first byte, else STARTTLS, or neither."""

    host: str
    port: int
    user: str = ""
    password: str = field(default="", repr=False)
    tls: bool = False
    starttls: bool = True


def mail_server(url: str) -> MailServer:
    """What SMTP_URL names. Raises ValueError, `Readable` where it would not be encrypted."""
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query, strict_parsing=True)) if parts.query else {}
    if not _whole(parts) or query not in ({}, {"starttls": "never"}):
        raise ValueError("this is no address of a mail server")
    if query and not _here(parts.hostname or ""):
        raise Readable("a server elsewhere is spoken to in cipher")
    return MailServer(
        host=parts.hostname or "",
        port=parts.port or SCHEMES[parts.scheme],
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        tls=parts.scheme == "smtps",
        starttls=parts.scheme == "smtp" and not query,
    )


def _whole(parts: SplitResult) -> bool:
    """Whether scheme, server, and either both of user and password or none are there."""
    bare = parts.path in {"", "/"} and not parts.fragment
    both = bool(parts.username) == bool(parts.password)
    return parts.scheme in SCHEMES and bool(parts.hostname) and bare and both


def _here(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def mailbox(written: str) -> Address:
    """A name and an address, as in `Headwater <hello@example.com>`. Raises ValueError."""
    named = _NAMED.fullmatch(written)
    name, address = (named[1], named[2]) if named else ("", written.strip())
    if not (name + address).isprintable() or not address.isascii():
        raise ValueError("this is no name and address")
    try:
        found = Address(name, addr_spec=address)
    except (MessageError, IndexError) as error:
        raise ValueError("this is no address") from error
    if not (found.username and found.domain):
        raise ValueError("this is no whole address")
    return Address(name or found.domain, found.username, found.domain)


# --- text messages --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SmsGateway:
    """How a provider is asked to send a text message, and how its answer is read.

    `body` and `url` hold {to} and {text}. `accepted` is a range of statuses, or what stands in the
    answer to a message that was taken. `id_path` leads to the provider's number of the message.
    """

    url: str = field(repr=False)
    method: str = "POST"
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: str = field(default="", repr=False)
    accepted: range | re.Pattern[str] = range(200, 300)
    id_path: str = ""

    @property
    def media(self) -> str:
        """What the body is: as its header says, else as it looks."""
        said = next((v for k, v in self.headers.items() if k.lower() == "content-type"), "")
        return said.partition(";")[0].strip().lower() or (
            JSON if self.body.lstrip().startswith(("{", "[")) else FORM
        )

    @property
    def host(self) -> str:
        """The provider's machine."""
        return urlsplit(self.url).hostname or ""

    def address(self, to: str, text: str) -> str:
        """Where one message is asked for."""
        return _filled(self.url, {"to": quote_plus(to), "text": quote_plus(text)})

    def content(self, to: str, text: str) -> str:
        """The body for one message; nothing in it can end a value and begin another."""
        escape = _in_json if self.media == JSON else quote_plus
        return _filled(self.body, {"to": escape(to), "text": escape(text)})

    def usable(self) -> bool:
        """Whether number and words both go along, in a body that can be read."""
        asked = self.url + self.body
        if not ("{to}" in asked and "{text}" in asked) or self.media not in {JSON, FORM}:
            return False
        return not self.body or self.media == FORM or _is_json(self.content("13800000000", "x"))

    def secrets(self) -> Iterator[str]:
        """What in the headers nobody may read."""
        for name, value in self.headers.items():
            if name.lower() not in _PLAIN_HEADERS:
                yield value
                yield from (word for word in value.split() if len(word) >= _SHORTEST_SECRET)


def _filled(template: str, values: Mapping[str, str]) -> str:
    """Both places in one go, so that a message that speaks of {to} stays as it is."""
    return _PLACE.sub(lambda found: values[found[1]], template)


def _in_json(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)[1:-1]


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


def web_address(url: str) -> str:
    """An address of a web server. Raises ValueError."""
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or not url.isprintable():
        raise ValueError("this is no address of a web server")
    return url


def headers(written: str) -> dict[str, str]:
    """A JSON object of headers. Raises ValueError."""
    found: Json = json.loads(written) if written.strip() else {}
    if not isinstance(found, dict) or not all(map(_is_header, found, found.values())):
        raise ValueError("these are no headers")
    return dict(found)


def _is_header(name: str, value: Json) -> bool:
    sound = isinstance(value, str) and value.isascii() and value.isprintable()
    return bool(_HEADER.fullmatch(name)) and sound


def accepting(written: str) -> range | re.Pattern[str]:
    """A status, a range of them, or a pattern for the answer. Raises ValueError."""
    statuses = _RANGE.fullmatch(written.strip() or ANY_GOOD)
    if statuses:
        return range(int(statuses[1]), int(statuses[2] or statuses[1]) + 1)
    try:
        return re.compile(written)
    except re.error as error:
        raise ValueError("this is no pattern") from error
