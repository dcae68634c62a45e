"""Keeps what became of each message, with edits and parts of albums that came before their time."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Protocol

from bot.asking import Asking
from bot.hearing import Hearing
from bot.platform import Reply, Typed
from commands.kit.card import Ref
from commands.kit.command import Command
from storage import heard, subjects, talk
from storage.drafts import Draft
from storage.heard import Heard

TALK = "talk"


class Ear(Protocol):
    """What hears a message that came alone."""

    hearing: Hearing
    asking: Asking

    def command(
        self, said: Typed, about: Ref | None, *, apart: bool = False
    ) -> tuple[type[Command], str] | None:
        """The command that is meant, and the rest of the words."""

    def remarked(self, about: Ref, said: Typed) -> Reply:
        """Keep words about a subject with it."""

    def gathered(self, said: Typed) -> Reply | None:
        """What comes of it with what was sent around it; None if it stands alone."""

    def regathered(self, draft: Draft, message: str, text: str) -> None:
        """One of the messages of a draft that is being gathered reads so now."""

    def taken_up(
        self, draft: Draft, command: type[Command], text: str, more: tuple[int, ...] = ()
    ) -> Reply:
        """Begin a command with what was kept aside."""


@dataclass(frozen=True, slots=True)
class Edit:
    """What a message says now; `key` orders edits of the same second."""

    text: str
    command: str
    at: datetime
    key: str

    def newer_than(self, row: Heard) -> bool:
        """Whether the message has not been edited later than this."""
        if row.edited_at is None:
            return True
        return (self.at, len(self.key), self.key) > (row.edited_at, len(row.edit), row.edit)


class Records:
    """The row of this request's message."""

    def __init__(self, hearing: Hearing) -> None:
        self.hearing = hearing
        self.db = hearing.db
        self.request = hearing.request

    def row(self) -> Heard | None:
        """What is known of this message."""
        at = self.request.address
        return heard.at(self.db, at.platform, at.workspace, at.chat, self.request.message)

    def album(self, name: str) -> list[Heard]:
        """The parts of an album of this account's."""
        at = self.request.address
        mine = self.hearing.actor.account_id
        return heard.album(self.db, at.platform, at.workspace, at.chat, name, mine)

    def held(self) -> Heard | None:
        """The same, once nobody else is changing what the message has become."""
        row = self.row()
        if row is None or not row.kind:
            return row
        self.hold(row)
        return self.row()

    def hold(self, row: Heard) -> None:
        """Let nobody else change what a message has become, until the commit."""
        assert row.subject_id is not None
        remark = talk.get(self.db, row.subject_id) if row.kind == TALK else None
        about = (remark.kind, remark.subject_id) if remark else (row.kind, row.subject_id)
        subjects.lock(self.db, *about)

    def keep(self, said: Typed, *, leads: bool) -> tuple[Heard | None, Edit | None]:
        """Keep what this message has become; give also an edit of it that came before it."""
        if not self.request.message:
            return self._unwritten(said), None
        known = self.row()
        if self.hearing.became is None:
            if known is None and said.album and said.files:
                self._wait(said)
            return None, None
        newer = None
        if known and known.edited_at:
            newer = Edit(known.text, known.command, known.edited_at, known.edit)
        return self._kept(known or self._new(), said, leads=leads), newer

    def _unwritten(self, said: Typed) -> Heard | None:
        """What was said by no message, as some slash commands are: a photo sent now finds it."""
        found, key = self.hearing.became, self.request.key
        command = self.hearing.house.catalogue.get(found.command) if found else None
        if not (command and command.declared.gathers and key):
            return None
        row = self._new()
        row.message = f"command:{key}"
        return self._kept(row, said, leads=False)

    def _kept(self, row: Heard, said: Typed, *, leads: bool) -> Heard:
        found = self.hearing.became
        assert found is not None
        row.at, row.text, row.album = self.hearing.now, said.text, said.album
        row.kind, row.subject_id = found.about.kind, found.about.id
        row.command, row.field = found.command, found.field
        row.edited_at, row.edit = None, ""
        # Two parts that came at once and knew of none before them: the second fails, and is heard
        # again when it finds the first.
        row.leads = said.album if said.album and leads else None
        self._save(row)
        return row

    def _wait(self, said: Typed) -> None:
        """A part of an album that is not meant for us until its caption says so."""
        row = self._new()
        row.album, row.files = said.album, [asdict(file) for file in said.files]
        self._save(row)

    def await_original(self, row: Heard | None, edit: Edit) -> None:
        """Keep an edit until the message itself comes, which may be never."""
        kept = row or self._new()
        if edit.newer_than(kept):
            kept.text, kept.command = edit.text, edit.command
            kept.edited_at, kept.edit = edit.at, edit.key
            self._save(kept)

    def _new(self) -> Heard:
        at = self.request.address
        return Heard(
            platform=at.platform,
            workspace=at.workspace,
            chat=at.chat,
            message=self.request.message,
            account_id=self.hearing.actor.account_id,
            at=self.hearing.now,
        )

    def _save(self, row: Heard) -> None:
        if row.id is None:
            heard.add(self.db, row)
        else:
            heard.save(self.db, row)
