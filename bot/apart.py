"""What was gathered of several messages and is no such thing after all."""

from __future__ import annotations

from bot.hearing import Hearing
from commands.kit import bursts, drafting
from commands.kit.command import Command
from commands.kit.form import Pick
from commands.kit.reading import told_in
from storage import drafts, subjects
from storage.database import known
from storage.drafts import Draft


def set_apart(hearing: Hearing, draft: Draft) -> None:
    """It is words, files and a place whose command is not known: what it is, is asked anew."""
    pieces = [bursts.of_plain(row) for row in draft.pieces or ()]
    command = hearing.house.catalogue.get(draft.command)
    text = told_in(command.declared) if command else None
    said = draft.answers.get(text.field, "") if text else ""
    about = _about_whom(hearing, command, draft) if command else ""
    draft.answers = {
        "text": f"{about} {'' if said == bursts.VOICE else said}".strip(),
        "files": [file for piece in pieces for file in piece.files],
        "place": next((piece.place for piece in pieces if piece.place), None),
    }
    draft.command, draft.state, draft.pieces = "", drafts.ASIDE, []
    draft.asking, draft.error = "", None
    drafts.turn(hearing.db, draft)
    subjects.change(hearing.db, drafting.KIND, known(draft.id), hearing.recorded_at, None)


def _about_whom(hearing: Hearing, command: type[Command], draft: Draft) -> str:
    """What people call the subject that is named."""
    asked = command.declared.question(bursts.subject_field(command.declared))
    value = draft.answers.get(asked.field) if asked else None
    if asked is None or value is None or not isinstance(asked.kind, Pick):
        return ""
    return hearing.house.nouns[asked.kind.noun].name_of(hearing.db, value) or ""
