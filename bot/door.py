"""The door: every request's path, what it commits, and what it answers when something fails."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

import structlog

from bot import happening, pages, platform, sharing
from bot.hearing import Hearing, refusal
from bot.house import Glance, House, reader_of_actor
from bot.knowing import actor_of
from bot.platform import (
    Address,
    Attachment,
    Event,
    Marked,
    Open,
    Opened,
    Origin,
    Pressed,
    Reply,
    Request,
    Silent,
    Started,
    Submitted,
    Toast,
    Typed,
    Wrong,
)
from bot.understanding import Understanding
from commands.kit import drafting
from commands.kit.card import STAFF, Button, Card, Facts, Ref
from commands.kit.drafting import CANCEL
from commands.kit.errors import Refused, Stale
from commands.kit.form import Pick
from commands.kit.packing import Packing
from commands.kit.words import T
from scheduler.alarm import raise_alarm
from scheduler.courtesy import Courtesy
from scheduler.moving import Limits
from scheduler.tally import Tally
from storage import deliveries, drafts, people, subjects
from storage.database import Conflict, Database, Json, Transaction
from storage.deliveries import Delivery, SetAside

log = structlog.get_logger("door")

_PACKING: Packing[Reply] = Packing(
    platform.Silent,
    platform.Toast,
    platform.Show,
    platform.Open,
    platform.Wrong,
    pages.Page,
    pages.Say,
    pages.Small,
    pages.Quoted,
    pages.Table,
    pages.Image,
    pages.Link,
    pages.Key,
    pages.Keys,
    pages.Form,
    pages.Field,
    pages.Line,
    pages.Date,
    pages.DateAndTime,
    pages.Select,
    pages.Search,
    pages.Upload,
)
ANSWERED, REPEATED, REFUSED, FAILED, ASIDE, GONE = (
    "answered",
    "repeated",
    "refused",
    "failed",
    "set_aside",
    "gone",
)
RAW_KEPT = 100_000
OFFERED = 50
MOST_BYTES = 2**31 - 1


class Served(NamedTuple):
    """An answer, and how the request ended."""

    reply: Reply
    outcome: str


class Door:
    """Takes requests of every platform, one transaction each.

    `wake` is told what should be looked at after a commit.
    """

    def __init__(
        self,
        database: Database,
        house: House,
        wake: Callable[[frozenset[str]], None],
        limits: Limits,
        tally: Tally | None = None,
        courtesy: Courtesy | None = None,
    ) -> None:
        self.database = database
        self.house = house
        self.wake = wake
        self.tally = tally or Tally()
        self.limits = limits
        self.courtesy = courtesy or Courtesy()

    async def handle(self, request: Request) -> Reply:
        """Hear a request, commit, and give the answer; a repetition is answered from the record.

        Raises `storage.database.Gone` when nothing could be kept: the platform must not be told
        "received".
        """
        begun, outcome = time.monotonic(), GONE
        bound = structlog.contextvars.bound_contextvars(request=_reference(), delivery=request.key)
        try:
            with bound, self.courtesy.answering():
                (reply, outcome), after = await self._committed(_cleaned(request))
        finally:
            platform_ = request.address.platform
            self.tally.heard(platform_, outcome, time.monotonic() - begun)
        self.wake(after)
        return reply

    async def _committed(self, request: Request) -> tuple[Served, frozenset[str]]:
        try:
            return await self.database.write(lambda db: self._serve(db, request))
        except Conflict:
            # A twin of this delivery, or of a row it makes, was committed meanwhile: seen now.
            return await self._once_more(request)

    async def _once_more(self, request: Request) -> tuple[Served, frozenset[str]]:
        try:
            return await self.database.write(lambda db: self._serve(db, request))
        except Conflict as error:
            failed = error
        return await self.database.write(lambda db: self._give_up(db, request, failed))

    async def options(
        self, request: Request, draft: int, field: str, text: str
    ) -> list[tuple[str, str]]:
        """What a search field offers for these letters."""
        return await self.database.read(lambda db: self._options(db, request, draft, field, text))

    async def shared(self, address: Address, *, external: bool) -> None:
        """Other companies read a chat from now on, or do not any more."""
        _, after = await self.database.write(
            lambda db: sharing.learned(db, self.house.clock, address, external=external)
        )
        self.wake(after)

    async def happened(self, event: Event) -> None:
        """Remember what happened to the bot itself."""
        answer = _PACKING.pack(Silent())
        _, after = await self.database.write(
            lambda db: happening.take(db, self.house, self.limits, event, answer)
        )
        self.wake(after)

    async def set_aside(self, platform_: str, raw: bytes, reason: str) -> None:
        """Keep what could not be parsed."""
        begun = time.monotonic()
        row = self._aside(platform_, raw, reason, _reference())
        _, after = await self.database.write(lambda db: self._keep_aside(db, row))
        log.warning("set_aside", platform=platform_, reference=row.reference, reason=reason)
        self.tally.heard(platform_, ASIDE, time.monotonic() - begun)
        self.wake(after)

    # --- in the transaction -----------------------------------------------------------------------

    def _serve(self, db: Transaction, request: Request) -> Served:
        at = request.address
        known = deliveries.find(db, at.platform, at.workspace, request.key) if request.key else None
        if known is not None:
            answer = _PACKING.unpack(known.answer) if known.answer is not None else Silent()
            return Served(answer, REPEATED)
        actor = actor_of(db, request, self.house.clock)
        if request.external:
            sharing.learned(db, self.house.clock, at, external=True)
        hearing = Hearing(db, self.house, request, actor)
        served = self._guarded(hearing)
        if request.key:
            self._record(hearing, served.reply)
        return served

    def _give_up(self, db: Transaction, request: Request, error: Exception) -> Served:
        """A conflict that does not go away is a bug, and must not be delivered for ever."""
        actor = actor_of(db, request, self.house.clock)
        hearing = Hearing(db, self.house, request, actor)
        reply = self._apology(hearing, error)
        if request.key:
            self._record(hearing, reply)
        return Served(reply, FAILED)

    def _guarded(self, hearing: Hearing) -> Served:
        """Hear it; a refusal or a bug undoes what was done, and is answered all the same."""
        try:
            with hearing.db.savepoint():
                reply = self._closable(Understanding(hearing).reply(), hearing.request)
                return Served(reply, ANSWERED)
        except Refused as refused:
            hearing.deed = ""
            return Served(self._refused(hearing, refused), REFUSED)
        except Exception as error:  # the one place where a bug becomes an apology
            if is_database_error(error):
                raise
            hearing.deed = ""
            return Served(self._apology(hearing, error), FAILED)

    def _closable(self, reply: Reply, request: Request) -> Reply:
        """A form can be given up where it is opened: closing it is a button like any other."""
        if not isinstance(reply, Open):
            return reply
        cancel = Button(T("Cancel"), CANCEL, {}, Ref(drafting.KIND, reply.form.draft))
        leave = self.house.seal.sealed(cancel, request.address)
        return replace(reply, form=replace(reply.form, leave=leave))

    def _record(self, hearing: Hearing, reply: Reply) -> None:
        at = hearing.request.address
        deliveries.add(
            hearing.db,
            Delivery(
                platform=at.platform,
                workspace=at.workspace,
                key=hearing.request.key,
                at=hearing.recorded_at,
                answer=_PACKING.pack(reply),
                account_id=hearing.actor.account_id,
                deed=hearing.deed,
            ),
        )

    def _refused(self, hearing: Hearing, refused: Refused) -> Reply:
        said = hearing.request.said
        if isinstance(refused, Stale):
            self._show_anew(hearing, refused)
        reader = reader_of_actor(self.house, hearing.actor)
        if isinstance(said, Pressed):
            return Toast(reader.say(refused.words), alert=True)
        if isinstance(said, Submitted):
            field = next(iter(said.answers), "")
            return Wrong({field: reader.say(refused.words)})
        return hearing.show(refusal(refused))

    def _show_anew(self, hearing: Hearing, stale: Stale) -> None:
        """What has changed since the card was drawn, and the card as it is now."""
        desk, home = hearing.desk(), hearing.home()
        noun = self.house.nouns[stale.kind]
        now = subjects.state(hearing.db, stale.kind, stale.id)
        seen = subjects.shown(hearing.db, stale.kind, stale.id, stale.revision)
        stands = subjects.shown(hearing.db, stale.kind, stale.id, now.revision) if now else None
        if rows := noun.differs(seen, stands):
            desk.tell(home, Card(T("What has changed since you saw it"), (Facts(rows, STAFF),)))
        desk.tell(home, Ref(stale.kind, stale.id))
        if now:  # what is being asked about it goes on from what was just shown
            account = hearing.actor.account_id
            drafts.renew(hearing.db, account, stale.kind, stale.id, now.revision)

    def _apology(self, hearing: Hearing, error: Exception) -> Reply:
        reference = _reference()
        request = hearing.request
        log.error("bug", reference=reference, platform=request.address.platform, exc_info=error)
        row = self._aside(request.address.platform, request.raw, type(error).__name__, reference)
        self._keep_aside(hearing.db, row)
        words = T(
            "Something went wrong on our side. Nothing was changed and your message is kept. "
            "Please tell your administrator: {reference}",
            reference=reference,
        )
        if isinstance(request.said, Pressed):
            return Toast(reader_of_actor(self.house, hearing.actor).say(words), alert=True)
        if isinstance(request.said, Submitted):
            return Silent() if not request.inline else hearing.show(Card(words))
        return hearing.show(Card(words))

    def _keep_aside(self, db: Transaction, row: SetAside) -> None:
        """Keep it, and report it to an administrator."""
        deliveries.set_aside(db, row)
        what = T("⚠ A message could not be handled and was set aside ({ref})", ref=row.reference)
        raise_alarm(db, self.house.clock, "aside", what, row.reason)

    def _aside(self, platform_: str, raw: bytes, reason: str, reference: str) -> SetAside:
        return SetAside(
            platform=platform_,
            at=self.house.clock.now(),
            reference=reference,
            reason=reason,
            raw=raw[:RAW_KEPT].decode("utf-8", "backslashreplace").replace("\x00", "\\x00"),
        )

    def _options(
        self, db: Transaction, request: Request, draft_id: int, field: str, text: str
    ) -> list[tuple[str, str]]:
        at = request.address
        account = people.account(db, at.platform, at.workspace, request.user)
        if account is None or account.person_id is None:
            return []
        asked = self._asked(db, account.id, draft_id, field)
        if asked is None:
            return []
        look = Glance(db, self.house.clock.now(), self.house.zone, self.house.policy)
        found = self.house.nouns[asked.noun].find(look, text, None).found
        return [(f"#{one.id}", one.name) for one in found[:OFFERED]]

    def _asked(
        self, db: Transaction, account_id: int | None, draft_id: int, field: str
    ) -> Pick | None:
        draft = drafts.get(db, draft_id)
        command = self.house.catalogue.get(draft.command) if draft else None
        if draft is None or command is None or draft.account_id != account_id:
            return None
        question = command.declared.question(field)
        return question.kind if question and isinstance(question.kind, Pick) else None


def is_database_error(error: Exception) -> bool:
    """Whether the database itself failed: then nothing may be kept or acknowledged."""
    return type(error).__module__.split(".")[0] in {"sqlite3", "psycopg", "storage"}


def _reference() -> str:
    return secrets.token_hex(4)


def _cleaned(request: Request) -> Request:
    """Without what no database keeps: NUL and halves of surrogate pairs."""
    said = request.said
    match said:
        case Typed():
            said = _clean_typed(said)
        case Submitted():
            answers = {k: _clean_any(v) for k, v in said.answers.items()}
            said = replace(said, answers=answers, files=_clean_files(said.files))
        case Started():
            said = replace(said, code=_clean(said.code))
        case Pressed():
            said = replace(said, data=_clean(said.data))
        case Marked():
            said = replace(said, found=said.found and _clean_typed(said.found))
        case Opened():
            pass
    return replace(
        request, said=said, user_name=_clean(request.user_name), title=_clean(request.title)
    )


def _clean_typed(said: Typed) -> Typed:
    return replace(
        said,
        text=_clean(said.text),
        command=_clean(said.command),
        origin=_clean_origin(said.origin),
        files=_clean_files(said.files),
    )


def _clean_files(files: tuple[Attachment, ...]) -> tuple[Attachment, ...]:
    """With a size that a database keeps; what a file really has is seen when it is fetched."""
    return tuple(replace(file, size=min(max(file.size, 0), MOST_BYTES)) for file in files)


def _clean_origin(origin: Origin | None) -> Origin | None:
    return replace(origin, author=_clean(origin.author)) if origin else None


def _clean(text: str) -> str:
    return text.encode("utf-8", "replace").decode("utf-8").replace("\x00", "")


def _clean_any(value: Json) -> Json:
    if isinstance(value, str):
        return _clean(value)
    return [_clean_any(v) for v in value] if isinstance(value, list) else value
