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
from storage.heard import Heard

AUDIO = "audio/"
Key = tuple[datetime, str]


class Told(NamedTuple):
    """What words alone answer, whom else they name, and whether whom they name stands inside."""

    answers: dict[str, Json]
    also: tuple[int, ...] = ()
    inside: bool = False


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
        whom = self._read(command, said.text).answers.get(bursts.subject_field(command.declared))
        others = (piece for one in around for piece in self._pieces(one))
        apart = [abs(one.at - at) for one in others if whom in {None, one.subject}]
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

        Words do only if they were sent before the last of those, or name the same one; nothing
        does where what is not filed yet is nearer, or what was filed stands no more.
        """
        here = self.hearing.request.address
        rows = heard.facts_around(
            self.db, self.hearing.actor.account_id, command.declared.name, at - WITHIN, at + WITHIN
        )
        rows = [row for row in rows if (row.platform, row.chat) == (here.platform, here.chat)]
        words = self._read(command, said.text).answers
        field, told = bursts.subject_field(command.declared), told_in(command.declared)
        if field in words:
            rows = [row for row in rows if self._of(command, row).get(field) == words[field]]
            says_more = bool(said.files or said.spot or (told and told.field in words))
        else:
            says_more = bool(said.files or said.spot or (rows and rows[-1].at >= at))
        if not rows or not says_more:
            return None
        last = min(rows, key=lambda row: (abs(row.at - at), -known(row.id)))
        stands = self.house.nouns[last.kind].stands(self.db, known(last.subject_id))
        if not stands or abs(last.at - at) > nearest:
            return None
        return Ref(last.kind, known(last.subject_id))

    def _of(self, command: type[Command], row: Heard) -> Mapping[str, Json]:
        """What was filed of a message."""
        return command.present(self.db, known(row.subject_id))

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
        if not (told and asked) or understood.which:
            return Told(found)
        if asked.field in found:
            if not self._is_of_things(asked, text):
                return Told(found, understood.also[1] if understood.also else ())
            found = {told.field: text.strip()}
        inside = self._inside(asked, text)
        return Told({**found, asked.field: inside}, inside=True) if inside else Told(found)

    def _inside(self, asked: Question, text: str) -> int | None:
        """The one subject that a text names anywhere, and not only for what is theirs."""
        noun = self.house.nouns[asked.kind.noun] if isinstance(asked.kind, Pick) else None
        named = noun.within(self.hearing.look, text) if noun else ()
        meant = [one.found.id for one in named if not one.things]
        return meant[0] if len(meant) == 1 else None

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
        return Piece(
            at, message, words.answers, files, place, subject, voice, words.also, words.inside
        )

    # --- what comes of it -------------------------------------------------------------------------

    def _joined(self, command: type[Command], said: Typed, around: list[Draft]) -> Reply | None:
        had = [(piece, draft) for draft in around for piece in self._pieces(draft)]
        belongs = {_key(piece): draft for piece, draft in had}
        own = self._new(command, said)
        found = bursts.together([*(piece for piece, _draft in had), own])
        mine = next(burst for burst in found if own in burst)
        if not (said.files or any(one.shows for one in mine)):
            mine = self._answering(command, self._awaiting(around), own)
            own, found = mine[-1], [mine]
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

    def _answering(self, command: type[Command], lacking: list[Piece], own: Piece) -> list[Piece]:
        """Words with what lacks some: they answer it, unless they begin with another's name."""
        about = bursts.subject_of(lacking)
        if about is None or own.subject in {None, about}:
            return [*lacking, own]
        if not own.inside:
            return [own]
        field = bursts.subject_field(command.declared)
        told = {name: value for name, value in own.answers.items() if name != field}
        return [*lacking, replace(own, answers=told, subject=None)]

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
