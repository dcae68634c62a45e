"""A form came back: its answers are read, and whatever refuses them is shown in it."""

from __future__ import annotations

from collections.abc import Mapping

from bot.asking import SAID_ALREADY, Asking
from bot.hearing import Again
from bot.house import reader_of_actor
from bot.platform import Attachment, Reply, Silent, Wrong
from commands.kit import answering, drafting
from commands.kit.card import Ref
from commands.kit.command import Command
from commands.kit.drafting import trouble
from commands.kit.errors import Invalid, Refused, Stale
from commands.kit.form import Photos
from commands.kit.words import T
from storage import drafts, files
from storage.database import Json, known
from storage.drafts import Draft


class Submitting:
    """The part of hearing a request that has to do with forms."""

    def __init__(self, asking: Asking) -> None:
        self.asking = asking
        self.hearing = asking.hearing
        self.db = asking.db

    def submitted(
        self, draft_id: int, given: Mapping[str, Json], attachments: tuple[Attachment, ...]
    ) -> Reply:
        """A form came back: every answer is read, and what is wrong is said beside its question."""
        draft, command = self.asking.mine(draft_id)
        held = command.declared.under if draft.subject_id else ""
        ctx = self.hearing.ctx
        answers, errors = answering.form(command.declared, given, ctx, draft.answers, held)
        photos = next((q for q in command.declared.questions if isinstance(q.kind, Photos)), None)
        if photos:
            answers[photos.field] = self._photos(answers.get(photos.field) or [], attachments)
        draft.answers = answers = self.hearing.sealed(command.declared, answers)
        drafts.save(self.db, draft)
        if errors:
            return Wrong({field: self._say(wrong) for field, wrong in errors.items()})
        return self._submitted(draft, command, answers)

    def _photos(self, kept: list[int], attachments: tuple[Attachment, ...]) -> list[int]:
        """Those kept before, and the new ones: a form that was wrong sends the same once more."""
        known_so = {file.remote for id_ in kept if (file := files.get(self.db, id_))}
        fresh = tuple(one for one in attachments if one.remote not in known_so)
        return [*kept, *self.hearing.keep(fresh)]

    def _submitted(self, draft: Draft, command: type[Command], answers: dict[str, Json]) -> Reply:
        """Run it; whatever refuses it is shown in the form, which stays open."""
        first = command.declared.questions[0].field
        try:
            outcome = self.hearing.run(command, answers, draft.revision or 0, again=False)
        except Again:
            return self._put_aside(draft, "", trouble(said=SAID_ALREADY))
        except Invalid as invalid:
            if not self._doubted(command, invalid.field):
                return Wrong({invalid.field or first: self._say(invalid.words)})
            return self._put_aside(draft, invalid.field, trouble(said=invalid.words))
        except Stale:
            raise
        except Refused as refused:
            return Wrong({self._shown_field(draft, command): self._say(refused.words)})
        self.asking.done(draft)
        return self.asking.tell(command.declared, outcome, quiet=False)

    def _put_aside(self, draft: Draft, field: str, wrong: Json) -> Reply:
        """What the form has no question for is asked on a card, once the form is closed."""
        draft.asking, draft.error = field, wrong
        drafts.save(self.db, draft)
        self.hearing.desk().tell(self.hearing.home(), Ref(drafting.KIND, known(draft.id)))
        return Silent()

    def _say(self, said: T | str) -> str:
        return reader_of_actor(self.asking.house, self.hearing.actor).say(said)

    def _doubted(self, command: type[Command], field: str) -> bool:
        asked = command.declared.question(field)
        return asked is not None and asked.ask.doubt

    def _shown_field(self, draft: Draft, command: type[Command]) -> str:
        held = command.declared.under if draft.subject_id else ""
        return next((q.field for q in command.declared.questions if q.field != held), "")
