"""One request, heard in one transaction: what is meant, whether it may be done, and the deed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from pydantic import ValidationError

from bot.arriving import file_name, filed
from bot.draw import Pen
from bot.house import Glance, House, reader_of_actor
from bot.permission import may, might
from bot.platform import (
    Attachment,
    Marked,
    Reply,
    Request,
    Show,
    Silent,
    Submitted,
    Toast,
    Typed,
)
from commands.customers.finance import UNREADABLE
from commands.files import seen_by
from commands.kit.answers import Context
from commands.kit.card import PUBLIC, Card, Note, Ref
from commands.kit.command import Command, Declared
from commands.kit.desk import Desk, Source, Writer
from commands.kit.errors import Denied, Invalid, Refused, Stale, no_such
from commands.kit.form import Photos
from commands.kit.limits import OPTION, shortened
from commands.kit.people import Actor, Role, To, ToAccount, ToChat
from commands.kit.words import T
from storage import deliveries, files, people, places, postings, subjects
from storage.database import Json, Transaction
from storage.drafts import Draft
from storage.files import File
from storage.keyring import Unreadable, is_sealed

AGAIN_WITHIN = timedelta(minutes=10)


class Again(Exception):
    """The same was said a moment ago; the person must say whether it is meant twice."""


@dataclass(frozen=True, slots=True)
class First:
    """The message that a deed begins with; questions and answers may lie between the two."""

    at: datetime
    message: str
    writer: Writer | None = None

    def kept_writer(self) -> Json:
        """Its writer as it stands in a row."""
        one = self.writer
        return [one.name, one.at.isoformat(), one.account_id] if one else None


def _first_of(draft: Draft) -> First:
    writer = None
    if draft.origin:
        name, at, account_id = draft.origin
        writer = Writer(name, datetime.fromisoformat(at), account_id)
    return First(draft.begun_at, draft.message, writer)


@dataclass(frozen=True, slots=True)
class Became:
    """What a message has become: a subject, by which command, or as the answer to which field."""

    about: Ref
    command: str = ""
    field: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a deed: what it shows, whether that subject changed, and how to say so."""

    shown: Card | Ref | None
    moved: bool = False
    said: T | None = None


