"""Draws the conversation page, and what has changed on it since."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from bot.draw import TURNING
from bot.web import chrome, draw
from bot.web.company import COMPANY, CUSTOMERS, OTHERS, Player
from bot.web.looking import View
from bot.web.setting import Clock, Setting
from bot.web.uploads import MOST_BYTES, MOST_WORDS
from bot.words import Reader
from commands.kit.people import Department
from commands.kit.words import T
from storage.rooms import Message

Json = Any
HERE = Path(__file__).parent
STATIC = HERE / "static"


@dataclass(frozen=True, slots=True)
class Shown:
    """A message as the page shows it; without an author it is the bot's."""

    id: int
    root: int
    author: Player | None
    mine: bool
    text: str
    html: Markup
    files: Sequence[Mapping[str, str]]
    time: str
    day: str
    edited: str


@dataclass(frozen=True, slots=True)
class Strand:
    """A message and the replies to it."""

    root: Shown
    replies: tuple[Shown, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """One of the newcomer's steps: where it leads, or what it does when it leads nowhere."""

    name: str
    hint: str
    label: str
    href: str
    done: bool


@cache
def templates() -> Environment:
    """The templates, compiled once in a process however many houses stand in it."""
    return Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


class Pages:
    """Everything that is drawn from templates."""

    def __init__(self, setting: Setting, clock: Clock) -> None:
        self._setting = setting
        self._clock = clock
        self._templates = templates()
        self._stamps = {path.name: _stamp(path) for path in sorted(STATIC.iterdir())}

    def language_of(self, player: Player) -> str:
        """The language that a player reads."""
        wanted = player.language or self._setting.language
        return wanted if wanted in chrome.WORDS else self._setting.language

    # --- pages ------------------------------------------------------------------------------------

    def locked(self, *, again: bool) -> str:
        """What is read without a session; `again` asks once more by itself."""
        return self._drawn("locked.html", words=chrome.LOCKED, again=again, stamps=self._stamps)

    async def chat(self, view: View, token: str, prefill: str) -> str:
        """The whole page."""
        language = self.language_of(view.me)
        strands = self._strands(view)
        return self._drawn(
            "chat.html",
            **await self._around(view),
            token=token,
            strands=strands,
            prefill=self._prefill(view, prefill),
            commands=list(self._setting.commands.get(language, ())),
            zone=self._setting.zone.key,
            names=chrome.NAMES,
            most=MOST_BYTES,
            most_words=MOST_WORDS,
        )

    async def news(self, view: View) -> Json:
        """What has changed since the page was drawn."""
        around = await self._around(view)
        reader = self._reader(view)
        shown = [self._shown(view, message, reader) for message in view.messages]
        return {
            "version": view.version,
            "unread": view.waiting.get(view.me.user, 0),
            "now": around["now"],
            "face": around["face"],
            "side": self._drawn("side.html", **around),
            "clock": self._drawn("due.html", **around),
            "guide": self._drawn("guide.html", **around),
            "messages": [
                {"id": one.id, "root": one.root, "html": self._message(one, around)}
                for one in shown
            ],
        }

    def only_you(self, html: Markup, language: str) -> str:
        """An answer for one person alone."""
        return self._drawn("only_you.html", html=html, w=chrome.words(language))

    # --- what they are drawn from -----------------------------------------------------------------

    async def _around(self, view: View) -> dict[str, Any]:
        language = self.language_of(view.me)
        now = self._clock.now()
        due = await self._clock.next_due(language)
        reader = self._reader(view)
        return {
            "view": view,
            "w": chrome.words(language),
            "language": language,
            "groups": self._groups(view),
            "lines": {p.user: self._line(p, reader) for p in view.everybody},
            "audience": self._departments(view.room.audience, reader),
            "now": int(now.timestamp() * 1000),
            "face": self._face(now, reader),
            "due": (reader.say(T("{at:clock}", at=due[0])), due[1]) if due else None,
            "steps": self._steps(view, language),
            "stamps": self._stamps,
        }

    def _reader(self, view: View) -> Reader:
        language = self.language_of(view.me)
        now = self._clock.now()
        return Reader(language, self._setting.zone, now, self._setting.catalogues)

    def _face(self, at: datetime, reader: Reader) -> dict[str, str]:
        """What the clock shows: the day in full, the day in short, the time."""
        local = at.astimezone(self._setting.zone)
        short = reader.say(T("{day}", day=local.date()))
        return {"long": self._day(local, reader), "short": short, "time": f"{local:%H:%M}"}

    def _day(self, local: datetime, reader: Reader) -> str:
        return reader.say(T("{day:weekday}", day=local.date()))

    def _groups(self, view: View) -> list[tuple[str, list[Player]]]:
        kinds = (COMPANY, CUSTOMERS, OTHERS)
        found = ((kind, [p for p in view.everybody if p.group == kind]) for kind in kinds)
        return [(kind, players) for kind, players in found if players]

    def _line(self, player: Player, reader: Reader) -> str:
        """What stands under a name: departments and rank, the firm, or that nobody knows them."""
        words = chrome.words(reader.language)
        if player.group == CUSTOMERS:
            return player.firm or words["contact"]
        if player.group == OTHERS:
            return words["stranger"]
        named = [
            self._departments((d,), reader) + (f" · {words['head']}" if d in player.heads else "")
            for d in player.departments
        ]
        return " · ".join([*named, *([words["administrator"]] if player.admin else [])])

    def _departments(self, codes: Sequence[str], reader: Reader) -> str:
        labels = {department.value: department.words for department in Department}
        return " · ".join(reader.say(labels.get(code, code)) for code in codes)

    def _steps(self, view: View, language: str) -> list[Step]:
        """What a newcomer tries first; nothing where nobody is there to try it as."""
        words, guide = chrome.words(language), self._setting.guide
        if not (view.named(guide.visitor) or view.named(guide.complainer)):
            return []
        visited, complained = view.steps
        return [
            *self._step(view, words, "visit", guide.visitor, done=visited),
            *self._step(view, words, "complaint", guide.complainer, done=complained),
            Step(words["step_clock"], words["step_clock_hint"], words["step_clock_do"], "", False),
        ]

    def _step(
        self, view: View, words: chrome.Words, name: str, user: str, *, done: bool
    ) -> list[Step]:
        player = view.named(user)
        if player is None:
            return []
        hint = words[f"step_{name}_hint"].format(name=player.name)
        href = f"/chat?as={player.user}&step={name}"
        return [Step(words[f"step_{name}"], hint, words[f"step_{name}_do"], href, done)]

    def _prefill(self, view: View, step: str) -> str:
        """What a step writes for the newcomer."""
        language, guide = self.language_of(view.me), self._setting.guide
        texts = {"visit": guide.visit, "complaint": guide.complaint}
        if step not in texts:
            return ""
        return texts[step].get(language) or chrome.words(language)[f"{step}_text"]

    # --- messages ---------------------------------------------------------------------------------

    def _strands(self, view: View) -> list[Strand]:
        reader = self._reader(view)
        shown = [self._shown(view, message, reader) for message in view.messages]
        here = {one.id for one in shown if not one.root}
        roots = [one for one in shown if one.root not in here]
        return [Strand(root, tuple(o for o in shown if o.root == root.id)) for root in roots]

    def _shown(self, view: View, message: Message, reader: Reader) -> Shown:
        local = message.at.astimezone(self._setting.zone)
        edited = message.edited_at
        return Shown(
            id=message.id or 0,
            root=int(message.thread or 0),
            author=self._author(view, message.author),
            mine=message.author == view.me.user,
            text=message.text.translate(TURNING),
            html=draw.seen_by(message.html, view.me.user),
            files=message.files or (),
            time=f"{local:%H:%M}",
            day=self._day(local, reader),
            edited=reader.say(T("{at:clock}", at=edited)) if edited else "",
        )

    def _author(self, view: View, user: str) -> Player | None:
        return (view.named(user) or Player(user, user, OTHERS, "")) if user else None

    def _message(self, shown: Shown, around: Mapping[str, Any]) -> str:
        return self._drawn("message.html", one=shown, **around)

    def _drawn(self, template: str, **values: object) -> str:
        return self._templates.get_template(template).render(**values)


def _stamp(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]
