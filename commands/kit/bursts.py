"""What is told in several messages within a minute or two: which of them belong together.

Pure. By when each was sent, not by when it came: photos sent first may arrive last.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from commands.kit.calendar import local_day
from commands.kit.command import Declared
from commands.kit.form import Day, Photos, Pick, Place, Question
from commands.kit.reading import told_in
from storage.database import Json

WITHIN = timedelta(minutes=2)
VOICE = "🎤"
_OF = re.compile(r"的|['’]s\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Piece:
    """One message: when it was sent, what its words answer, its files, its place.

    `subject` is whom it names, `also` whom else; `voice` says that somebody speaks in a file.
    `inside` says that it is named further on in the words, not at their beginning.
    """

    at: datetime
    message: str
    answers: Mapping[str, Json]
    files: tuple[int, ...] = ()
    place: Json = None
    subject: int | None = None
    voice: bool = False
    also: tuple[int, ...] = ()
    inside: bool = False

    @property
    def shows(self) -> bool:
        """Whether it is more than words."""
        return bool(self.files or self.place)


def plain(piece: Piece) -> Json:
    """As it stands in a row."""
    return {
        "at": piece.at.isoformat(),
        "message": piece.message,
        "answers": dict(piece.answers),
        "files": list(piece.files),
        "place": piece.place,
        "subject": piece.subject,
        "voice": piece.voice,
        "also": list(piece.also),
        "inside": piece.inside,
    }


def of_plain(row: Mapping[str, Json]) -> Piece:
    """Turn it back."""
    at = datetime.fromisoformat(row["at"])
    also = tuple(row.get("also", ()))
    return Piece(**{**row, "at": at, "files": tuple(row["files"]), "also": also})


def together(pieces: Iterable[Piece], within: timedelta = WITHIN) -> list[list[Piece]]:
    """Bursts, each in the order it was sent.

    A piece that names nobody belongs to whoever was named last before it; one that came before any
    name, to the first that follows. Nothing belongs together across a longer silence.
    """
    bursts: list[list[Piece]] = []
    current: list[Piece] | None = None
    for piece in sorted(pieces, key=lambda one: (one.at, one.message)):
        if current and piece.at - current[-1].at > within:
            current = None
        current = _of(piece, current, bursts, within)
        current.append(piece)
    return bursts


def _of(
    piece: Piece, current: list[Piece] | None, bursts: list[list[Piece]], within: timedelta
) -> list[Piece]:
    """The burst that a piece goes on with, or a new one."""
    if current and (piece.subject is None or subject_of(current) in {None, piece.subject}):
        return current
    if piece.subject is not None:
        for burst in reversed(bursts):
            if subject_of(burst) == piece.subject and piece.at - burst[-1].at <= within:
                return burst
    bursts.append([])
    return bursts[-1]


def subject_of(burst: Sequence[Piece]) -> int | None:
    """Whom a burst is about."""
    return next((one.subject for one in burst if one.subject is not None), None)


def also_of(burst: Sequence[Piece]) -> list[int]:
    """Whom else it names: whether it is told of each of them is asked."""
    subject = subject_of(burst)
    return [id_ for id_ in dict.fromkeys(id_ for p in burst for id_ in p.also) if id_ != subject]


def corrected(declared: Declared, pieces: Iterable[Piece], by: Piece) -> list[Piece]:
    """The same, without what another answers anew; its words come after theirs."""
    told = told_in(declared)
    anew = by.answers.keys() - ({told.field} if told else set())
    return [
        replace(
            one,
            answers={field: value for field, value in one.answers.items() if field not in anew},
            subject=one.subject if by.subject is None else by.subject,
            also=one.also if by.subject is None else (),
        )
        for one in pieces
    ]


def is_of_things(rest: str) -> bool:
    """Whether what follows a name tells that something of theirs is meant: 的螺丝, ’s bolts."""
    return _OF.match(rest) is not None


def behind_of(rest: str) -> str:
    """What follows 的 or ’s behind a name."""
    return _OF.sub("", rest, count=1).lstrip()


def near(piece: Piece, others: Iterable[Piece], within: timedelta = WITHIN) -> bool:
    """Whether it was sent so shortly before or after one of the others."""
    return any(abs(piece.at - one.at) <= within for one in others)


def answers_of(declared: Declared, burst: Sequence[Piece], zone: ZoneInfo) -> dict[str, Json]:
    """What a burst answers, all in all: its words in the order they were sent.

    Where nothing was written, a voice message stands for the words. Without a day it happened on
    the one on which it was sent.
    """
    told, found = told_in(declared), dict[str, Json]()
    for piece in burst:
        found |= {k: v for k, v in piece.answers.items() if k not in found}
    said = [one.answers[told.field] for one in burst if told and told.field in one.answers]
    if told and not said and any(one.voice for one in burst):
        said = [VOICE]
    if told and said:
        found[told.field] = "\n".join(dict.fromkeys(said))
    files = [file for one in burst for file in one.files]
    place = next((one.place for one in burst if one.place), None)
    day = local_day(burst[0].at, zone).isoformat()
    for kind, value in ((Photos, files), (Place, place), (Day, day)):
        asked = _asked(declared, kind)
        if asked and value:
            found.setdefault(asked.field, value)
    return found


def _asked(declared: Declared, kind: type) -> Question | None:
    return next((q for q in declared.questions if isinstance(q.kind, kind)), None)


def subject_field(declared: Declared) -> str:
    """The field that says whom it is about."""
    asked = _asked(declared, Pick)
    return asked.field if asked else ""