class Hearing:
    """What all ways of hearing a request share: who speaks, when, where, how a command is run."""

    def __init__(self, db: Transaction, house: House, request: Request, actor: Actor) -> None:
        self.db = db
        self.house = house
        self.request = request
        self.actor = actor
        self.recorded_at = house.clock.now()
        self.now = min(request.at, self.recorded_at)
        self.look = Glance(db, self.now, house.zone, house.policy)
        self.ctx = Context(self.look, house.nouns, house.spoken, actor)
        self.deed = ""
        self.first = First(self.now, request.message, self.writer())
        self.became: Became | None = None
        self.field = ""
        self.unused = ""
        self.apart = False

    # --- who, when --------------------------------------------------------------------------------

    def writer(self) -> Writer | None:
        """Who wrote what is passed on, with their account if they have been here."""
        said = self.request.said
        words = said.found if isinstance(said, Marked) else said
        origin = words.origin if isinstance(words, Typed) else None
        if origin is None:
            return None
        at = self.request.address
        account = origin.user and people.account(self.db, at.platform, at.workspace, origin.user)
        return Writer(origin.author, origin.at, account.id if account else None)

    def goes_on(self, draft: Draft) -> None:
        """What is said now belongs to what a draft began; words passed on count as its own."""
        if draft.origin is None:
            draft.origin = self.first.kept_writer()
        self.first = _first_of(draft)

    # --- where ------------------------------------------------------------------------------------

    def context(self) -> Ref | None:
        """The subject that this is about: of the message answered, or of the thread it is in."""
        at = self.request.address
        here = (at.platform, at.workspace, at.chat)
        answered = self.request.reply_to or at.thread
        posting = postings.at(self.db, *here, answered) if answered else None
        if posting is None and at.thread:
            posting = postings.in_thread(self.db, *here, at.thread)
        return Ref(posting.kind, posting.subject_id) if posting else None

    def home(self, about: Card | Ref | None = None) -> To:
        """Where a deed is confirmed: here if this is direct or a bound place, else directly.

        What is private goes to this account's direct chat, wherever it was asked for. What begins
        `apart` from the thread that it was said in gets a message, and so a thread, of its own.
        """
        at = self.request.address
        if isinstance(about, Ref) and self.house.nouns[about.kind].private:
            mine = self.actor.person.id if self.actor.person else None
            return ToAccount(self.actor.account_id, mine)
        if self.request.direct or self._bound():
            mine = self.actor.person.id if self.actor.person and self.request.direct else None
            thread = "" if self.apart else at.thread
            return ToChat(at.platform, at.workspace, at.chat, thread, mine)
        return ToAccount(self.actor.account_id)

    def _bound(self) -> bool:
        at = self.request.address
        bound = places.at(self.db, at.platform, at.workspace, at.chat)
        return bound is not None and not (bound.shared or self.request.external)

    # --- saying -----------------------------------------------------------------------------------

    def show(self, card: Card) -> Reply:
        """Answer this person: at once where the platform can, otherwise by a letter."""
        card = self._with_unused(card)
        if self.request.inline:
            reader = reader_of_actor(self.house, self.actor)
            return Show(Pen(reader, self.request.address, self.house.seal).page(card))
        self.desk().tell(self.home(), card)
        return Silent()

    def _with_unused(self, card: Card) -> Card:
        """With what was said and asked for by nothing, so that nobody thinks it was heeded."""
        if not self.unused:
            return card
        note, self.unused = Note(not_used(self.unused), PUBLIC), ""
        return replace(card, parts=(*card.parts, note))

    def ends(self) -> Reply:
        """Say nothing more, except what was not used."""
        if not self.unused:
            return Silent()
        card, self.unused = Card(not_used(self.unused)), ""
        return self.show(card)

    def show_subject(self, about: Ref) -> Reply:
        """Show a subject's card, which follows its changes where it comes as a letter."""
        noun = self.house.nouns[about.kind]
        if self.request.inline and noun.card and not noun.private:
            return self.show(noun.card(self.look, about.id))
        self.desk().tell(self.home(about), about, replaces=str(about))
        return Silent()

    def toast(self, words: T, *, alert: bool = False) -> Reply:
        """A passing word to whoever pressed a button."""
        return Toast(reader_of_actor(self.house, self.actor).say(words), alert)

    # --- doing ------------------------------------------------------------------------------------

    def desk(self, declared: Declared | None = None) -> Desk:
        """The desk at which a command is run."""
        at = self.request.address
        return Desk(
            db=self.db,
            actor=self.actor,
            source=Source(
                at.platform,
                at.workspace,
                at.chat,
                at.thread,
                self.first.message,
                self.request.direct,
                self.request.title,
                self.first.at,
                self.first.writer,
                self.request.external,
            ),
            now=self.now,
            recorded_at=self.recorded_at,
            machine_now=self.house.clock.machine(),
            zone=self.house.zone,
            policy=self.house.policy,
            deed=declared.name if declared else "",
            clause=declared.clause if declared else "",
            server=self.server(),
            guide=self.guide,
            verbs=self.verbs,
            links=self.house.links,
            reaches=self.house.platforms.__contains__,
            may_open=self._may_open,
            nouns=self.house.nouns,
        )

    def server(self) -> str:
        """Where our pages are, unless this platform's people could not open them there."""
        passes = self.house.passes
        platform = self.house.platforms.get(self.request.address.platform)
        return "" if platform and platform.carries and not passes.public else passes.url

    def _may_open(self, file: File) -> bool:
        return seen_by(self.db, self.house.nouns.get(file.kind), self.actor, file)

    def guide(self) -> list[tuple[str, str, T]]:
        """The commands that menus list and this actor may use: name, alias, what it does."""
        return [
            (d.name, d.aliases[0] if d.aliases else "", d.words)
            for d in (command.declared for command in self.house.catalogue)
            if d.listed and may(self.db, self.house.nouns, self.actor, d, None)
        ]

    def verbs(self) -> list[tuple[T, list[tuple[str, str]]]]:
        """The commands on a subject that this actor might use: what it is, names and aliases."""
        found: dict[str, list[tuple[str, str]]] = {}
        for declared in (command.declared for command in self.house.catalogue):
            if declared.on and might(self.actor, declared):
                alias = declared.aliases[0] if declared.aliases else ""
                found.setdefault(declared.on, []).append((declared.name, alias))
        return [(self.house.nouns[kind].words, names) for kind, names in found.items()]

    def allow(self, declared: Declared, about: Ref | None) -> None:
        """Raise `Denied` unless this actor may do this (default deny)."""
        if may(self.db, self.house.nouns, self.actor, declared, about):
            self._check_alone(declared)
            return
        if self.actor.left:
            raise Denied(
                T("You have left the company. If you are back, send “join CODE” with a new code.")
            )
        if self.actor.role is Role.STRANGER:
            raise Denied(
                T("I don't know you yet. Send “join CODE”, or “complaint” and what happened.")
            )
        raise Denied(T("You may not do this: {what}.", what=declared.words))

    def _check_alone(self, declared: Declared) -> None:
        """What is secret is not asked for where others read; a form is its reader's alone."""
        alone = (
            self.request.direct or self.request.opens or isinstance(self.request.said, Submitted)
        )
        if declared.secrets and declared.on and not alone:
            raise Refused(T("This is confidential. Please send it to me in a direct chat."))

    def run(
        self, command: type[Command], answers: Mapping[str, Json], revision: int, *, again: bool
    ) -> Outcome:
        """Do the deed in a savepoint.

        Its subject is locked and current, the actor entitled, the answers typed.
        """
        declared = command.declared
        about = self.subject(declared, answers)
        if about:
            self._hold(declared, about, revision)
        self.allow(declared, about)
        made = _typed(command, self._opened(declared, answers))
        self.deed = _digest(declared, answers)
        if declared.makes and not again and self._said_before():
            raise Again
        desk = self.desk(declared)
        desk.again = again
        with self.db.savepoint():
            shown = made.run(desk)
        self._file(declared, answers, shown)
        made_of_it = shown if isinstance(shown, Ref) else about
        if made_of_it:
            self.becomes(made_of_it, declared.name)
        return Outcome(shown, isinstance(shown, Ref) and shown in desk.moved, desk.done)

    def sealed(self, declared: Declared, answers: dict[str, Json]) -> dict[str, Json]:
        """The answers as a draft keeps them: what is secret is sealed, and asked for alone."""
        self._check_alone(declared)
        seal = self.db.keyring.seal
        fresh = {f for f in declared.secrets & answers.keys() if not is_sealed(answers[f])}
        return answers | {field: seal(str(answers[field])) for field in fresh if answers[field]}

    def _opened(self, declared: Declared, answers: Mapping[str, Json]) -> Mapping[str, Json]:
        """The answers as they were given."""
        shut = {f for f in declared.secrets & answers.keys() if is_sealed(answers[f])}
        try:
            return {**answers, **{field: self.db.keyring.open(answers[field]) for field in shut}}
        except Unreadable as error:
            raise Refused(UNREADABLE) from error

    def becomes(self, about: Ref, command: str = "") -> None:
        """This message has become a subject, or a part of one."""
        self.became = Became(about, command, self.field)

    def mend(
        self, command: type[Command], about: Ref, changed: Mapping[str, Json], at: datetime
    ) -> None:
        """Correct what a command once did, as if the words of that moment had been these."""
        declared = command.declared
        self._hold(declared, about, 0)
        self.allow(declared, about if declared.on else None)
        with self.db.savepoint():
            command.mend(self.desk(declared).as_of(at), about, changed)

    def subject(self, declared: Declared, answers: Mapping[str, Json]) -> Ref | None:
        """The subject that a command acts on, once its answer is known."""
        held = answers.get(declared.under) if declared.under else None
        return Ref(declared.on, held) if isinstance(held, int) else None

    def _hold(self, declared: Declared, about: Ref, revision: int) -> None:
        state = subjects.lock(self.db, about.kind, about.id)
        if state is None:
            raise no_such(self.house.nouns[about.kind].words)
        if declared.decides and revision and revision != state.revision:
            raise Stale(about.kind, about.id, revision)

    def _said_before(self) -> bool:
        since = self.recorded_at - AGAIN_WITHIN
        return deliveries.done_since(self.db, self.actor.account_id, self.deed, since)

    def _file(
        self, declared: Declared, answers: Mapping[str, Json], outcome: Card | Ref | None
    ) -> None:
        """Photos answered to a question belong to the subject that was made."""
        about = outcome if isinstance(outcome, Ref) else self.subject(declared, answers)
        asked = (q.field for q in declared.questions if isinstance(q.kind, Photos))
        if about:
            for file_id in (one for field in asked for one in answers.get(field) or ()):
                self._file_under(file_id, about)

    def _file_under(self, file_id: int, about: Ref) -> None:
        """A file that arrived before its subject was made is told of now."""
        files.file_under(self.db, file_id, about.kind, about.id)
        file = files.get(self.db, file_id)
        content = self.house.vault.get(self.db, file.vault) if file else None
        if file and content is not None:
            filed(self.house, self.desk(), file, content)

    def keep(self, attachments: tuple[Attachment, ...], about: Ref | None = None) -> list[int]:
        """Keep references to files; their bytes are fetched after the commit."""
        at = self.request.address
        return [
            files.add(
                self.db,
                File(
                    platform=at.platform,
                    workspace=at.workspace,
                    remote=one.remote,
                    name=file_name(one.name),
                    media=one.media,
                    size=one.size,
                    account_id=self.actor.account_id,
                    kind=about.kind if about else "",
                    subject_id=about.id if about else None,
                    at=self.now,
                ),
            )
            for one in attachments
        ]


def _typed(command: type[Command], answers: Mapping[str, Json]) -> Command:
    """The command with its answers; one that does not fit its field is the person's to mend."""
    try:
        return command(**answers)
    except ValidationError as error:
        field = str(error.errors()[0]["loc"][0]) if error.errors()[0]["loc"] else ""
        raise Invalid(field, T("This answer does not fit. Please give it again.")) from error


def _digest(declared: Declared, answers: Mapping[str, Json]) -> str:
    """What was said, whichever way: a form also sends the questions that were left empty."""
    told = {field: value for field, value in answers.items() if field not in declared.secrets}
    given = {field: value for field, value in told.items() if value not in (None, "", [])}
    packed = json.dumps([declared.name, given], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(packed.encode()).hexdigest()[:24]


def not_used(words: str) -> T:
    """Words that nothing asked for, in a line and not too long."""
    return T("Not used here: “{said}”", said=shortened(" ".join(words.split()), OPTION))


def refusal(refused: Refused) -> Card:
    """A refusal as a card."""
    return Card(refused.words)
