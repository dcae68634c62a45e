"""People at the local chat: they load its page, read it, and do what it lets them do."""

from __future__ import annotations

import asyncio
import re
import threading
import uuid
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx2
from starlette.types import ASGIApp

from tests.players.web_html import Node, parsed

Json = Any
IN_SIGHT = 30
MESSAGE = re.compile(r'<article [^>]*data-id="([0-9]+)"')
PICTURE = bytes.fromhex(
    "89504e470d0a1a0a0000000d494844520000000100000001080200000090"
    "7753de0000000c49444154789c63f8cfc000000301010018dd8db00000000049454e44ae426082"
)


class Browser:
    """A browser in which everybody is played: it opens the link once and keeps the session."""

    def __init__(self, app: ASGIApp, link: Callable[[], str]) -> None:
        self._app = app
        self._link = link
        self._cookies = httpx2.Cookies()

    def _client(self) -> httpx2.AsyncClient:
        return httpx2.AsyncClient(
            transport=httpx2.ASGITransport(app=self._app),
            base_url="http://127.0.0.1:8080",
            cookies=self._cookies,
        )

    async def _entered(self, client: httpx2.AsyncClient) -> None:
        if not self._cookies:
            answer = await client.get(self._link())
            assert answer.status_code == 303, answer.text
            self._cookies = client.cookies

    async def page(self, **asked: str) -> Node:
        """Load the page."""
        return parsed(await self.source(**asked))

    async def source(self, **asked: str) -> str:
        """Load the page as it is written."""
        async with self._client() as client:
            await self._entered(client)
            answer = await client.get("/chat", params=asked)
        assert answer.status_code == 200, f"{asked}: {answer.status_code} {answer.text[:200]}"
        return answer.text

    async def get(self, path: str) -> httpx2.Response:
        """Open an address."""
        async with self._client() as client:
            await self._entered(client)
            return await client.get(path)

    async def fetch(self, path: str) -> bytes:
        """Load what the page names."""
        answer = await self.get(path)
        assert answer.status_code == 200, f"{path}: {answer.status_code} {answer.text[:200]}"
        return answer.content

    def page_now(self, **asked: str) -> Node:
        """Load the page from where nothing can be awaited."""
        found: list[Node] = []
        thread = threading.Thread(target=lambda: found.append(asyncio.run(self.page(**asked))))
        thread.start()
        thread.join()
        assert found, f"the page {asked} could not be loaded"
        return found[0]

    async def post(
        self, path: str, fields: Mapping[str, Json], token: str, photos: Mapping[str, bytes]
    ) -> Json:
        """Post what the page would."""
        files = [("files", (name, content, "image/png")) for name, content in photos.items()]
        async with self._client() as client:
            answer = await client.post(
                f"/chat/{path}",
                data=dict(fields),
                files=files or None,
                headers={"x-headwater-token": token},
            )
        assert answer.status_code == 200, f"{path}: {answer.status_code} {answer.text[:200]}"
        return answer.json()


@dataclass
class Sight:
    """Something in sight: a message, or an answer for this person alone that came after one."""

    after: int
    node: Node
    text: str
    id: str = ""

    def buttons(self) -> list[Node]:
        return [node for node in self.node.all("button", has="data-press") if not node.hidden]


@dataclass
class _Form:
    node: Node
    thread: str
    chat: str
    values: dict[str, list[str]] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)


async def _nothing() -> None:
    return


