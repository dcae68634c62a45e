"""Edited messages: what was made of them is corrected, and nothing is ever made anew."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from bot.hearing import refusal
from bot.house import Glance
from bot.platform import Reply, Silent, Typed
from bot.records import TALK, Ear, Edit, Records
from commands.kit import drafting, reading
from commands.kit.answers import Context, Which, answer
from commands.kit.card import Card, Ref
from commands.kit.command import Command
from commands.kit.errors import Refused
from commands.kit.words import T, listed
from storage import drafts, heard, talk
from storage.database import Json, known
from storage.drafts import Draft
from storage.heard import Heard

STAYS = T("That is done and stays as it was. To do something else, send it as a new message.")


class Correcting:
    """The part of hearing a request that has to do with edits."""

    def __init__(self, ear: Ear, records: Records) -> None:
        self.ear = ear
        self.records = records
        self.hearing = ear.hearing
        self.house = ear.hearing.house
        self.db = ear.hearing.db

    def edited(self, said: Typed) -> Reply:
        """A message reads so now; one that is not known yet may still come."""
        request = self.hearing.request
        edit = Edit(said.text, said.command, request.at, request.key)
        row = self.records.held()
        if row is None or not row.kind:
            if request.direct or request.mentions or self.hearing.context():
                self.records.await_original(row, edit)
        elif row.account_id == self.hearing.actor.account_id and edit.newer_than(row):
            self._correct(row, edit)
        return Silent()

    def catch_up(self, row: Heard, edit: Edit) -> None:
        """The edit of a message came before the message: now it counts."""
        try:
            with self.db.savepoint():
                self._correct(row, edit)
        except Refused as refused:
            self.hearing.desk().tell(self.hearing.home(), refusal(refused))

    def _correct(self, row: Heard, edit: Edit) -> None:
        if edit.text != row.text or self._other(row, edit):
            self._apply(row, edit)
        # What it had become may have changed with it.
        fresh = heard.at(self.db, row.platform, row.workspace, row.chat, row.message) or row
        fresh.text, fresh.edited_at, fresh.edit = edit.text, edit.at, edit.key
        heard.save(self.db, fresh)

    def _apply(self, row: Heard, edit: Edit) -> None:
        assert row.subject_id is not None
        match row.kind:
            case drafting.KIND:
                self._draft(row, edit, drafts.get(self.db, row.subject_id))
            case talk_ if talk_ == TALK:
                self._remark(row.subject_id, edit)
            case _:
                self._fact(row, edit, Ref(row.kind, row.subject_id))

    # --- drafts and remarks -----------------------------------------------------------------------

    def _draft(self, row: Heard, edit: Edit, draft: Draft | None) -> None:
        """An answer is given again; the words that began it are read again."""
        if draft is None:
            return
        asking = self.ear.asking
        if draft.state != drafts.DONE and self._calls_off(edit):
            drafts.end(self.db, known(draft.id), drafts.CANCELLED)
            asking.touch(draft)
        elif not draft.command and draft.state == drafts.ASIDE:
            self._aside(edit, draft)
        elif draft.state == drafts.GATHERING:
            self.ear.regathered(draft, row.message, edit.text)
        elif draft.state == drafts.OPEN and row.field:
            asking.answered(draft, edit.text, row.field)
        elif draft.state == drafts.OPEN:
            _, command = asking.mine(known(draft.id))
            changed = self._changed(command, row, edit, None)
            answers = {k: v for k, v in {**draft.answers, **changed}.items() if v is not None}
            asking.proceed(command, answers, draft=draft, revision=draft.revision or 0)

    def _calls_off(self, edit: Edit) -> bool:
        return drafting.way(edit.text, self.house.spoken) == drafting.CANCEL

    def _aside(self, edit: Edit, draft: Draft) -> None:
        """Words that meant nothing to us may now name a command."""
        found = self._command_of(edit.text, edit.command)
        if found:
            self.ear.taken_up(draft, *found)
            return
        draft.answers = {**draft.answers, "text": edit.text}
        drafts.save(self.db, draft)
        self.ear.asking.touch(draft)

    def _remark(self, talk_id: int, edit: Edit) -> None:
        """It shows the new words and keeps the old; a customer's correction is told like words."""
        remark = talk.get(self.db, talk_id)
        if remark is None:
            return
        before = remark.text
        remark.earlier, remark.text = remark.earlier or before, edit.text
        talk.save(self.db, remark)
        about = Ref(remark.kind, remark.subject_id)
        desk = replace(self.hearing.desk(), deed="correct")
        desk.change(about, {"talk": before}, {"talk": edit.text})
        answer = self.house.nouns[about.kind].heard(desk, about.id, remark)
        if answer:
            desk.tell(self.hearing.home(), answer)

    # --- facts ------------------------------------------------------------------------------------

    def _fact(self, row: Heard, edit: Edit, about: Ref) -> None:
        command = self.house.catalogue.get(row.command)
        if command is None or self._other(row, edit) or self._one_of_several(row):
            raise Refused(STAYS)
        changed = self._changed(command, row, edit, about)
        if changed:
            self.hearing.mend(command, about, changed, row.at)
            name = self.house.nouns[about.kind].name_of(self.db, about.id) or ""
            told = Card(T("✎ Corrected: {what}", what=name), (), about)
            self.hearing.desk().tell(self.hearing.home(), told)

    def _one_of_several(self, row: Heard) -> bool:
        """Whether other messages said a part of it: what one says is not all of it."""
        said = heard.of(self.db, row.kind, known(row.subject_id)) if row.command else []
        pieces = [one for one in said if one.text and not (one.field or one.album)]
        return len(pieces) > 1 and not any(self._command_of(one.text, "") for one in pieces)

    def _other(self, row: Heard, edit: Edit) -> bool:
        """Whether the words now begin with another command."""
        found = self._command_of(edit.text, edit.command, apart=bool(row.field))
        return bool(row.command and found and found[0].declared.name != row.command)

    def _command_of(
        self, text: str, command: str, *, apart: bool = False
    ) -> tuple[type[Command], str] | None:
        said = Typed(text, command=command)
        return self.ear.command(said, self.hearing.context(), apart=apart)

    def _changed(
        self, command: type[Command], row: Heard, edit: Edit, about: Ref | None
    ) -> dict[str, Json]:
        """The answers that read differently now; None for one that is no longer given."""
        ctx = replace(self.hearing.ctx, look=self._then(row))
        if row.field:
            return {row.field: self._answer(command, row.field, edit.text, ctx)}
        declared = command.declared
        held = {declared.under: about.id} if about and declared.on else {}
        old = self._read(command, self._rest(row.text, command), ctx, held, strict=False)
        new = self._read(command, self._rest(edit.text, command), ctx, held, strict=True)
        names = dict.fromkeys([*old, *new])
        return {name: new.get(name) for name in names if old.get(name) != new.get(name)}

    def _then(self, row: Heard) -> Glance:
        """Words such as "yesterday" mean what they meant when they were first said."""
        return Glance(self.db, row.at, self.house.zone, self.house.policy)

    def _rest(self, text: str, command: type[Command]) -> str:
        found = reading.command_in(text, self.house.catalogue)
        return found[1] if found and found[0] is command else text

    def _answer(self, command: type[Command], field: str, text: str, ctx: Context) -> Json:
        asked = command.declared.question(field)
        if asked is None:
            raise Refused(STAYS)
        try:
            return answer(asked, text, ctx)
        except Which as which:
            raise _unclear(which) from which

    def _read(
        self,
        command: type[Command],
        text: str,
        ctx: Context,
        held: Mapping[str, Json],
        *,
        strict: bool,
    ) -> dict[str, Json]:
        """The answers in a text. What was unclear at first has been settled by other means."""
        found = reading.fill(text, command.declared, ctx, held)
        if found.invalid and strict:
            raise found.invalid
        if found.which and strict:
            raise _unclear(found.which)
        return found.answers


def _unclear(which: Which) -> Refused:
    names = [
        label if isinstance(label, str) else T("{day:weekday}", day=label)
        for _, label in which.options
    ]
    return Refused(T("Several are meant: {names}. Nothing was changed.", names=listed(names)))
