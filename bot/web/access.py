"""Lets in whoever started the rehearsal, and nobody else: by a link, a session and a token."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response

COOKIE = "headwater_chat"
HEADER = "x-headwater-token"
LASTS_S = 30 * 24 * 3600
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; "
    "connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
}
Answer = Callable[[Request], Awaitable[Response]]


class Access:
    """The lock of the chat. `refuse` says in words that a link is needed."""

    def __init__(self, secret: bytes, refuse: Answer) -> None:
        self._secret = secret
        self._refuse = refuse
        self._links: set[str] = set()

    def link(self) -> str:
        """A path that opens the chat once."""
        made = secrets.token_urlsafe(18)
        self._links.add(_digest(made))
        return f"/chat?key={made}"

    def enters(self, answer: Answer) -> Answer:
        """A page for those who are in, and for whoever comes by a link that was not used yet."""

        async def guarded(request: Request) -> Response:
            return await self._loopback_only(request, lambda: self._enter(request, answer))

        return guarded

    def session(self, request: Request) -> str:
        """Whose request this is; empty without a session of ours."""
        name = request.cookies.get(COOKIE, "").rpartition(".")[0]
        known = name and _same(self._signed(name), request.cookies[COOKIE])
        return name if known else ""

    def token(self, session: str) -> str:
        """What every post of this session carries."""
        return self._mark("token", session)

    def reads(self, answer: Answer) -> Answer:
        """A page for those who are in."""

        async def guarded(request: Request) -> Response:
            return await self._loopback_only(request, lambda: self._read(request, answer))

        return guarded

    def writes(self, answer: Answer, most: int) -> Answer:
        """A deed of those who are in, of at most so many bytes, with the session's token."""

        async def guarded(request: Request) -> Response:
            return await self._loopback_only(request, lambda: self._write(request, answer, most))

        return guarded

    async def _loopback_only(
        self, request: Request, answer: Callable[[], Awaitable[Response]]
    ) -> Response:
        if _host(request) not in LOOPBACK:
            return secured(PlainTextResponse("This is served to this machine alone.\n", 421))
        return secured(await answer())

    async def _enter(self, request: Request, answer: Answer) -> Response:
        """Begin a session by a link.

        For somebody led here by a page elsewhere the strict cookie is not sent on at once: the mark
        in the address makes the page ask once more by itself.
        """
        key = _digest(request.query_params.get("key", ""))
        if key not in self._links:
            return await self._read(request, answer)
        self._links.discard(key)
        opened = RedirectResponse("/chat?opened=1", 303)
        opened.set_cookie(
            COOKIE,
            self._signed(secrets.token_urlsafe(18)),
            max_age=LASTS_S,
            path="/",
            httponly=True,
            samesite="strict",
            secure=request.url.scheme == "https",
        )
        return opened

    async def _read(self, request: Request, answer: Answer) -> Response:
        return await (answer if self.session(request) else self._refuse)(request)

    async def _write(self, request: Request, answer: Answer, most: int) -> Response:
        session = self.session(request)
        if not session:
            return await self._refuse(request)
        if not _same(self.token(session), request.headers.get(HEADER, "")):
            return PlainTextResponse("The token is missing.\n", 403)
        size = request.headers.get("content-length", "")
        if not size.isdecimal():
            return PlainTextResponse("How long is it?\n", 411)
        if int(size) > most:
            return PlainTextResponse("That is too much at once.\n", 413)
        try:
            return await answer(request)
        finally:
            await request.close()

    def _signed(self, name: str) -> str:
        return f"{name}.{self._mark('session', name)}"

    def _mark(self, purpose: str, text: str) -> str:
        whole = f"chat\n{purpose}\n{text}".encode()
        return hmac.new(self._secret, whole, hashlib.sha256).hexdigest()[:32]


def secured(answer: Response) -> Response:
    """Say what a browser may do with an answer of ours."""
    for name, value in HEADERS.items():
        answer.headers.setdefault(name, value)
    answer.headers.setdefault("Cache-Control", "no-store")
    return answer


def _host(request: Request) -> str:
    try:
        return urlsplit(f"//{request.headers.get('host', '')}").hostname or ""
    except ValueError:
        return ""


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode())


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