class WebPlayer:
    """Plays one account; `settle` lets the bot finish speaking between answered questions."""

    platform = "web"

    def __init__(
        self,
        browser: Browser,
        user: str,
        name: str,
        settle: Callable[[], Awaitable[None]] = _nothing,
    ) -> None:
        self.browser = browser
        self.user = user
        self.name = name
        self._settle = settle
        self._whispers: dict[str, list[Sight]] = {}
        self._form: _Form | None = None

    # --- doing ------------------------------------------------------------------------------------

    async def says(self, text: str, *, where: str = "", reply_to: str = "", times: int = 1) -> None:
        await self._write(text, {}, where, reply_to, times)

    async def sends_photo(
        self, text: str = "", *, where: str = "", reply_to: str = "", name: str = "photo.png"
    ) -> None:
        await self._write(text, {name: PICTURE}, where, reply_to, 1)

    async def sends_file(
        self, name: str, content: bytes, text: str = "", *, where: str = "", reply_to: str = ""
    ) -> None:
        await self._write(text, {name: content}, where, reply_to, 1)

    async def _write(
        self, text: str, photos: Mapping[str, bytes], where: str, reply_to: str, times: int
    ) -> None:
        page = await self._page(where)
        fields = {"text": text}
        if reply_to:
            answered = self._newest(page, reply_to)
            fields["reply"] = answered.node.first(has="data-reply")["data-reply"]
        await self._post(page, "say", fields, photos, times=times)

    async def presses(self, label: str, *, on: str = "", where: str = "", times: int = 1) -> None:
        page = await self._page(where)
        for seen in reversed(self._sights(page)):
            button = _button(seen, label) if on in seen.text else None
            if button:
                fields = {"data": button["data-press"], "message": seen.id}
                await self._post(page, "press", fields, times=times)
                return
        raise AssertionError(
            f"{self.name} sees no button {label!r} on {on!r}:\n{self.reads(where)}"
        )

    async def answers(self, **fields: str) -> None:
        if self._form is None:
            for value in fields.values():
                await self.says(value)
                await self._settle()
            return
        for name, value in fields.items():
            await self._fill(name, value)
        await self._submit()

    async def closes(self) -> None:
        form = self._form
        assert form, f"{self.name} has no form open"
        page = await self.browser.page(**{"as": self.user, "in": form.chat})
        leave = form.node.first("form")["data-leave"]
        await self._post(page, "press", {"data": leave})

    async def picks(self, label: str) -> None:
        if self._form is None:
            await self.presses(label)
            return
        form = self._form
        searches = form.node.all(has="data-search")
        wrong = [s for s in searches if s["data-search"] in form.errors]
        open_ = [s for s in searches if not form.values.get(s["data-search"])]
        asked = next(iter([*wrong, *open_, *searches]), None)
        assert asked, f"nothing can be picked in the form:\n{form.node.text}"
        offered = await self._offered(asked["data-search"], "")
        found = [value for value, text in offered if text.startswith(label)]
        assert found, f"{label!r} is not offered: {[text for _, text in offered]}"
        form.values[asked["data-search"]] = [found[0]]
        await self._submit()

    async def starts(self, code: str = "") -> None:
        await self._post(await self._page(""), "begin", {"code": code})

    # --- seeing -----------------------------------------------------------------------------------

    def sees(self, *texts: str, where: str = "") -> bool:
        return any(all(text in seen for text in texts) for seen in self._texts(where))

    def reads(self, where: str = "") -> str:
        return "\n\n".join(self._texts(where))

    def links(self) -> list[str]:
        return [node["href"] for node in self.nodes() if node.tag == "a"]

    def handed(self) -> list[tuple[str, bytes]]:
        return []

    def buttons(self, on: str = "", where: str = "") -> list[str]:
        seen = self._newest(self._page_now(where), on)
        return [button.text for button in seen.buttons()]

    def count(self, text: str, where: str = "") -> int:
        return sum(text in seen for seen in self._texts(where))

    def _texts(self, where: str) -> list[str]:
        seen = [one.text for one in self._sights(self._page_now(where))]
        return [*seen, _form_text(self._form)] if self._form else seen

    def nodes(self) -> Iterator[Node]:
        """Every element of what is said in sight, without who said it, and of the open form."""
        for seen in self._sights(self._page_now("")):
            head = {id(node) for by in seen.node.all(kind="by") for node in by.walk()}
            yield from (node for node in seen.node.walk() if id(node) not in head)
        if self._form:
            yield from self._form.node.walk()

    # --- the page ---------------------------------------------------------------------------------

    async def _page(self, where: str) -> Node:
        page = await self.browser.page(**{"as": self.user})
        return await self.browser.page(**self._asked(page, where)) if where else page

    def _page_now(self, where: str) -> Node:
        page = self.browser.page_now(**{"as": self.user})
        return self.browser.page_now(**self._asked(page, where)) if where else page

    def _asked(self, page: Node, where: str) -> dict[str, str]:
        """Where the conversation's link in the list leads."""
        links = [a for a in page.all("a", kind="line") if "person" not in a.classes]
        found = [a["href"] for a in links if a.first("b").text == where]
        assert found, f"{self.name} has no conversation {where!r}"
        return dict(httpx2.URL(found[0]).params)

    def _sights(self, page: Node) -> list[Sight]:
        messages = [_message(node) for node in page.all("article", has="data-id")]
        whispers = self._whispers.get(page.first("body")["data-in"], [])
        return sorted([*messages, *whispers], key=lambda seen: seen.after)[-IN_SIGHT:]

    def _newest(self, page: Node, text: str) -> Sight:
        found = [seen for seen in self._sights(page) if text in seen.text]
        assert found, f"{self.name} sees nothing with {text!r}"
        return found[-1]

    async def _post(
        self,
        page: Node,
        path: str,
        fields: Mapping[str, Json],
        photos: Mapping[str, bytes] | None = None,
        *,
        times: int = 1,
    ) -> None:
        """Do something, as often as it is delivered; what is answered last is what is seen."""
        body = page.first("body")
        chat = body["data-in"]
        sent = {**fields, "as": self.user, "in": chat, "id": str(uuid.uuid4())}
        token = page.first("meta", name="token")["content"]
        answer = await self.browser.post(path, sent, token, photos or {})
        for _ in range(times - 1):
            answer = await self.browser.post(path, sent, token, photos or {})
        after = await self.browser.source(**{"as": self.user, "in": chat})
        self._shown(answer, chat, max(map(int, MESSAGE.findall(after)), default=0))

    def _shown(self, answer: Json, chat: str, last: int) -> None:
        match answer["kind"]:
            case "toast":
                self._whisper(chat, Sight(last, parsed(""), answer["text"]))
            case "show":
                node = parsed(answer["html"])
                self._whisper(chat, Sight(last, node, node.first("div", kind="body").text))
            case "open":
                self._form = _opened(parsed(answer["html"]), answer["thread"], chat)
            case "wrong":
                assert self._form
                self._form.errors = answer["errors"]
            case _:
                assert answer["kind"] == "silent"
        if answer["kind"] not in {"open", "wrong"}:
            self._form = None

    def _whisper(self, chat: str, seen: Sight) -> None:
        self._whispers.setdefault(chat, []).append(seen)

    # --- forms ------------------------------------------------------------------------------------

    async def _fill(self, name: str, value: str) -> None:
        assert self._form
        found = [n for n in self._form.node.all(has="data-field") if n["data-field"] == name]
        assert found, f"the form does not ask for {name}:\n{self._form.node.text}"
        if found[0].all(has="data-search"):
            self._form.values[name] = [await self._looked_up(name, value)]
        elif found[0].all("option") or found[0].all("label", kind="chip"):
            self._form.values[name] = _chosen(found[0], value)
        else:
            assert not found[0].all("input", type="file"), "photos are sent, not typed"
            self._form.values[name] = [value]

    async def _looked_up(self, name: str, typed: str) -> str:
        """The line with these very words, or the only line; otherwise what was typed stands."""
        offered = await self._offered(name, typed)
        assert offered, f"nothing is offered for {typed!r}"
        exactly = [value for value, text in offered if text == typed]
        if exactly:
            return exactly[0]
        return offered[0][0] if len(offered) == 1 else typed

    async def _offered(self, name: str, typed: str) -> list[tuple[str, str]]:
        form = self._form
        assert form
        fields = {"draft": form.node.first("form")["data-draft"], "field": name, "text": typed}
        answer = await self._send("options", {**fields, "thread": form.thread})
        lines = parsed(answer["options"]).all("li")
        return [(line["data-value"], line.text) for line in lines]

    async def _submit(self) -> None:
        form = self._form
        assert form
        letters = {
            node["name"][2:]: node["name"]
            for node in form.node.walk()
            if node["name"][:2] in {"f.", "m."}
        }
        fields: dict[str, Json] = {
            letters[name]: values if letters[name].startswith("m.") else values[0]
            for name, values in form.values.items()
            if values
        }
        fields |= {"draft": form.node.first("form")["data-draft"], "thread": form.thread}
        page = await self.browser.page(**{"as": self.user, "in": form.chat})
        await self._post(page, "submit", fields)

    async def _send(self, path: str, fields: Mapping[str, Json]) -> Json:
        assert self._form
        chat = self._form.chat
        page = await self.browser.page(**{"as": self.user, "in": chat})
        token = page.first("meta", name="token")["content"]
        sent = {**fields, "as": self.user, "in": chat, "id": str(uuid.uuid4())}
        return await self.browser.post(path, sent, token, {})


