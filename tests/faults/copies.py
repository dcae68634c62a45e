"""How often each letter stands at its platform, and how often its kind may."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import NamedTuple

from storage.connections import Connection, connect
from storage.letters import SENT
from tests.faults.intakes import Intake, Post
from tests.faults.ledger import MARK

# Where a letter can be found again, or is posted together with the record of it: none is doubled.
SURE = {"slack", "web"}
# What a letter is about has its number in its text; a letter without a subject has it in its own.
LETTERS = """
SELECT l.id, COALESCE(NULLIF(l.chat, ''), a.chat, ''), COALESCE(v.notes, c.text, l.body, ''),
       l.message, l.repeats, l.state, l.attempts
FROM letter l
LEFT JOIN account a ON a.person_id = l.person_id AND a.platform = :platform
LEFT JOIN visit v ON l.subject_kind = 'visit' AND v.id = l.subject_id
LEFT JOIN cases c ON l.subject_kind = 'case' AND c.id = l.subject_id
WHERE l.state NOT IN ('replaced', 'dropped')
"""
# One deed tells nobody twice, however often it was delivered.
TOLD_TWICE = """
SELECT lane, subject_kind, subject_id, count(*) FROM letter
WHERE subject_kind IN ('visit', 'case') AND state <> 'replaced'
GROUP BY lane, subject_kind, subject_id, view HAVING count(*) > 1
"""


class Written(NamedTuple):
    """A letter, where it goes, and what became of it."""

    id: int
    chat: str
    text: str
    message: str
    repeats: bool
    state: str
    attempts: int

    def may_stand(self, platform: str) -> int:
        """How often: one that is unclear goes again where its kind says so, once an attempt."""
        return max(1, self.attempts) if self.repeats and platform not in SURE else 1


@dataclass(frozen=True)
class Copies:
    """What stands at a platform beside what was to be sent there.

    `doubled` are copies beyond those that the letters' kinds allow, `again` all beyond the first.
    """

    posts: int
    doubled: Sequence[str]
    again: int
    missing: Sequence[str]


def about(chat: str, text: str) -> list[tuple[str, str]]:
    """The numbers that a text speaks of, in a chat; without one it is one of the others there."""
    return [(chat, mark) for mark in MARK.findall(text) or [""]]


def compared(posts: Sequence[Post], letters: Iterable[Written], platform: str) -> Copies:
    """Copies are counted by what they are about: not every platform shows a key."""
    stand, may, once = Counter[tuple[str, str]](), Counter[tuple[str, str]](), Counter[object]()
    there = {(post.chat, post.message) for post in posts}
    keys = Counter(key for post in posts for key in post.keys)
    missing = []
    for post in posts:
        stand.update(about(post.chat, post.text))
    for letter in letters:
        for what in about(letter.chat, letter.text):
            may[what] += letter.may_stand(platform)
            once[what] += 1
        if letter.state == SENT and (letter.chat, letter.message) not in there:
            missing.append(f"{letter}")
    over = [f"{what}: {stand[what]} of {may[what]}" for what in stand if stand[what] > may[what]]
    over += [f"key {key}: {times}" for key, times in keys.items() if times > 1]
    again = sum(max(0, times - once[what]) for what, times in stand.items())
    return Copies(len(there), over, again, missing)


def copies(intake: Intake, url: str) -> Copies:
    """Look at the platform and into the database."""
    with closing(connect(url)) as db:
        return compared(intake.posted(db), letters(db, intake.platform), intake.platform)


def told_twice(url: str) -> list[str]:
    """Whom one deed wrote to twice, and of what."""
    with closing(connect(url)) as db:
        return [str(row) for row in db.execute(TOLD_TWICE).fetchall()]


def letters(db: Connection, platform: str) -> list[Written]:
    """Every letter that was to go."""
    return [Written(*row) for row in db.execute(LETTERS, {"platform": platform}).fetchall()]
