"""Understands a request: words, a button, a form, a first hello."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import assert_never

from bot import alone, calling, front, remarks
from bot.albums import Albums
from bot.apart import set_apart
from bot.asking import Asking, place_asked
from bot.bursts import Bursts
from bot.correcting import Correcting
from bot.hearing import Hearing
from bot.marking import Marking
from bot.permission import may, might
from bot.platform import (
    Marked,
    Opened,
    PhoneCard,
    Pressed,
    Reply,
    Silent,
    Started,
    Submitted,
    Typed,
)
from bot.records import Records
from bot.submitting import Submitting
from bot.uncommanded import Uncommanded
from commands.kit import drafting, reading, welcome
from commands.kit.card import Card, Ref
from commands.kit.command import Command, Declared
from commands.kit.errors import Denied, Refused
from commands.kit.form import Photos, Pick
from commands.kit.limits import OPTION, shortened
from commands.kit.noun import Noun
from commands.kit.people import Role
from commands.kit.reading import Understood, told_in
from commands.kit.taps import BadTap
from commands.kit.words import T
from commands.people import recognised
from storage import drafts, letters
from storage.database import Json, known


class Understanding:
    """Turns one request into a reply."""

    def __init__(self, hearing: Hearing) -> None:
        self.hearing = hearing
        self.asking = Asking(hearing)
        self.db = hearing.db
        self.house = hearing.house
        self.request = hearing.request

    def reply(self) -> Reply:
        """Do what the request asks; whoever may not, but can be told who they are, is asked."""
        try:
            return self._meant()
        except Denied:
            card = self.who_are_you()
            if card is None:
                raise
            return self.hearing.show(card)

    def who_are_you(self, phone: str = "") -> Card | None:
        """A stranger whom their platform vouches to be somebody that we know."""
        if self.hearing.actor.role is not Role.STRANGER:
            return None
        return recognised(self.db, self.hearing.actor.account_id, phone=phone)

    def _meant(self) -> Reply:
        said = self.request.said
        match said:
            case Typed():
                return self._typed(said)
            case Pressed():
                return self._pressed(said)
            case Submitted():
                return Submitting(self.asking).submitted(said.draft, said.answers, said.files)
            case Started():
                return self._started(said)
            case Marked():
                return Marking(self).marked(said)
            case Opened():
                front.opened(self.hearing)
                return Silent()
        assert_never(said)

    # --- words ------------------------------------------------------------------------------------

    def _typed(self, said: Typed) -> Reply:
        """What somebody wrote; what becomes of it is kept, for edits and the rest of an album."""
        keeping = Records(self.hearing)
        if said.edited:
            return Correcting(self, keeping).edited(said)
        albums = Albums(self, keeping)
        leader = albums.leader(said)
        reply = albums.joined(leader, said) if leader else self.told(said)
        row, newer = keeping.keep(said, leads=leader is None)
        if row and row.leads:
            albums.gather(row)
        if row and newer:
            Correcting(self, keeping).catch_up(row, newer)
        return reply

    def told(self, said: Typed) -> Reply:
        """Words, files, a place or a phone number, as if they came alone."""
        about = self.hearing.context()
        draft = self._draft(about)
        found = self.command(said, about)
        if found and not calling.slash(said) and self._is_asked(about, draft):
            found = found if self._begins_anew(*found) else self.command(said, about, apart=True)
        reply = calling.button(self.asking, said, about, draft, command=found is not None)
        return reply or self._ordered(said, about, found) or self._answering(said, about, draft)

    def _ordered(
        self, said: Typed, about: Ref | None, found: tuple[type[Command], str] | None
    ) -> Reply | None:
        """A command, or a slash that names none."""
        if found:
            command, rest = found
            if remarks.opens_another(self.hearing, command.declared, about):
                about, self.hearing.apart = None, True
            return self.start(command, rest, about, said=said)
        if calling.slash(said) and self.request.direct:
            return calling.no_such_command(self.asking, said)
        return None

    def _answering(self, said: Typed, about: Ref | None, draft: drafts.Draft | None) -> Reply:
        """What answers a question, or a card, or nothing."""
        if draft and draft.state == drafts.GATHERING:
            return Bursts(self).answered(known(draft.id), said) or self.answering(None, said)
        answer = self._to_draft(draft, said) if draft else None
        if answer:
            return answer
        if said.phone:
            return self._phone(said.phone, about)
        return self.answering(about, said)

    def answering(self, about: Ref | None, said: Typed) -> Reply:
        """What answers a subject's card, or nothing."""
        verb = alone.verb(self.house, self.hearing.ctx, said, about) if about else None
        if verb and may(self.db, self.house.nouns, self.hearing.actor, verb[0].declared, about):
            return self.start(verb[0], "", about, given=verb[1])
        if about and about.kind != drafting.KIND:
            return self.remarked(about, said)
        if self.request.direct or self.request.mentions:
            return self.gathered(said) or Uncommanded(self).taken(said)
        return Silent()

    def regathered(self, draft: drafts.Draft, message: str, text: str) -> None:
        """One of the messages of a draft that is being gathered reads so now."""
        Bursts(self).edited(draft, message, text)

    def gathered(self, said: Typed) -> Reply | None:
        """What comes of it with what was sent around it; None if it stands alone."""
        return Bursts(self).taken(said)

    def _is_asked(self, about: Ref | None, draft: drafts.Draft | None) -> bool:
        """Whether a question is open: 客户很满意 is then its answer, and no command."""
        if draft and draft.asking and draft.state not in {drafts.DONE, drafts.CANCELLED}:
            return True
        return about is None and Bursts(self).asks_for_words()

    def command(
        self, said: Typed, about: Ref | None, *, apart: bool = False
    ) -> tuple[type[Command], str] | None:
        """The command that is meant: named by the platform, or by the text's first words.

        Somebody else's words, passed on, command nothing. With `apart` it stands alone, or before
        a space or a stop, unless it has a slash.
        """
        if said.command and said.command.casefold() != "headwater":
            command = self.house.catalogue.spoken.get(said.command.casefold())
            return (command, said.text) if command else None
        if said.origin:
            return None
        slash, on = calling.slash(said), about.kind if about else ""

        def wanted(declared: Declared, rest: str) -> bool:
            """Answering a card, plain words are its verbs alone: other commands need a slash.

            A verb that names its subject is meant for that one: by number, or, answering nothing,
            by name.
            """
            if slash:
                return True
            if self.hearing.actor.role is Role.CONTACT and not might(self.hearing.actor, declared):
                return False  # a customer who writes of a meeting plans none
            if declared.on == on or remarks.opens_another(self.hearing, declared, about):
                return True
            return bool(declared.on) and self._led(self.house.nouns[declared.on], rest, about)

        return reading.command_in(
            said.text, self.house.catalogue, wanted, apart=apart and not slash
        )

    def _begins_anew(self, command: type[Command], rest: str) -> bool:
        """Whether words, however close behind their command, can be no answer to a question.

        What a customer complains of is lost to none, nor is what names its own subject.
        """
        if not command.declared.makes:
            return False
        picks = (q.kind for q in command.declared.questions if isinstance(q.kind, Pick))
        kind = next(picks, None)
        if self.hearing.actor.role is Role.CONTACT or kind is None:
            return self.hearing.actor.role is Role.CONTACT
        return self._led(self.house.nouns[kind.noun], rest, None)

    def _led(self, noun: Noun, text: str, about: Ref | None) -> bool:
        """Whether a text begins with one subject that it names."""
        if noun.numbered(text):
            return True
        return (
            about is None
            and noun.leads is not None
            and noun.leads(self.hearing.look, text)[0].clear
        )

    def _draft(self, about: Ref | None) -> drafts.Draft | None:
        if about and about.kind == drafting.KIND:
            return drafts.get(self.db, about.id)
        return None if about else self.asking.open_draft()

    def _to_draft(self, draft: drafts.Draft, said: Typed) -> Reply | None:
        """An answer to an open draft: None where what was sent answers none of its questions."""
        if said.phone or (draft.state == drafts.CANCELLED and (said.spot or said.files)):
            return None
        if said.spot:
            return self.asking.placed(draft, asdict(said.spot), said.text)
        if said.files:
            return self.asking.attached(draft, said.files, said.text)
        return self.asking.answered(draft, said.text)

    def start(
        self,
        command: type[Command],
        text: str,
        about: Ref | None,
        *,
        given: dict[str, Json] | None = None,
        revision: int = 0,
        said: Typed | None = None,
    ) -> Reply:
        """Begin a command with what is known of it."""
        declared = command.declared
        answers = dict(given or {})
        if about and declared.on == about.kind:
            answers.setdefault(declared.under, about.id)
        self._allow_early(declared, answers)
        command.early(self.hearing.desk(declared))
        self._attach(declared, answers, said)
        understood = reading.fill(text, declared, self.hearing.ctx, answers)
        if declared.decides and understood.rest and told_in(declared) is None:
            self._undecided(declared, understood, said)
        if not (understood.invalid or understood.which):
            self._left_over(declared, understood.answers, understood.rest, said)
        return self.asking.take(command, understood, revision=revision)

    def _undecided(self, declared: Declared, found: Understood, said: Typed | None) -> None:
        """“Approved, but only if …” is no approval: the words are kept, and nothing is decided."""
        about = self.hearing.subject(declared, found.answers)
        if said and about:
            self.remarked(about, replace(said, files=()))
        raise Refused(
            T(
                "Nothing was decided, because you said more: “{said}”. "
                "Press a button on its card, or send the one word alone.",
                said=shortened(found.rest, OPTION),
            )
        )

    def _left_over(
        self, declared: Declared, answers: dict[str, Json], rest: str, said: Typed | None
    ) -> None:
        """Words that the command does not ask for are kept with the subject that it is about.

        Where there is none, the answer says that they were not used.
        """
        about = self.hearing.subject(declared, answers)
        if said and rest and about and not declared.secrets:
            self.remarked(about, replace(said, text=rest, files=()))
        elif said and rest:
            self.hearing.unused = "…" if declared.secrets else rest

    def _allow_early(self, declared: Declared, answers: dict[str, Json]) -> None:
        """Nobody is asked questions for something they may not do."""
        about = self.hearing.subject(declared, answers)
        if about or not declared.on:
            self.hearing.allow(declared, about)

    def _attach(self, declared: Declared, answers: dict[str, Json], said: Typed | None) -> None:
        asked = next((q for q in declared.questions if isinstance(q.kind, Photos)), None)
        if said and said.files:
            kept = self.hearing.keep(said.files, self.hearing.subject(declared, answers))
            if asked:
                answers[asked.field] = kept

    def _phone(self, card: PhoneCard, about: Ref | None) -> Reply:
        """Somebody's number: one's own says who one is, another's is a contact's of a customer."""
        own = card.own and self.request.direct
        question = self.who_are_you(card.phone) if own else None
        if question:
            return self.hearing.show(question)
        if card.own:
            return self.hearing.show(welcome.unknown_number())
        command = self.house.catalogue.get("contact_add")
        if self.hearing.actor.role is not Role.STAFF or command is None:
            return self.hearing.show(welcome.stranger(self.hearing.actor.name))
        return self.start(command, "", about, given={"name": card.name, "phone": card.phone})

    # --- talk -------------------------------------------------------------------------------------

    def remarked(self, about: Ref, said: Typed) -> Reply:
        """Words about a subject that are no command are kept with it, whoever concerned says it."""
        answer = remarks.keep(self.hearing, about, said)
        return self.hearing.show(answer) if answer else Silent()

    # --- buttons and links ------------------------------------------------------------------------

    def _pressed(self, said: Pressed) -> Reply:
        try:
            tap = self.house.seal.opened(said.data, self.request.address)
        except BadTap as error:
            raise Refused(
                T("This button does not belong here, or is too old. Please send the command again.")
            ) from error
        if tap.command == "~as" and tap.about:
            return self._as(tap.about.id, str(tap.answers.get("c", "")))
        if tap.command.startswith("~") and tap.about:
            return self.asking.tapped(tap.command, tap.about.id, tap.answers)
        command = self.house.catalogue.get(tap.command)
        if command is None:
            raise Refused(T("This button is from an older version. Please start again."))
        return self.start(command, "", tap.about, given=dict(tap.answers), revision=tap.revision)

    def _as(self, draft_id: int, name: str) -> Reply:
        """Words kept aside are now known to be meant for a command."""
        drafts.hold(self.db, self.hearing.actor.account_id)
        draft = drafts.get(self.db, draft_id)
        command = self.house.catalogue.get(name)
        mine = draft is not None and draft.account_id == self.hearing.actor.account_id
        if draft is None or command is None or not mine:
            raise Refused(T("That question was put to somebody else, or is long past."))
        if draft.state == drafts.DONE:
            raise Refused(T("That is done already. To do it once more, start again."))
        if draft.state == drafts.CANCELLED:
            raise Refused(T("That was cancelled. To do it after all, please send it again."))
        if draft.command == command.declared.name:
            return self.asking.tapped("~go", draft_id, {})
        if draft.command:  # it has been gathered meanwhile, whatever became of that
            set_apart(self.hearing, draft)
        return self.taken_up(draft, command, draft.answers["text"])

    def taken_up(
        self, draft: drafts.Draft, command: type[Command], text: str, more: tuple[int, ...] = ()
    ) -> Reply:
        """Begin a command with words and files kept aside, and perhaps more files."""
        self.hearing.goes_on(draft)
        drafts.end(self.db, known(draft.id), drafts.DONE)
        letters.withdraw(self.db, str(Ref(drafting.KIND, known(draft.id))))
        given: dict[str, Json] = {}
        asked = next((q for q in command.declared.questions if isinstance(q.kind, Photos)), None)
        kept = [*draft.answers.get("files", ()), *more]
        if asked and kept:
            given[asked.field] = kept
        place = place_asked(command.declared)
        if place and draft.answers.get("place"):
            given[place.field] = draft.answers["place"]
        reply = self.start(command, text, None, given=given)
        self.asking.goes_over(draft)
        self.asking.touch(draft)
        return reply

    def _started(self, said: Started) -> Reply:
        join = self.house.catalogue.get("join")
        if said.code and join:
            return self.start(join, said.code, None)
        if self.hearing.actor.role is Role.STRANGER:
            card = self.who_are_you() or welcome.stranger(self.hearing.actor.name)
            return self.hearing.show(card)
        found = self.house.catalogue.get("help")
        assert found is not None
        return self.start(found, "", None)
