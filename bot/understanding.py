"""Understands a request: words, a button, a form, a first hello."""

from __future__ import annotations

from typing import assert_never

from bot.asking import Asking
from bot.hearing import Hearing
from bot.permission import may
from bot.platform import Pressed, Reply, Silent, Started, Submitted, Typed
from commands.kit import drafting, reading, welcome
from commands.kit.card import Ref
from commands.kit.command import Command, Declared
from commands.kit.drafting import trouble
from commands.kit.errors import Invalid, Refused
from commands.kit.form import Photos
from commands.kit.noun import Matches, Noun
from commands.kit.people import Role
from commands.kit.reading import Understood, Which
from commands.kit.tables import named_like_a_table
from commands.kit.taps import BadTap
from commands.kit.words import T
from storage import drafts, subjects, talk
from storage.database import Json, known

IMPORTS = {"import_customers", "import_people"}


class Understanding:
    """Turns one request into a reply."""

    def __init__(self, hearing: Hearing) -> None:
        self.hearing = hearing
        self.asking = Asking(hearing)
        self.db = hearing.db
        self.house = hearing.house
        self.request = hearing.request

    def reply(self) -> Reply:
        """Do what the request asks."""
        said = self.request.said
        match said:
            case Typed():
                return self._typed(said)
            case Pressed():
                return self._pressed(said)
            case Submitted():
                return self.asking.submitted(said.draft, said.answers, said.files)
            case Started():
                return self._started(said)
        assert_never(said)

    # --- words ------------------------------------------------------------------------------------

    def _typed(self, said: Typed) -> Reply:
        about = self.hearing.context()
        found = self._command(said, about)
        if found:
            command, rest = found
            return self.start(command, rest, about, said=said)
        draft = self._draft(about)
        if draft:
            return self._to_draft(draft, said)
        if about and about.kind != drafting.KIND:
            return self._talk(about, said)
        if self.request.direct or self.request.mentions:
            return self._without_command(said)
        return Silent()

    def _command(self, said: Typed, about: Ref | None) -> tuple[type[Command], str] | None:
        """The command that is meant: named by the platform, or by the text's first words."""
        if said.command and said.command.casefold() != "headwater":
            command = self.house.catalogue.spoken.get(said.command.casefold())
            return (command, said.text) if command else None
        slash = said.text.lstrip().startswith("/") or bool(said.command)
        on = about.kind if about else ""

        def wanted(declared: Declared) -> bool:
            """Answering a card, plain words are its verbs alone: other commands need a slash."""
            return slash or (not declared.on and not on) or (bool(on) and declared.on == on)

        return reading.command_in(said.text, self.house.catalogue, wanted)

    def _draft(self, about: Ref | None) -> drafts.Draft | None:
        if about and about.kind == drafting.KIND:
            return drafts.get(self.db, about.id)
        return None if about else self.asking.open_draft()

    def _to_draft(self, draft: drafts.Draft, said: Typed) -> Reply:
        if said.files:
            return self.asking.attached(draft, self.hearing.keep(said.files), said.text)
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
        self._attach(declared, answers, said)
        understood, invalid = self._read(text, declared, answers)
        if invalid or understood.which:
            field = invalid.field if invalid else understood.which.field if understood.which else ""
            error = trouble(understood.which, invalid.words if invalid else "")
            return self.asking.ask(
                command, understood.answers, field, revision=revision, error=error
            )
        if understood.also and not drafting.missing(declared, understood.answers):
            also = {"also": list(understood.also)}
            return self.asking.ask(command, understood.answers, "", error=also)
        return self.asking.proceed(command, understood.answers, revision=revision)

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

    def _read(
        self, text: str, declared: Declared, answers: dict[str, Json]
    ) -> tuple[Understood, Invalid | None]:
        try:
            return reading.fill(text, declared, self.hearing.ctx, answers), None
        except Invalid as invalid:
            return Understood(answers), invalid
        except Which as which:
            return Understood(answers, which), None

    # --- words without a command ------------------------------------------------------------------

    def _without_command(self, said: Typed) -> Reply:
        actor = self.hearing.actor
        if actor.role is Role.STRANGER and not said.files and len(said.text) <= 1:
            return self.hearing.show(welcome.stranger(actor.name))
        if self._brings_tables(said):
            self.hearing.keep(said.files)
            return self.hearing.show(welcome.fetching([file.name for file in said.files]))
        kept: dict[str, Json] = {"text": said.text}
        if said.files:
            kept["files"] = self.hearing.keep(said.files)
        named = self._names(said.text) if actor.role is Role.STAFF else None
        draft = Ref(drafting.KIND, known(self.asking.keep_aside(kept).id))
        if named:
            noun, matches = named
            return self.hearing.show(welcome.named(matches.found[0].name, self._verbs(noun), draft))
        return self.hearing.show(welcome.puzzled(self.house.catalogue, actor, said.text, draft))

    def _brings_tables(self, said: Typed) -> bool:
        """Whether somebody who may import sent tables and no words: they are asked once it is here.

        Whoever else sends one means something by it that we don't know.
        """
        if not said.files or said.text or not all(named_like_a_table(f.name) for f in said.files):
            return False
        commands = [c.declared for c in self.house.catalogue if c.declared.name in IMPORTS]
        actor, nouns = self.hearing.actor, self.house.nouns
        return any(may(self.db, nouns, actor, declared, None) for declared in commands)

    def _names(self, text: str) -> tuple[Noun, Matches] | None:
        """The subject that a text begins with, if only one is meant."""
        for noun in self.house.nouns.every():
            if noun.leads and noun.verbs:
                matches, _rest = noun.leads(self.hearing.look, text)
                if matches.clear:
                    return noun, matches
        return None

    def _verbs(self, noun: Noun) -> list[Declared]:
        commands = (self.house.catalogue.get(name) for name in noun.verbs)
        return [command.declared for command in commands if command]

    # --- talk -------------------------------------------------------------------------------------

    def _talk(self, about: Ref, said: Typed) -> Reply:
        """Words about a subject that are no command are kept with it, whoever concerned says it."""
        noun = self.house.nouns[about.kind]
        involved = noun.involved(self.db, about.id)
        actor = self.hearing.actor
        if involved is None or not (actor.person or actor.account_id in involved.account_ids):
            return Silent()
        kept = self.hearing.keep(said.files, about)
        at = self.request.address
        remark = talk.Talk(
            kind=about.kind,
            subject_id=about.id,
            person_id=actor.person.id if actor.person else None,
            contact_id=actor.contact_id,
            account_id=actor.account_id,
            name=actor.name,
            text=said.text,
            files=kept,
            at=self.hearing.now,
            recorded_at=self.hearing.recorded_at,
            platform=at.platform,
            workspace=at.workspace,
            chat=at.chat,
            message=self.request.message,
        )
        talk.add(self.db, remark)
        subjects.change(self.db, about.kind, about.id, self.hearing.recorded_at, None)
        noun.heard(self.hearing.desk(), about.id, remark)
        return Silent()

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
        draft = drafts.get(self.db, draft_id)
        command = self.house.catalogue.get(name)
        mine = draft is not None and draft.account_id == self.hearing.actor.account_id
        if draft is None or command is None or not mine:
            raise Refused(T("That question was put to somebody else, or is long past."))
        if draft.state == drafts.DONE:
            raise Refused(T("That is done already. To do it once more, start again."))
        drafts.end(self.db, draft_id, drafts.DONE)
        given: dict[str, Json] = {}
        asked = next((q for q in command.declared.questions if isinstance(q.kind, Photos)), None)
        if asked and draft.answers.get("files"):
            given[asked.field] = draft.answers["files"]
        return self.start(command, draft.answers["text"], None, given=given)

    def _started(self, said: Started) -> Reply:
        join = self.house.catalogue.get("join")
        if said.code and join:
            return self.start(join, said.code, None)
        if self.hearing.actor.role is Role.STRANGER:
            return self.hearing.show(welcome.stranger(self.hearing.actor.name))
        found = self.house.catalogue.get("help")
        assert found is not None
        return self.start(found, "", None)
