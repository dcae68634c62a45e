"""What was said about a subject, and what did not arrive, as its card shows it."""

from __future__ import annotations

from collections.abc import Iterable

from commands.kit.card import STAFF, Note, Part, Quote, Ref
from commands.kit.noun import Look
from commands.kit.reasons import of_platform
from commands.kit.words import T, Value
from storage import backlog, letters, talk
from storage.talk import Talk

SHOWN = 3


def said_lately(look: Look, about: Ref) -> Iterable[Part]:
    """The newest remarks, the oldest of them first; what was corrected stands behind."""
    for remark in reversed(talk.last_on(look.db, about.kind, about.id, SHOWN)):
        if remark.text:
            yield Quote(remark.text, _said_by(remark), STAFF)
        if remark.earlier:
            yield Quote(remark.earlier, T("before it was corrected"), STAFF)


def lost(look: Look, about: Ref) -> Iterable[Part]:
    """Letters given up on, or unclear, are never silent."""
    for letter in backlog.lost_on(look.db, about.kind, about.id):
        why = of_platform(letter.reason)
        if letter.state == letters.DEAD:
            yield Note(T("⚠ A message about this could not be delivered: {why}", why=why))
        else:
            yield Note(T("⚠ It is unclear whether a message about this arrived: {why}", why=why))


def _said_by(remark: Talk) -> T:
    values: dict[str, Value] = {"name": remark.name, "at": remark.at}
    if remark.passed_by:
        return T("{name}, {at:clock}, passed on by {by}", by=remark.passed_by, **values)
    return T("{name}, {at:clock}", **values)
