"""Turns what the page posts into requests for the door, and replies into what the page shows."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, assert_never

from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request as Post
from starlette.responses import JSONResponse, Response

from bot.platform import (
    Address,
    Gate,
    Open,
    Pressed,
    Reply,
    Request,
    Said,
    Show,
    Silent,
    Started,
    Submitted,
    Toast,
    Typed,
    Wrong,
)
from bot.web import company, draw
from bot.web.company import Player, Room
from bot.web.live import Live
from bot.web.pages import Pages
from bot.web.setting import Clock
from bot.web.uploads import MOST_BYTES, MOST_WORDS, attachments, named, sent
from storage import rooms
from storage.database import Conflict, Database, Transaction
from storage.rooms import Message

Json = Any
MOST_POSTED = MOST_BYTES + 2**18  # photos, and the words that go with them
MOST_FILES = 10
MOST_DIGITS = 16
_ID = re.compile(r"[A-Za-z0-9-]{8,64}")
_CALLS = re.compile(r"@(?:源头|headwater\b)\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Scene:
    """Who does something, and in which conversation."""

    me: Player
    room: Room


@dataclass(frozen=True, slots=True)
class Under:
    """The message that is answered or pressed, and the thread that this happens in."""

    message: str = ""
    thread: str = ""


class Listener:
    """Every post of the page."""

    def __init__(
        self,
        gate: Gate,
        database: Database,
        clock: Clock,
        live: Live,
        pages: Pages,
        picture: draw.Address,
    ) -> None:
        self._gate = gate
        self._database = database
        self._clock = clock
        self._live = live
        self._pages = pages
        self._picture = picture

    # --- what people do ---------------------------------------------------------------------------

    async def say(self, post: Post) -> Response:
        """Words, photos, or both: shown first, under the page's own id, then heard by the door."""
        form = await _form(post)
        scene = await self._scene(form)
        under = await self._under(scene, form, "reply")
        text = _text(form, "text").strip()
        files = await sent(_files(form, "files"), scene.room.chat)
        if not text and not files:
            raise HTTPException(400)
        message = Message(
            chat=scene.room.chat,
            thread=under.thread,
            author=scene.me.user,
            text=text,
            files=named(files),
            at=self._clock.now(),
            once=_key(scene, form),
        )
        shown = await self._show(message, files)
        words, calls = _CALLS.subn("", text)
        request = self._request(
            scene,
            form,
            Typed(words, attachments(shown.files)),
            under,
            message=str(shown.id),
            called=bool(calls) or text.startswith("/"),
        )
        return await self._hear(scene, request)

    async def press(self, post: Post) -> Response:
        """A button."""
        form = await _form(post)
        scene = await self._scene(form)
        under = await self._under(scene, form, "message")
        said = Pressed(_text(form, "data"), under.message)
        thread = Under("", under.thread)
        request = self._request(scene, form, said, thread, message=under.message)
        return await self._hear(scene, request)

    async def submit(self, post: Post) -> Response:
        """A form."""
        form = await _form(post)
        scene = await self._scene(form)
        under = Under("", await self._thread(scene, form))
        files = await sent(_uploads(form), scene.room.chat)
        await self._database.write(lambda db: _keep(db, files))
        said = Submitted(_number(form, "draft"), _answers(form), attachments(named(files)))
        return await self._hear(scene, self._request(scene, form, said, under))

    async def begin(self, post: Post) -> Response:
        """Somebody opens the bot, perhaps with a code."""
        form = await _form(post)
        scene = await self._scene(form)
        said = Started(_text(form, "code").strip())
        return await self._hear(scene, self._request(scene, form, said, Under()))

    async def choose_language(self, post: Post) -> Response:
        """A player's own language: the same as if they had sent the command."""
        form = await _form(post)
        scene = await self._scene(form)
        said = Typed(_text(form, "to"), command="language")
        return await self._hear(scene, self._request(scene, form, said, Under()))

    async def options(self, post: Post) -> Response:
        """What a search field of a form offers."""
        form = await _form(post)
        scene = await self._scene(form)
        request = self._request(scene, form, Typed(), Under("", await self._thread(scene, form)))
        field, text = _text(form, "field"), _text(form, "text")
        found = await self._gate.options(request, _number(form, "draft"), field, text)
        return JSONResponse({"options": draw.options(found)})

    async def see(self, post: Post) -> Response:
        """A player has read a conversation down to a message."""
        form = await _form(post)
        scene = await self._scene(form)
        message = _number(form, "message")
        news, _ = await self._database.write(
            lambda db: rooms.see(db, scene.me.user, scene.room.chat, message)
        )
        if news:
            self._live.ring()
        return JSONResponse({"kind": "silent"})

    # --- from a post to a request, and back -------------------------------------------------------

    async def _scene(self, form: FormData) -> Scene:
        user, chat = _text(form, "as"), _text(form, "in")
        found = await self._database.read(lambda db: _scene(db, user, chat))
        if found is None:
            raise HTTPException(404)
        return found

    async def _under(self, scene: Scene, form: FormData, name: str) -> Under:
        """The message that a post names, if it stands in this conversation."""
        if not form.get(name):
            return Under()
        number = _number(form, name)
        found = await self._database.read(lambda db: rooms.get(db, number))
        if found is None or found.chat != scene.room.chat:
            raise HTTPException(404)
        if name == "reply":
            return Under(str(number), found.thread or str(number))
        return Under(str(number), found.thread)

    async def _thread(self, scene: Scene, form: FormData) -> str:
        return (await self._under(scene, form, "thread")).message

    async def _show(self, message: Message, files: Sequence[rooms.RoomFile]) -> Message:
        """Put a message where everybody sees it; one posted before is given back as it was."""
        try:
            shown, _ = await self._database.write(lambda db: _shown(db, message, files))
        except Conflict:
            # Its twin was committed meanwhile: now it will be found.
            shown, _ = await self._database.write(lambda db: _shown(db, message, files))
        self._live.ring()
        return shown

    def _request(
        self,
        scene: Scene,
        form: FormData,
        said: Said,
        under: Under,
        *,
        message: str = "",
        called: bool = True,
    ) -> Request:
        address = Address(company.PLATFORM, company.WORKSPACE, scene.room.chat, under.thread)
        return Request(
            address=address,
            user=scene.me.user,
            said=said,
            at=self._clock.now(),
            key=_key(scene, form),
            user_name=scene.me.name,
            language=self._pages.language_of(scene.me),
            message=message,
            reply_to=under.message,
            direct=scene.room.direct,
            title=scene.room.title,
            inline=True,
            opens=True,
            mentions=scene.room.direct or called,
            raw=_raw(form),
        )

    async def _hear(self, scene: Scene, request: Request) -> Response:
        reply = await self._gate.handle(request)
        return JSONResponse(self._answer(scene, request, reply))

    def _answer(self, scene: Scene, request: Request, reply: Reply) -> Json:
        match reply:
            case Silent():
                return {"kind": "silent"}
            case Toast():
                return {"kind": "toast", "text": reply.text, "alert": reply.alert}
            case Show():
                card = draw.seen_by(draw.page(reply.page, self._picture), scene.me.user)
                language = self._pages.language_of(scene.me)
                return {"kind": "show", "html": self._pages.only_you(card, language)}
            case Open():
                thread = request.address.thread
                return {"kind": "open", "html": draw.form(reply.form), "thread": thread}
            case Wrong():
                return {"kind": "wrong", "errors": dict(reply.errors)}
        assert_never(reply)


