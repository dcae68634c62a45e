"""Messages that somebody marks: each is recorded once, with whoever wrote it, and when."""

from __future__ import annotations

from typing import Protocol

from bot.asking import Asking
from bot.hearing import Hearing
from bot.platform import Marked, Reply, Silent, Typed
from bot.records import TALK, Records
from commands.kit import drafting
from commands.kit.card import Card, Ref
from commands.kit.command import Command
from commands.kit.errors import Refused
from commands.kit.form import Photos
from commands.kit.people import ToAccount
from commands.kit.reading import fill
from commands.kit.words import T
from storage import drafts, errands, people, postings, talk
from storage.database import Json
from storage.errands import Errand
from storage.heard import Heard


class Understands(Protocol):
    """What understanding a request can do with what a message says."""

    hearing: Hearing
    asking: Asking

    def remarked(self, about: Ref, said: Typed) -> Reply:
        """Keep it as talk about a subject."""

    def start(
        self, command: type[Command], text: str, about: Ref | None, *, said: Typed | None = None
    ) -> Reply:
        """Begin a command with it."""


class Marking:
    """The part of understanding a request that has to do with marked messages."""

    def __init__(self, understanding: Understands) -> None:
        self.understanding = understanding
        self.hearing = understanding.hearing
        self.db = self.hearing.db
        self.request = self.hearing.request
        self.records = Records(self.hearing)

    def marked(self, said: Marked) -> Reply:
        """Record it, or ask for what it says first. Only staff mark messages."""
        if self.hearing.actor.person is None:
            if said.ask:
                raise Refused(T("Only colleagues can record a message that somebody wrote."))
            return Silent()
        taken = self._taken()
        if taken:
            return self._told(taken)
        if said.found is None:
            self._ask_for(said)
            return Silent()
        return self._record(said, said.found)

    # --- what became of it already ----------------------------------------------------------------

    @property
    def _here(self) -> tuple[str, str, str]:
        at = self.request.address
        return at.platform, at.workspace, at.chat

    def _taken(self) -> Card | None:
        """What to say of a message that is recorded, or is being recorded by somebody else."""
        posting = postings.at(self.db, *self._here, self.request.message)
        if posting and posting.kind != drafting.KIND:
            return self._already(Ref(posting.kind, posting.subject_id))
        row = self.records.held()
        if row is None or row.subject_id is None:
            return None
        if row.kind == drafting.KIND:
            return self._asked_already(row)
        remark = talk.get(self.db, row.subject_id) if row.kind == TALK else None
        if remark:
            return self._already(Ref(remark.kind, remark.subject_id))
        return self._already(Ref(row.kind, row.subject_id))

    def _asked_already(self, row: Heard) -> Card | None:
        """Somebody else has the form open; one's own is opened again."""
        draft = drafts.get(self.db, row.subject_id or 0)
        if draft is None or draft.account_id == self.hearing.actor.account_id:
            return None
        if draft.state != drafts.OPEN or draft.expires_at < self.hearing.recorded_at:
            return None
        other = people.account_by_id(self.db, draft.account_id)
        by = people.get(self.db, other.person_id) if other and other.person_id else None
        return Card(T("{name} is recording this message already.", name=by.name if by else "?"))

    def _already(self, about: Ref) -> Card:
        noun = self.hearing.house.nouns.get(about.kind)
        name = noun.name_of(self.db, about.id) if noun else None
        return Card(T("This message is recorded already: {name}", name=name or "?"), about=about)

    def _told(self, card: Card) -> Reply:
        """To whoever marked it, and nobody else."""
        if self.request.inline:
            return self.hearing.show(card)
        self.hearing.desk().tell(ToAccount(self.hearing.actor.account_id), card)
        return Silent()

    # --- recording it -----------------------------------------------------------------------------

    def _ask_for(self, said: Marked) -> None:
        """Nobody reaches the network now: what the message says is asked for after the commit."""
        request = self.request
        about = [said.command, request.user, request.direct, request.external]
        self._errand(errands.MESSAGE, about)

    def _errand(self, kind: str, about: Json) -> None:
        request = self.request
        errands.add(
            self.db,
            Errand(
                platform=request.address.platform,
                workspace=request.address.workspace,
                kind=kind,
                account_id=self.hearing.actor.account_id,
                chat=request.address.chat,
                thread=request.address.thread,
                message=request.message,
                about=about,
                at=self.hearing.now,
                next_at=errands.AT_ONCE,
            ),
        )

    def _record(self, said: Marked, found: Typed) -> Reply:
        """Record it, and keep what the message has become."""
        reply = self._recorded(said, found)
        self.records.keep(found, leads=False)
        return reply

    def _recorded(self, said: Marked, found: Typed) -> Reply:
        """Under the subject whose thread it stands in, or else by the command."""
        about = self.hearing.context()
        if about and about.kind != drafting.KIND and not said.ask:
            return self.understanding.remarked(about, found)
        command = self.hearing.house.catalogue.get(said.command)
        if command is None:
            raise Refused(T("This button is from an older version. Please start again."))
        if not said.ask:
            return self.understanding.start(command, found.text, None, said=found)
        return self._ask(command, found)

    def _ask(self, command: type[Command], found: Typed) -> Reply:
        """A form filled with what the message says, whatever more could be understood of it."""
        declared, first = command.declared, command.declared.questions[0].field
        self.hearing.allow(declared, None)
        understood = fill(found.text, declared, self.hearing.ctx, {})
        answers: dict[str, Json] = dict(understood.answers)
        if found.text:
            answers[first] = found.text
        photos = next((q for q in declared.questions if isinstance(q.kind, Photos)), None)
        if photos and found.files:
            answers[photos.field] = self.hearing.keep(found.files)
        reply = self.understanding.asking.ask(command, answers, first)
        self._ask_for_writer(found)
        return reply

    def _ask_for_writer(self, found: Typed) -> None:
        """A writer whom only a number names has a name once the form comes back."""
        draft = self.understanding.asking.open_draft()
        origin = found.origin
        if draft and origin and origin.user and origin.author == origin.user:
            self._errand(errands.WRITER, [draft.id, origin.user])
