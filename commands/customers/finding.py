"""Finds customers by what people call them: a name, a part of it, pinyin, or a slip."""

from __future__ import annotations

from commands.customers.rules import called
from commands.kit.bursts import behind_of, is_of_things
from commands.kit.noun import Found, Look, Matches, Named
from commands.kit.people import Actor
from storage import customers, lookup, readings
from storage.database import Transaction, known

# So many words of pinyin are taken together: ningbo jinggong.
MOST_WORDS = 3


def matches_of(ranked: list[lookup.Ranked]) -> Matches:
    """What a look-up found, as pickers take it."""
    found = tuple(Found(one.id, one.name, one.score) for one in ranked)
    return Matches(found, bool(ranked) and lookup.is_clear(ranked))


def find(look: Look, text: str, _actor: Actor | None) -> Matches:
    """Customers by what somebody typed; the newest when nothing was."""
    if not text.strip():
        newest = customers.recent(look.db, 8)
        return Matches(tuple(Found(known(c.id), called(c)) for c in newest))
    found = matches_of(lookup.find(look.db, text))
    named = tuple(Found(f.id, name_of(look.db, f.id) or f.name, f.score) for f in found.found)
    return Matches(named, found.clear)


def leads(look: Look, text: str, *, whole: bool = False) -> tuple[Matches, str]:
    """The customer that a text begins with, and the rest of the text."""
    start = len(text) - len(text.lstrip())
    ranked, length, sure = lookup.leading(look.db, text[start:], whole=whole)
    if not ranked:
        return (Matches(), text) if whole else _first_word(look, text[start:])
    one = len(ranked) == 1
    found = tuple(Found(r.id, name_of(look.db, r.id) or r.name, r.score) for r in ranked)
    if not sure:  # the words stay together: they may name somebody else
        return Matches(found), text
    return Matches(found, one or lookup.is_clear(ranked)), text[start + length :]


def within(look: Look, text: str) -> tuple[Named, ...]:
    """The customers whose whole names stand anywhere in a text, each once.

    What follows one's 的 is a thing of theirs, unless it is somebody who works there.
    """
    named: dict[int, Named] = {}
    for start in lookup.named_at(look.db, text):
        matches, rest = leads(look, text[start:])
        if matches.clear:
            first = matches.found[0]
            things = is_of_things(rest) and not _is_of_people(look, first.id, rest)
            if first.id not in named or not things:
                named[first.id] = Named(first, things)
    return tuple(named.values())


def _is_of_people(look: Look, id_: int, rest: str) -> bool:
    behind = behind_of(rest)
    return any(behind.startswith(one.name) for one in customers.contacts(look.db, id_))


def _first_word(look: Look, text: str) -> tuple[Matches, str]:
    """Pinyin, initials or a slip: only a first word that stands alone is looked up so."""
    words = text.split(" ")
    if len(words) == 1 and len(text) > lookup.LONGEST_LEAD:
        return Matches(), text
    for many in range(min(MOST_WORDS, len(words)), 0, -1):
        said = " ".join(words[:many])
        if found := _meant(look, said):
            rest = text[len(said) :]
            return found, rest[readings.form_behind(rest) :].lstrip()
    return Matches(), text


def _meant(look: Look, said: str) -> Matches | None:
    """Whom these words clearly mean; several words only if they are how a name is spoken."""
    told = [r for r in lookup.find(look.db, said) if not readings.merely_where(said, r.name)]
    several = " " in said
    if several and not (said.isascii() and told and told[0].score >= readings.SPOKEN_PART):
        return None
    found = matches_of(told)
    named = tuple(Found(f.id, name_of(look.db, f.id) or f.name, f.score) for f in found.found)
    return Matches(named, clear=True) if found.clear else None


def name_of(db: Transaction, id_: int) -> str | None:
    """What people call the customer with this id."""
    found = customers.get(db, id_)
    return called(found) if found else None
