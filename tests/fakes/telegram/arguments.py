"""How the Bot API reads its arguments: query, form, multipart and JSON, by type."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from aiohttp import web

from tests.fakes.telegram.values import Json, bad

# These are words even where they look like numbers or JSON.
_WORDS = frozenset(
    {
        "action",
        "callback_query_id",
        "caption",
        "description",
        "document",
        "file_id",
        "inline_message_id",
        "language_code",
        "name",
        "parse_mode",
        "photo",
        "secret_token",
        "short_description",
        "text",
        "title",
        "url",
    }
)
_ATTACHED = "attach://"


@dataclass(frozen=True, slots=True)
class Upload:
    name: str
    content: bytes
    mime_type: str


class Arguments:
    """A call's arguments; each getter refuses what has the wrong type."""

    def __init__(self, given: Json, uploads: Mapping[str, Upload] | None = None) -> None:
        self._given = {key: value for key, value in given.items() if value is not None}
        self._uploads = uploads or {}
        if not _encodable(self._given):
            raise bad("strings must be encoded in UTF-8")

    @property
    def payload(self) -> Json:
        """The arguments for the record, files by name."""
        files = {key: self._uploads[key] for key in self._uploads.keys() - self._attached()}
        shown: Json = {key: self._shown(value) for key, value in self._given.items()}
        return shown | {key: {"$file": upload.name} for key, upload in files.items()}

    def words(self, key: str) -> str:
        value = self._given.get(key, "")
        if not isinstance(value, str):
            raise bad(f"field {key} must be of type String")
        return value

    def whole(self, key: str) -> int | None:
        value = self._given.get(key)
        if isinstance(value, str) and value.removeprefix("-").isdecimal():
            return int(value)
        if value is not None and (not isinstance(value, int) or isinstance(value, bool)):
            raise bad(f"field {key} must be of type Number")
        return value

    def flag(self, key: str) -> bool:
        value = self._given.get(key, False)
        if not isinstance(value, bool):
            raise bad(f"field {key} must be of type Boolean")
        return value

    def table(self, key: str) -> Json | None:
        value = self._given.get(key)
        if value is not None and not isinstance(value, dict):
            raise bad(f"can't parse {key}: object expected")
        return value

    def rows(self, key: str) -> list[object] | None:
        value = self._given.get(key)
        if value is not None and not isinstance(value, list):
            raise bad(f"can't parse {key}: array expected")
        return value

    def file(self, key: str) -> Upload | str:
        """A file sent along, or the words that name one kept already."""
        return self._uploads.get(key) or self.attached(self.words(key))

    def attached(self, named: str) -> Upload | str:
        if named.startswith(_ATTACHED):
            upload = self._uploads.get(named.removeprefix(_ATTACHED))
            if upload is None:
                raise bad("attached file not found")
            return upload
        return named

    def _shown(self, value: object) -> object:
        """The value with every attached file by its name."""
        if isinstance(value, dict):
            return {key: self._shown(inner) for key, inner in value.items()}
        if isinstance(value, list):
            return [self._shown(inner) for inner in value]
        upload = self._uploads.get(_attachment(value))
        return {"$file": upload.name} if upload else value

    def _attached(self) -> set[str]:
        """The uploads that other arguments refer to."""
        whole = json.dumps(self._given)
        return {key for key in self._uploads if f'"{_ATTACHED}{key}"' in whole}


def _attachment(value: object) -> str:
    given = value if isinstance(value, str) else ""
    return given.removeprefix(_ATTACHED) if given.startswith(_ATTACHED) else ""


def _encodable(value: object) -> bool:
    """Whether every text in it is whole: half a character cannot be sent in UTF-8."""
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return False
    return True


async def read_arguments(request: web.Request) -> Arguments:
    if request.content_type == "application/json":
        return Arguments({**request.query, **_object(await request.read())})
    given: Json = {key: _decoded(key, value) for key, value in request.query.items()}
    uploads: dict[str, Upload] = {}
    for key, value in (await request.post()).items():
        if isinstance(value, web.FileField):
            uploads[key] = Upload(value.filename, value.file.read(), value.content_type)
        else:
            given[key] = _decoded(key, value)
    return Arguments(given, uploads)


def _object(body: bytes) -> Json:
    try:
        given = json.loads(body or b"{}")
    except ValueError:
        given = None
    if not isinstance(given, dict):
        raise bad("can't parse JSON object")
    return given


def _decoded(key: str, value: object) -> object:
    """A form's value: words as they are, all else by its JSON where it is some."""
    if key in _WORDS or not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value
