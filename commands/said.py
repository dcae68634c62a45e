"""What was said about a subject, as its card shows it."""

from __future__ import annotations

from collections.abc import Iterable

from commands.kit.card import STAFF, Part, Quote, Ref
from commands.kit.noun import Look
from commands.kit.words import T, Value
from storage import talk
from storage.talk import Talk

SHOWN = 3


def said_lately(look: Look, about: Ref) -> Iterable[Part]:
    """The newest remarks, the oldest of them first; what was corrected stands behind."""
    for remark in reversed(talk.last_on(look.db, about.kind, about.id, SHOWN)):
        if remark.text:
            yield Quote(remark.text, _said_by(remark), STAFF)
        if remark.earlier:
            yield Quote(remark.earlier, T("before it was corrected"), STAFF)


def _said_by(remark: Talk) -> T:
    values: dict[str, Value] = {"name": remark.name, "at": remark.at}
    if remark.passed_by:
        return T("{name}, {at:clock}, passed on by {by}", by=remark.passed_by, **values)
    return T("{name}, {at:clock}", **values)