def _scene(db: Transaction, user: str, chat: str) -> Scene | None:
    me = company.player(db, user)
    room = company.room(db, me, chat) if me else None
    return Scene(me, room) if me and room else None


def _shown(db: Transaction, message: Message, files: Sequence[rooms.RoomFile]) -> Message:
    earlier = rooms.called(db, message.chat, message.once or "")
    if earlier is not None:
        return earlier
    _keep(db, files)
    rooms.add(db, message)
    return message


def _keep(db: Transaction, files: Sequence[rooms.RoomFile]) -> None:
    for file in files:
        rooms.keep_file(db, file)


# --- reading a post -------------------------------------------------------------------------------


async def _form(post: Post) -> FormData:
    return await post.form(max_files=MOST_FILES, max_fields=200, max_part_size=2**18)


def _text(form: FormData, name: str) -> str:
    value = form.get(name, "")
    if not isinstance(value, str) or len(value) > MOST_WORDS:
        raise HTTPException(400)
    return value


def _number(form: FormData, name: str) -> int:
    value = _text(form, name)
    if not (value.isascii() and value.isdecimal() and len(value) < MOST_DIGITS):
        raise HTTPException(400)
    return int(value)


def _key(scene: Scene, form: FormData) -> str:
    """What the page calls this deed: the same deed posted again has the same key."""
    made = _text(form, "id")
    if not _ID.fullmatch(made):
        raise HTTPException(400)
    return f"{scene.me.user}:{made}"


def _files(form: FormData, name: str) -> list[UploadFile]:
    return [f for f in form.getlist(name) if isinstance(f, UploadFile) and f.filename]


def _uploads(form: FormData) -> list[UploadFile]:
    return [file for name in form if name.startswith("u.") for file in _files(form, name)]


def _answers(form: FormData) -> dict[str, Json]:
    """The answers of a form: `f.` holds one value, `m.` several."""
    one = {name[2:]: _text(form, name) for name in form if name.startswith("f.")}
    several = {name[2:]: form.getlist(name) for name in form if name.startswith("m.")}
    return {**one, **several}


def _raw(form: FormData) -> bytes:
    """What was posted, but for the bytes of files."""
    words = [(name, value) for name, value in form.multi_items() if isinstance(value, str)]
    return json.dumps(words, ensure_ascii=False).encode()