def _button(seen: Sight, label: str) -> Node | None:
    """The button with this label, or else the first whose label begins with it."""
    exactly = [button for button in seen.buttons() if button.text == label]
    nearly = [button for button in seen.buttons() if button.text.startswith(label)]
    return next(iter([*exactly, *nearly]), None)


def _message(node: Node) -> Sight:
    """A message without its author and time: what somebody reads as said."""
    body = node.first("div", kind="body")
    said = [child for child in body.inside if isinstance(child, Node) and "by" not in child.classes]
    text = "\n".join(child.text for child in said)
    return Sight(int(node["data-id"]), node, text, node["data-id"])


def _opened(node: Node, thread: str, chat: str) -> _Form:
    form = _Form(node, thread, chat)
    for place in node.all(has="data-error"):
        if place.text:
            form.errors[place["data-error"]] = place.text
    for asked in node.all(has="data-field"):
        form.values[asked["data-field"]] = _so_far(asked)
    return form


def _so_far(asked: Node) -> list[str]:
    chosen = [n["value"] for n in asked.all("input", has="checked")]
    chosen += [n["value"] for n in asked.all("option", has="selected")]
    typed = [n["value"] for n in asked.all("input") if n["type"] in {"text", "date"} and n["name"]]
    hidden = [n["value"] for n in asked.all("input", type="hidden")]
    long = [n.text for n in asked.all("textarea")]
    return [value for value in (*chosen, *typed, *hidden, *long) if value]


def _chosen(asked: Node, wanted: str) -> list[str]:
    """The values of what is offered under these labels."""
    offered = {n.text: n["value"] for n in asked.all("option") if n["value"]}
    offered |= {n.text: n.first("input")["value"] for n in asked.all("label", kind="chip")}
    labels = [wanted] if wanted in offered else wanted.replace("、", ",").split(",")
    for label in labels:
        assert label.strip() in offered, f"{label!r} is not on offer: {list(offered)}"
    return [offered[label.strip()] for label in labels]


def _form_text(form: _Form) -> str:
    values = [value for values in form.values.values() for value in values]
    return "\n".join([form.node.text, *values, *form.errors.values()])
