"""Decides whether somebody may run a command: by role, department, relation; else they may not."""

from __future__ import annotations

from commands.kit.card import Ref
from commands.kit.command import Declared
from commands.kit.noun import Involved, Nouns, relations
from commands.kit.people import Actor, Relation, Role, Who
from storage.database import Transaction


def may(db: Transaction, nouns: Nouns, actor: Actor, declared: Declared, about: Ref | None) -> bool:
    """Whether the actor is among those the command declares in `who`."""
    if actor.role in declared.who:
        return actor.role is not Role.CONTACT or _is_theirs(db, nouns, actor, about)
    person = actor.person
    if person is None:
        return Role.STRANGER in declared.who
    if person.departments & declared.who:
        return True
    if person.admin and Role.ADMINISTRATOR in declared.who:
        return True
    return bool(_related(db, nouns, actor, about) & _widened(declared.who))


def might(actor: Actor, declared: Declared) -> bool:
    """Whether there may be a subject on which the actor may run a command."""
    if actor.role in declared.who:
        return True
    person = actor.person
    if person is None:
        return False
    if person.departments & declared.who or (person.admin and Role.ADMINISTRATOR in declared.who):
        return True
    return any(isinstance(one, Relation) for one in declared.who)


def _widened(who: Who) -> Who:
    """Whoever stands in for a subject's owner may do what the owner may."""
    return who | {Relation.DEPUTY} if Relation.OWNER in who else who


def _involved(db: Transaction, nouns: Nouns, about: Ref | None) -> Involved | None:
    noun = nouns.get(about.kind) if about else None
    return noun.involved(db, about.id) if noun and about else None


def _is_theirs(db: Transaction, nouns: Nouns, actor: Actor, about: Ref | None) -> bool:
    """A customer's contact acts on their own subjects only, and answers what they were asked."""
    if about is None:
        return True
    involved = _involved(db, nouns, about)
    if involved is None:
        return False
    return actor.account_id in involved.account_ids | involved.answering_ids


def _related(db: Transaction, nouns: Nouns, actor: Actor, about: Ref | None) -> frozenset[Relation]:
    involved = _involved(db, nouns, about)
    if involved is None or actor.person is None:
        return frozenset()
    return relations(db, involved, actor.person)
