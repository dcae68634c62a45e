"""Words about a subject that are no command: kept with it, and told to whoever looks after it."""

from __future__ import annotations

from dataclasses import asdict

from bot import records
from bot.hearing import Hearing
from bot.platform import Typed
from commands.kit import drafting
from commands.kit.card import Card, Ref
from commands.kit.command import Declared
from commands.kit.people import Role
from storage import subjects, talk
from storage.talk import Talk


def keep(hearing: Hearing, about: Ref, said: Typed) -> Card | None:
    """Keep them, whoever concerned says them; gives what is answered, if anything is."""
    noun, actor = hearing.house.nouns[about.kind], hearing.actor
    involved = noun.involved(hearing.db, about.id)
    heard = involved.account_ids | involved.answering_ids if involved else frozenset()
    if involved is None or not (actor.person or actor.account_id in heard):
        return None
    remark = _remark(hearing, about, said)
    hearing.becomes(Ref(records.TALK, talk.add(hearing.db, remark)))
    subjects.change(hearing.db, about.kind, about.id, hearing.recorded_at, None)
    return noun.heard(hearing.desk(), about.id, remark)


def _remark(hearing: Hearing, about: Ref, said: Typed) -> Talk:
    actor, writer, at = hearing.actor, hearing.writer(), hearing.request.address
    return Talk(
        kind=about.kind,
        subject_id=about.id,
        person_id=actor.person.id if actor.person else None,
        contact_id=actor.contact_id,
        account_id=actor.account_id,
        name=writer.name if writer else actor.name,
        text=said.text or (f"📍 {drafting.place_words(asdict(said.spot))}" if said.spot else ""),
        files=hearing.keep(said.files, about),
        at=min(writer.at, hearing.now) if writer else hearing.now,
        recorded_at=hearing.recorded_at,
        platform=at.platform,
        workspace=at.workspace,
        chat=at.chat,
        message=hearing.request.message,
        passed_by=actor.name if writer else "",
    )


def awaited(hearing: Hearing, said: Typed) -> tuple[Ref, bool] | None:
    """What words of a customer answer, though they answer no card, and whether beyond doubt."""
    more = said.files or said.spot or said.phone or said.origin
    if more or not said.text or hearing.actor.role is not Role.CONTACT:
        return None
    for noun in hearing.house.nouns.every():
        matches = noun.awaits(hearing.look, said.text, hearing.actor)
        if matches.found:
            return Ref(noun.kind, matches.found[0].id), matches.clear
    return None


def opens_another(hearing: Hearing, declared: Declared, about: Ref | None) -> bool:
    """Whether a customer who answers a card means something new: a complaint stays a complaint.

    In answer to a card of what takes all that they say, such as a case of theirs, it belongs there.
    """
    if about is None or about.kind == drafting.KIND or hearing.actor.role is Role.STAFF:
        return False
    new = declared.makes and declared.listed and hearing.actor.role in declared.who
    return new and not hearing.house.nouns[about.kind].takes_all
