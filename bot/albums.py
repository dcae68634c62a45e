"""Photos sent as one: every part joins what the first of them made, in whatever order they come."""

from __future__ import annotations

from dataclasses import replace

from bot.platform import Attachment, Reply, Silent, Typed
from bot.records import TALK, Ear, Records
from commands.kit import drafting
from commands.kit.card import Ref
from commands.kit.form import Photos
from storage import drafts, heard, talk
from storage.drafts import Draft
from storage.heard import Heard


class Albums:
    """The part of hearing a message that has to do with albums."""

    def __init__(self, ear: Ear, records: Records) -> None:
        self.ear = ear
        self.records = records
        self.hearing = ear.hearing
        self.asking = ear.asking
        self.db = ear.hearing.db

    def leader(self, said: Typed) -> Heard | None:
        """The part that came first, if something has become of it."""
        parts = self.records.album(said.album) if said.album else []
        found = next((part for part in parts if part.leads), None)
        if found is None:
            return None
        self.records.hold(found)
        return next(part for part in self.records.album(said.album) if part.leads)

    def gather(self, leader: Heard) -> None:
        """Parts that came before anybody knew what the album is for."""
        for part in self.records.album(leader.album):
            if not part.kind and part.files:
                files = tuple(Attachment(**one) for one in part.files)
                self.joined(leader, Typed(files=files))
                part.kind, part.subject_id = leader.kind, leader.subject_id
                part.command, part.files = leader.command, None
                heard.save(self.db, part)

    def joined(self, leader: Heard, said: Typed) -> Reply:
        """A later part belongs to what the first has become; a caption completes it."""
        assert leader.subject_id is not None
        about = Ref(leader.kind, leader.subject_id)
        self.hearing.becomes(about, leader.command)
        match leader.kind:
            case drafting.KIND:
                draft = drafts.get(self.db, about.id)
                return self._to_draft(draft, said) if draft else Silent()
            case talk_ if talk_ == TALK:
                return self._to_talk(about.id, said)
            case _:
                return self._to_subject(about, said)

    # --- what an album may have become ------------------------------------------------------------

    def _to_draft(self, draft: Draft, said: Typed) -> Reply:
        if draft.state == drafts.GATHERING:
            return self.ear.gathered(said) or Silent()
        if draft.state not in {drafts.OPEN, drafts.ASIDE}:
            return Silent()
        if not draft.command:
            return self._to_words(draft, said)
        if said.text and draft.state == drafts.OPEN:
            taken = self.asking.attached(draft, said.files, said.text)
            return taken or self.asking.answered(draft, said.text)
        kept = self.hearing.keep(said.files)
        command = self.hearing.house.catalogue.get(draft.command)
        asked = command.declared.questions if command else ()
        field = next((q.field for q in asked if isinstance(q.kind, Photos)), "")
        return self._added(draft, field, kept) if field else Silent()

    def _to_words(self, draft: Draft, said: Typed) -> Reply:
        """Nobody has said yet what it is: the caption may."""
        kept = self.hearing.keep(said.files)
        found = self.ear.command(said, None)
        if found:
            return self.ear.taken_up(draft, *found, tuple(kept))
        if said.text:
            draft.answers = {**draft.answers, "text": said.text}
        return self._added(draft, "files", kept)

    def _added(self, draft: Draft, field: str, kept: list[int]) -> Reply:
        draft.answers = {**draft.answers, field: [*draft.answers.get(field, ()), *kept]}
        drafts.save(self.db, draft)
        self.asking.touch(draft)
        return Silent()

    def _to_talk(self, talk_id: int, said: Typed) -> Reply:
        remark = talk.get(self.db, talk_id)
        if remark is None:
            return Silent()
        about = Ref(remark.kind, remark.subject_id)
        remark.files = [*(remark.files or ()), *self.hearing.keep(said.files, about)]
        remark.text = "\n".join(filter(None, (remark.text, said.text)))
        talk.save(self.db, remark)
        self.hearing.desk().touch(about)
        return Silent()

    def _to_subject(self, about: Ref, said: Typed) -> Reply:
        """Photos are filed with it; a second caption is a remark on it."""
        self.hearing.keep(said.files, about)
        self.hearing.desk().touch(about)
        if said.text:
            return self.ear.remarked(about, replace(said, files=()))
        return Silent()
