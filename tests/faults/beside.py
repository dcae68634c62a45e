"""`python -m tests.faults.beside URL MOMENT`: another program writes a letter, and wakes nobody."""

from __future__ import annotations

import sys
from datetime import datetime

from commands.kit import card as cards
from commands.kit.card import Card
from commands.kit.words import T
from storage import letters
from storage.database import Database
from storage.letters import Letter

LINA = 3
WORDS = "Written by another program"


def write(url: str, at: datetime) -> None:
    """A letter to 李娜, which may go at once."""
    letter = Letter(lane=f"person:{LINA}", person_id=LINA, body=cards.encode(Card(T(WORDS))))
    letter.created_at = letter.not_before = letter.next_at = at
    database = Database(url)
    database.write_now(lambda db: letters.add(db, letter))
    database.close()


if __name__ == "__main__":
    write(sys.argv[1], datetime.fromisoformat(sys.argv[2]))
