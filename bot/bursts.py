"""Several messages, sent within a minute or two, that tell one thing: a draft is gathered of them.

Place, photos, a voice message and two lines become one visit; what is missing is asked, one tap
files it. What was sent at that time and arrives later joins it, filed or not.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from typing import NamedTuple, Protocol

from bot import tabled
from bot.platform import Attachment, Reply, Silent, Typed
from bot.records import Ear
from commands.kit import bursts, drafting, reading
from commands.kit.bursts import WITHIN, Piece
from commands.kit.card import Ref
from commands.kit.command import Command
from commands.kit.form import Pick, Question
from commands.kit.people import Role
from commands.kit.reading import told_in
from storage import drafts, heard, postings
from storage.database import Json, known
from storage.drafts import Draft

AUDIO = "audio/"
Key = tuple[datetime, str]


class Told(NamedTuple):
    """What words alone answer, and whom else they name."""

    answers: dict[str, Json]
    also: tuple[int, ...] = ()


class Listener(Ear, Protocol):
    """What hears a message that came alone, also as an answer to a subject's card."""

    def answering(self, about: Ref, said: Typed) -> Reply:
        """Take a message as if it answered this subject's card."""


class Bursts:
    """The part of hearing a message that has to do with those sent shortly before and after."""

    def __init__(self, ear: Listener) -> None:
        self.ear = ear
        self.hearing = ear.hearing
        self.db = ear.hearing.db
        self.house = ear.hearing.house

    def taken(self, said: Typed) -> Reply | None:
        """What comes of it with what was sent around it; None if it stands alone."""
        command = self._command(said)
        if command is None:
            return None
        at = self.hearing.now
        drafts.hold(self.db, self.hearing.actor.account_id)
        around = [one for one in self._loose(command) if self._is_near(one, said, at)]
        apart = [abs(piece.at - at) for one in around for piece in self._pieces(one)]
        filed = self._filed(command, said, at, min(apart, default=WITHIN))
        if filed:
            return self.ear.answering(filed, said)
        return self._joined(command, said, around) if around else None

    def answered(self, draft_id: int, said: Typed) -> Reply | None:
        """An answer to the card of what is being gathered: part of it whenever it comes.

        It corrects what was told before, also whom it is about. None if that is gathered no more.
        """
        drafts.hold(self.db, self.hearing.actor.account_id)
        draft = drafts.get(self.db, draft_id)
        if draft is None or draft.state != drafts.GATHERING:
            return None
        command = self._gathers()
        own = replace(self._new(command, said), files=tuple(self.hearing.keep(said.files)))
        had = self._pieces(draft)
        mended = bursts.corrected(command.declared, had, own)
        self._settle(command, [*mended, own], {_key(one): draft for one in had}, set(), mine=True)
        return Silent()

    def asks_for_words(self) -> bool:
        """Whether something that is being gathered here still lacks what was said."""
        command = next((one for one in self.house.catalogue if one.declared.gathers), None)
        told = told_in(command.declared) if command else None
        around = self._loose(command) if command and told else ()
        return any(told and one.asking == told.field for one in around)

    def edited(self, draft: Draft, message: str, text: str) -> None:
        """One of the messages of a draft that is being gathered reads so now."""
        drafts.hold(self.db, self.hearing.actor.account_id)
        draft = drafts.get(self.db, known(draft.id)) or draft
        if draft.state != drafts.GATHERING:
            return
        command = self._gathers()
        words = self._read(command, text)
        had = self._pieces(draft)
        pieces = [
            self._piece(one.at, message, words, one.files, one.place, voice=one.voice)
            if one.message == message
            else one
            for one in had
        ]
        self._settle(command, pieces, {_key(one): draft for one in had}, set(), mine=False)

    def _command(self, said: Typed) -> type[Command] | None:
        """The command that is gathered from several messages, where this person may use it."""
        request, actor = self.hearing.request, self.hearing.actor
        if not request.direct or said.origin or said.phone or tabled.brings(self.hearing, said):
            return None
        gathering = (one for one in self.house.catalogue if one.declared.gathers)
        command = next(gathering, None)
        if command is None or actor.role is not Role.STAFF or actor.person is None:
            return None
        return command if actor.person.departments & command.declared.who else None

    # --- what there is ----------------------------------------------------------------------------

    def _filed(
        self, command: type[Command], said: Typed, at: datetime, nearest: timedelta
    ) -> Ref | None:
        """What was filed already of the messages around it: a photo still belongs to it.

        Words do only if they were sent before the last of those; nothing does where what is not
        filed yet is nearer, or what was filed stands no more.
        """
        here = self.hearing.request.address
        rows = heard.facts_around(
            self.db, self.hearing.actor.account_id, command.declared.name, at - WITHIN, at + WITHIN
        )
        rows = [row for row in rows if (row.platform, row.chat) == (here.platform, here.chat)]
        if not rows or (not (said.files or said.spot) and rows[-1].at < at):
            return None
        words = self._read(command, said.text)
        if words.answers.get(bursts.subject_field(command.declared)) is not None:
            return None
        last = min(rows, key=lambda row: (abs(row.at - at), -known(row.id)))
        stands = self.house.nouns[last.kind].stands(self.db, known(last.subject_id))
        if not stands or abs(last.at - at) > nearest:
            return None
        return Ref(last.kind, known(last.subject_id))

    def _loose(self, command: type[Command]) -> list[Draft]:
        """What is being gathered in this conversation, and what nobody knows the meaning of yet."""
        mine, here = self.hearing.actor.account_id, self.ear.asking.conversation
        return drafts.loose(self.db, mine, here, command.declared.name)

    def _is_near(self, draft: Draft, said: Typed, at: datetime) -> bool:
        """Sent about then; or words, while what is being gathered still lacks some."""
        alone = not (said.files or said.spot)
        if alone and draft.state == drafts.GATHERING and draft.asking:
            return True
        return bursts.near(Piece(at, "", {}), self._pieces(draft))

    def _pieces(self, draft: Draft) -> list[Piece]:
        if draft.state == drafts.GATHERING:
            return [bursts.of_plain(row) for row in draft.pieces or ()]
        kept = draft.answers
        words = self._read(self._gathers(), kept.get("text", ""))
        files = tuple(kept.get("files", ()))
        piece = self._piece(draft.begun_at, draft.message, words, files, kept.get("place"))
        return [piece]

    def _gathers(self) -> type[Command]:
        return next(one for one in self.house.catalogue if one.declared.gathers)

    def _read(self, command: type[Command], text: str) -> Told:
        """What words alone answer."""
        if not text.strip():
            return Told({})
        understood = reading.fill(text, command.declared, self.hearing.ctx, {})
        found = understood.answers
        asked = command.declared.question(bursts.subject_field(command.declared))
        told = told_in(command.declared)
        if told and asked and asked.field in found and self._is_of_things(asked, text):
            return Told({told.field: text.strip()})
        return Told(found, understood.also[1] if understood.also else ())

    def _is_of_things(self, asked: Question, text: str) -> bool:
        """Whether a subject is named only for what is theirs: 永固的螺丝 is no visit to 永固."""
        leads = self.house.nouns[asked.kind.noun].leads if isinstance(asked.kind, Pick) else None
        if leads is None:
            return False
        matches, rest = leads(self.hearing.look, text)
        return bool(matches.found) and bursts.is_of_things(rest)

    def _piece(
        self,
        at: datetime,
        message: str,
        words: Told,
        files: tuple[int, ...],
        place: Json,
        *,
        voice: bool = False,
    ) -> Piece:
        subject = words.answers.get(bursts.subject_field(self._gathers().declared))
        return Piece(at, message, words.answers, files, place, subject, voice, words.also)

    # --- what comes of it -------------------------------------------------------------------------

    def _joined(self, command: type[Command], said: Typed, around: list[Draft]) -> Reply | None:
        had = [(piece, draft) for draft in around for piece in self._pieces(draft)]
        belongs = {_key(piece): draft for piece, draft in had}
        own = self._new(command, said)
        found = bursts.together([*(piece for piece, _draft in had), own])
        mine = next(burst for burst in found if own in burst)
        if not (said.files or any(one.shows for one in mine)):
            mine = [*self._awaiting(around), own]
            found = [mine]
        if len(mine) == 1:
            return None
        whole = replace(own, files=tuple(self.hearing.keep(said.files)))
        used: set[int] = set()
        for burst in found:
            if len(burst) > 1 or belongs[_key(burst[0])].state == drafts.GATHERING:
                pieces = [whole if one is own else one for one in burst]
                self._settle(command, pieces, belongs, used, mine=burst is mine)
        for draft in around:
            if draft.id not in used and draft.state == drafts.GATHERING:
                drafts.end(self.db, known(draft.id), drafts.DONE)
                self.ear.asking.touch(draft)
        return Silent()

    def _awaiting(self, around: Sequence[Draft]) -> list[Piece]:
        """The pieces of what lacks an answer still, which words may give however late."""
        lacking = [one for one in around if one.state == drafts.GATHERING and one.asking]
        return self._pieces(lacking[0]) if len(lacking) == 1 else []

    def _new(self, command: type[Command], said: Typed) -> Piece:
        words = self._read(command, said.text)
        place = asdict(said.spot) if said.spot else None
        voice = any(_is_voice(one) for one in said.files)
        message = self.hearing.request.message
        return self._piece(self.hearing.now, message, words, (), place, voice=voice)

    def _settle(
        self,
        command: type[Command],
        pieces: list[Piece],
        belongs: Mapping[Key, Draft],
        used: set[int],
        *,
        mine: bool,
    ) -> None:
        """A burst is a draft: the one that had its pieces, or a new one."""
        draft = self._draft_of(pieces, belongs, used) or self.ear.asking.keep_aside({"text": ""})
        used.add(known(draft.id))
        answers = bursts.answers_of(command.declared, pieces, self.house.zone)
        missing = drafting.missing(command.declared, answers)
        draft.command, draft.state = command.declared.name, drafts.GATHERING
        draft.answers, draft.pieces = answers, [bursts.plain(one) for one in pieces]
        draft.asking = missing.field if missing else ""
        also, field = bursts.also_of(pieces), bursts.subject_field(command.declared)
        draft.error = {"also": [field, *also]} if also else None
        draft.expires_at = self.hearing.recorded_at + drafting.KEPT_FOR
        drafts.turn(self.db, draft)
        about = Ref(drafting.KIND, known(draft.id))
        if mine:
            self.hearing.becomes(about)
        self._point(pieces, about)
        self._show(draft, about)

    def _draft_of(
        self, pieces: Sequence[Piece], belongs: Mapping[Key, Draft], used: set[int]
    ) -> Draft | None:
        """The draft of the same customer, else that of its first piece."""
        having = [d for one in pieces if (d := belongs.get(_key(one))) and d.id not in used]
        subject = bursts.subject_of(pieces)
        field = bursts.subject_field(self._gathers().declared)
        same = [one for one in having if subject and (one.answers or {}).get(field) == subject]
        return next(iter([*same, *having]), None)

    def _point(self, pieces: Sequence[Piece], about: Ref) -> None:
        """An edit of any of them finds what it has become."""
        at = self.hearing.request.address
        for piece in pieces:
            row = heard.at(self.db, at.platform, at.workspace, at.chat, piece.message)
            if row and (row.kind, row.subject_id) != (about.kind, about.id):
                row.kind, row.subject_id = about.kind, about.id
                heard.save(self.db, row)

    def _show(self, draft: Draft, about: Ref) -> None:
        """Its card stands in the conversation and follows what comes."""
        if any(one.follows for one in postings.of(self.db, about.kind, about.id)):
            self.ear.asking.touch(draft)
        else:
            self.hearing.desk().tell(self.hearing.home(), about, replaces=str(about))


def _key(piece: Piece) -> Key:
    return piece.at, piece.message


def _is_voice(file: Attachment) -> bool:
    return file.media.startswith(AUDIO)
