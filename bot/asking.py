"""Asks for what is missing, keeps what was answered, and runs the command once it is complete."""

from __future__ import annotations

from collections.abc import Mapping

from bot.apart import set_apart
from bot.forms import draft_form
from bot.hearing import Again, Hearing, Outcome
from bot.house import reader_of_actor
from bot.pages import Form
from bot.platform import Attachment, Open, Pressed, Reply, Silent, Typed
from commands.kit import answering, drafting, words
from commands.kit.answers import Which, answer
from commands.kit.card import Card, Link, Note, Ref
from commands.kit.command import Command, Declared
from commands.kit.drafting import trouble
from commands.kit.errors import Invalid, Refused
from commands.kit.form import Photos, Place, Question
from commands.kit.people import ToAccount
from commands.kit.reading import Understood
from commands.kit.words import T
from storage import drafts, files, heard, postings, subjects
from storage.database import Json, known
from storage.drafts import Draft

SAID_ALREADY = T("You said exactly this a few minutes ago. Again?")


class Asking:
    """The part of hearing a request that has to do with drafts."""

    def __init__(self, hearing: Hearing) -> None:
        self.hearing = hearing
        self.db = hearing.db
        self.house = hearing.house
        self.request = hearing.request

    @property
    def conversation(self) -> str:
        """Where this is said, as drafts name it."""
        at = self.request.address
        return f"{at.platform}:{at.workspace}:{at.chat}:{at.thread}"

    # --- towards the deed -------------------------------------------------------------------------

    def proceed(
        self,
        command: type[Command],
        answers: dict[str, Json],
        *,
        draft: Draft | None = None,
        revision: int = 0,
        again: bool = False,
    ) -> Reply:
        """Run a command that is complete; ask for the first thing that is missing otherwise."""
        absent = drafting.missing(command.declared, answers)
        if absent:
            return self.ask(command, answers, absent.field, draft=draft, revision=revision)
        try:
            outcome = self.hearing.run(command, answers, revision, again=again)
        except Invalid as invalid:
            if not command.declared.question(invalid.field):
                raise
            wrong = trouble(said=invalid.words)
            return self.ask(command, answers, invalid.field, draft=draft, error=wrong)
        except Again:
            return self.ask(command, answers, "", draft=draft, error=trouble(said=SAID_ALREADY))
        self.done(draft)
        return self.tell(command.declared, outcome, quiet=draft is not None)

    def take(
        self,
        command: type[Command],
        found: Understood,
        *,
        draft: Draft | None = None,
        revision: int = 0,
    ) -> Reply:
        """Go on with what a text says; ask about what is wrong in it, or not clear."""
        invalid, which = found.invalid, found.which
        if invalid or which:
            field = invalid.field if invalid else which.field if which else ""
            wrong = trouble(None if invalid else which, invalid.words if invalid else "")
        elif found.also and not drafting.missing(command.declared, found.answers):
            field, others = found.also
            field, wrong = "", {"also": [field, *others]}
        else:
            return self.proceed(command, found.answers, draft=draft, revision=revision)
        return self.ask(command, found.answers, field, draft=draft, revision=revision, error=wrong)

    def done(self, draft: Draft | None) -> None:
        """A draft is done; the messages that began and answered it have become what came of it."""
        if draft is not None:
            drafts.end(self.db, known(draft.id), drafts.DONE)
            self.touch(draft)
            self.goes_over(draft)

    def goes_over(self, draft: Draft) -> None:
        """What a draft was said with has become what this message became."""
        found = self.hearing.became
        if found and found.about != Ref(drafting.KIND, known(draft.id)):
            about = found.about
            heard.became(self.db, known(draft.id), about.kind, about.id, found.command)

    def tell(self, declared: Declared, outcome: Outcome, *, quiet: bool) -> Reply:
        """Show what came of it.

        A changed card that stands here already is redrawn, not said twice; one that was only asked
        for is shown again, for it may stand far above.
        """
        shown = outcome.shown
        if isinstance(shown, Card) and shown.about is None:
            return self.hearing.show(shown)
        if isinstance(shown, Ref) and outcome.moved and self._in_sight(shown):
            return self._confirmed(declared, outcome, quiet=quiet)
        if shown is not None:
            self.hearing.desk().tell(self.hearing.home(shown), shown)
        return self.hearing.ends()

    def _confirmed(self, declared: Declared, outcome: Outcome, *, quiet: bool) -> Reply:
        if isinstance(self.request.said, Pressed):
            return self.hearing.toast(outcome.said or T("Done."))
        if quiet and not outcome.said:
            return Silent()
        what = outcome.said or T("Done: {what}", what=declared.words)
        return self.hearing.show(Card(T("✔ {what}", what=what)))

    def _in_sight(self, outcome: Ref) -> bool:
        """Whether a card of this subject that follows its changes stands in this conversation."""
        at = self.request.address
        return any(
            posting.follows
            and posting.view == outcome.view
            and (posting.platform, posting.workspace, posting.chat)
            == (at.platform, at.workspace, at.chat)
            for posting in postings.of(self.db, outcome.kind, outcome.id)
        )

    # --- asking -----------------------------------------------------------------------------------

    def ask(
        self,
        command: type[Command],
        answers: dict[str, Json],
        field: str,
        *,
        draft: Draft | None = None,
        revision: int = 0,
        error: Json = None,
        state: str = drafts.OPEN,
    ) -> Reply:
        """Keep a draft that asks for a field, and ask."""
        answers = self.hearing.sealed(command.declared, answers)
        kept = draft or self._new(command.declared, answers, revision, state)
        kept.answers, kept.asking, kept.error = answers, field, error
        kept.expires_at = self.hearing.recorded_at + drafting.KEPT_FOR
        drafts.save(self.db, kept)
        self.hearing.becomes(Ref(drafting.KIND, known(kept.id)), command.declared.name)
        return self._put(kept, command, fresh=draft is None)

    def keep_aside(self, answers: dict[str, Json]) -> Draft:
        """Keep words whose command is not known yet."""
        kept = self._new(None, answers, 0, drafts.ASIDE)
        self.hearing.becomes(Ref(drafting.KIND, known(kept.id)))
        return kept

    def _new(
        self, declared: Declared | None, answers: dict[str, Json], revision: int, state: str
    ) -> Draft:
        at = self.request.address
        account = self.hearing.actor.account_id
        earlier = drafts.open_in(self.db, account, self.conversation)
        if earlier is not None and state == drafts.OPEN:
            drafts.end(self.db, known(earlier.id), drafts.ASIDE)
            self.touch(earlier)
        about = self.hearing.subject(declared, answers) if declared else None
        made = Draft(
            account_id=account,
            platform=at.platform,
            workspace=at.workspace,
            chat=at.chat,
            thread=at.thread,
            conversation=self.conversation,
            message=self.hearing.first.message,
            origin=self.hearing.first.kept_writer(),
            command=declared.name if declared else "",
            answers=answers,
            asked=[],
            subject_kind=about.kind if about else "",
            subject_id=about.id if about else None,
            revision=revision,
            begun_at=self.hearing.first.at,
            expires_at=self.hearing.recorded_at + drafting.KEPT_FOR,
            state=state,
        )
        drafts.add(self.db, made)
        subjects.begin(self.db, drafting.KIND, known(made.id), self.hearing.recorded_at, None)
        return made

    def _put(self, draft: Draft, command: type[Command], *, fresh: bool) -> Reply:
        """Show the open question: as a form where one can be opened, otherwise as a card."""
        asked = command.declared.question(draft.asking)
        choosing = bool((draft.error or {}).get("among")) or asked is None or asked.ask.doubt
        choosing = choosing or isinstance(asked and asked.kind, Place)
        if self.request.opens and not choosing:
            return Open(self.form(draft))
        if not fresh and self._pressed_here(draft):
            self.touch(draft)
        else:
            self._leave_behind(draft)
            self.hearing.desk().tell(self.hearing.home(), Ref(drafting.KIND, known(draft.id)))
        return Silent()

    def form(self, draft: Draft, errors: dict[str, str] | None = None) -> Form:
        """The draft as a form, its trouble beside the question it belongs to."""
        reader = reader_of_actor(self.house, self.hearing.actor)
        said = self._said(draft)
        found = errors or ({draft.asking: reader.say(said)} if said and draft.asking else {})
        return draft_form(self.house, self.hearing.look, reader, draft, found)

    def _said(self, draft: Draft) -> T | str:
        packed = (draft.error or {}).get("words")
        return words.sentence(packed) if packed else ""

    def _pressed_here(self, draft: Draft) -> bool:
        at = self.request.address
        here = postings.at(self.db, at.platform, at.workspace, at.chat, self.request.message)
        return here is not None and (here.kind, here.subject_id) == (drafting.KIND, draft.id)

    def _leave_behind(self, draft: Draft) -> None:
        """Earlier questions of this draft stay as they are: the next one stands below them."""
        for posting in postings.of(self.db, drafting.KIND, known(draft.id)):
            postings.stop(self.db, known(posting.id))

    def touch(self, draft: Draft) -> None:
        """A draft's card looks different now."""
        subjects.change(self.db, drafting.KIND, known(draft.id), self.hearing.recorded_at, None)

    # --- answers ----------------------------------------------------------------------------------

    def mine(self, draft_id: int) -> tuple[Draft, type[Command]]:
        """A draft of this account, opened again if it had been put aside or had expired."""
        draft, command = self._own(draft_id)
        if draft.state != drafts.OPEN:
            self._reopen(draft)
        return draft, command

    def _own(self, draft_id: int) -> tuple[Draft, type[Command]]:
        """A draft of this account that is not done, and that nobody else is going on with."""
        drafts.hold(self.db, self.hearing.actor.account_id)
        draft = drafts.get(self.db, draft_id)
        command = self.house.catalogue.get(draft.command) if draft else None
        if draft is None or draft.account_id != self.hearing.actor.account_id:
            raise Refused(T("That question was put to somebody else, or is long past."))
        if draft.state == drafts.DONE:
            raise Refused(T("That is done already. To do it once more, start again."))
        if command is None:
            raise Refused(T("That can't be continued any more. Please start again."))
        self.hearing.goes_on(draft)
        return draft, command

    def _reopen(self, draft: Draft) -> None:
        earlier = drafts.open_in(self.db, draft.account_id, draft.conversation)
        if earlier is not None:
            drafts.end(self.db, known(earlier.id), drafts.ASIDE)
            self.touch(earlier)
        drafts.end(self.db, known(draft.id), drafts.OPEN)

    def open_draft(self) -> Draft | None:
        """The draft that is open in this conversation, if any."""
        found = drafts.open_in(self.db, self.hearing.actor.account_id, self.conversation)
        return found if found and found.expires_at > self.hearing.recorded_at else None

    def answered(self, draft: Draft, raw: Json, field: str = "") -> Reply:
        """An answer to the question that is open, or to the field named."""
        draft, command = self.mine(known(draft.id))
        asked = command.declared.question(field or draft.asking)
        if asked is None:
            raise Refused(T("Please use the buttons, or send a command."))
        self.hearing.field = asked.field
        try:
            found = self._read(command.declared, asked, raw, draft.answers)
        except Invalid as invalid:
            wrong = trouble(said=invalid.words)
            return self.ask(command, dict(draft.answers), asked.field, draft=draft, error=wrong)
        except Which as which:
            wrong = trouble(which)
            return self.ask(command, dict(draft.answers), asked.field, draft=draft, error=wrong)
        if found.answers.keys() != {*draft.answers, asked.field}:
            self.hearing.field = ""  # an edit of it is read like a message that says it all
        if asked.field in found.answers:
            draft.asked = [*(f for f in draft.asked or [] if f != asked.field), asked.field]
        return self.take(command, found, draft=draft, revision=draft.revision or 0)

    def _read(
        self, declared: Declared, asked: Question, raw: Json, known: Mapping[str, Json]
    ) -> Understood:
        ctx = self.hearing.ctx
        if isinstance(raw, str) and isinstance(self.request.said, Typed):
            return answering.typed(asked, raw, declared, ctx, known)
        return Understood({**known, asked.field: answer(asked, raw, ctx)})

    def _on(self, draft: Draft, command: type[Command], answers: dict[str, Json]) -> Reply:
        return self.proceed(command, answers, draft=draft, revision=draft.revision or 0)

    def placed(self, draft: Draft, where: Json, text: str) -> Reply | None:
        """A place sent while a draft is open answers its question for one, if it has any."""
        command = self.house.catalogue.get(draft.command)
        asked = place_asked(command.declared) if command else None
        if asked is None:
            return None
        reply = self.answered(draft, where, asked.field)
        return self.answered(draft, text) if text and draft.state == drafts.OPEN else reply

    def attached(self, draft: Draft, sent: tuple[Attachment, ...], text: str) -> Reply | None:
        """Files sent while a draft is open belong to it, or to its subject; None if to neither."""
        found = self.house.catalogue.get(draft.command)
        questions = found.declared.questions if found else ()
        asked = next((q for q in questions if isinstance(q.kind, Photos)), None)
        about = Ref(draft.subject_kind, draft.subject_id) if draft.subject_id else None
        if (found and found.declared.secrets) or not (asked or about):
            return None
        draft, command = self.mine(known(draft.id))
        kept = self.hearing.keep(sent, None if asked else about)
        answers = dict(draft.answers)
        if asked:
            answers[asked.field] = [*answers.get(asked.field, []), *kept]
        draft.answers = answers
        drafts.save(self.db, draft)
        if text:
            return self.answered(draft, text)
        return self._on(draft, command, answers)

    # --- buttons and forms ------------------------------------------------------------------------

    def tapped(self, verb: str, draft_id: int, bound: Mapping[str, Json]) -> Reply:
        """A button on a question, pressed or typed."""
        aside = {drafting.CANCEL: self._cancelled, drafting.HERE: self._here}.get(verb)
        if aside:
            return aside(draft_id)
        draft, command = self.mine(draft_id)
        match verb:
            case "~set":
                return self.answered(draft, bound.get("v"), str(bound.get("f", "")))
            case drafting.BACK:
                return self._back(draft, command)
            case drafting.SKIP:
                return self._skipped(draft, command)
            case "~go":
                return self._go(draft, command, bound)
            case "~both":
                return self._both(draft, command)
            case "~apart":
                set_apart(self.hearing, draft)
                return Silent()
            case _:
                raise Refused(T("This button is from an older version. Please start again."))

    def _cancelled(self, draft_id: int) -> Reply:
        """An older one is cancelled as it is, so that a newer one stays open."""
        draft, _ = self._own(draft_id)
        drafts.end(self.db, draft_id, drafts.CANCELLED)
        self.touch(draft)
        done = T("Cancelled. Nothing was kept.")
        typed = isinstance(self.request.said, Typed)
        return self.hearing.show(Card(done)) if typed else self.hearing.toast(done)

    def _go(self, draft: Draft, command: type[Command], bound: Mapping[str, Json]) -> Reply:
        """Do it; where several are named, only once it is said that one of them alone is meant."""
        answers, error = dict(draft.answers), draft.error or {}
        if "also" in error and not bound.get("only"):
            return self.ask(command, answers, "", draft=draft, error=error)
        again, revision = bool(bound.get("again")), draft.revision or 0
        return self.proceed(command, answers, draft=draft, revision=revision, again=again)

    def _both(self, draft: Draft, command: type[Command]) -> Reply:
        """The same for each that was named."""
        field, *others = (draft.error or {}).get("also", ("",))
        first = draft.answers.get(field)
        for chosen in (first, *others):
            answers = {**draft.answers, field: chosen}
            if chosen != first:
                self._copy_files(command.declared, answers)
            outcome = self.hearing.run(command, answers, 0, again=False)
            self.tell(command.declared, outcome, quiet=True)
        self.done(draft)
        return Silent()

    def _copy_files(self, declared: Declared, answers: dict[str, Json]) -> None:
        """A file belongs to one subject: each further one has its own."""
        for asked in declared.questions:
            if isinstance(asked.kind, Photos) and answers.get(asked.field):
                answers[asked.field] = [files.copy(self.db, id_) for id_ in answers[asked.field]]

    def _here(self, draft_id: int) -> Reply:
        """A page that sends where they are, for a platform that cannot."""
        draft, _command = self._own(draft_id)
        if not self.hearing.server():
            raise Refused(
                T("No page of ours can be opened from here. Please write the place instead.")
            )
        now = self.house.clock.machine()
        url = self.house.passes.place_link(draft_id, draft.account_id, now)
        note = Note(T("It is for you alone and works for ten minutes."))
        card = Card(T("📍 Open this page and send where you are"), (Link(url), note))
        self.hearing.desk().tell(ToAccount(draft.account_id), card)
        return Silent()

    def _back(self, draft: Draft, command: type[Command]) -> Reply:
        asked = list(draft.asked or [])
        if not asked:
            return self._once_more(draft, command, draft.error)
        field = asked.pop()
        draft.asked = asked
        answers = {k: v for k, v in draft.answers.items() if k != field}
        return self.ask(command, answers, field, draft=draft)

    def _skipped(self, draft: Draft, command: type[Command]) -> Reply:
        """Go on without an answer, where none is needed."""
        asked = command.declared.question(draft.asking)
        if asked is None:
            return self._once_more(draft, command, draft.error)
        if asked.required:
            wrong = trouble(said=T("This question can't be skipped."))
            return self._once_more(draft, command, wrong)
        draft.asked = [*(f for f in draft.asked or [] if f != asked.field), asked.field]
        answers = {k: v for k, v in draft.answers.items() if k != asked.field}
        return self._on(draft, command, answers)

    def _once_more(self, draft: Draft, command: type[Command], error: Json) -> Reply:
        return self.ask(command, dict(draft.answers), draft.asking, draft=draft, error=error)


def place_asked(declared: Declared) -> Question | None:
    """The question for a place."""
    return next((q for q in declared.questions if isinstance(q.kind, Place)), None)
