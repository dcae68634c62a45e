"""Turns a draft into the form that platforms with forms open."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import assert_never

from bot import pages
from bot.house import Glance, House
from bot.pages import Form
from bot.words import Reader
from commands.kit import limits
from commands.kit.command import Command
from commands.kit.form import (
    Choice,
    Day,
    Kind,
    Moment,
    Photos,
    Pick,
    Place,
    Question,
    Text,
    YesNo,
    asked_of,
)
from commands.kit.limits import shortened
from commands.kit.words import T
from storage.database import Json, known
from storage.drafts import Draft

OFFERED = 20


def draft_form(
    house: House, look: Glance, reader: Reader, draft: Draft, errors: dict[str, str]
) -> Form:
    """The form of a draft: every question but that for its subject, with the answers so far.

    Nobody knows a place in degrees: it is asked for only where nothing goes without it.
    """
    command = house.catalogue.get(draft.command)
    assert command is not None
    held = command.declared.under if draft.subject_id else ""
    secrets = command.declared.secrets
    begun = {**_present(look, command, draft), **draft.answers}
    begins = {field: value for field, value in begun.items() if field not in secrets}
    # What is secret is not shown back: once it was answered, it is asked for again only if wrong.
    given = (secrets & draft.answers.keys()) - errors.keys()
    fields = tuple(
        _field(house, look, reader, asked, begins.get(asked.field), errors)
        for asked in asked_of(command.declared.questions, outside=reader.outside)
        if asked.field not in given | {held}
        and (asked.required or not isinstance(asked.kind, Place))
        and not asked.ask.doubt
    )
    return Form(
        known(draft.id),
        _title(command, reader),
        fields,
        submit=reader.say(T("Send")),
        cancel=reader.say(T("Cancel")),
    )


def _present(look: Glance, command: type[Command], draft: Draft) -> Mapping[str, Json]:
    return command.present(look.db, draft.subject_id) if draft.subject_id else {}


def _title(command: type[Command], reader: Reader) -> str:
    return shortened(reader.say(command.declared.words), limits.MODAL_TITLE)


def _field(
    house: House,
    look: Glance,
    reader: Reader,
    asked: Question,
    value: Json,
    errors: dict[str, str],
) -> pages.Field:
    return pages.Field(
        name=asked.field,
        label=reader.say(asked.words),
        input=_input(house, look, reader, asked.kind, value),
        required=asked.required,
        value=_value(asked.kind, value, reader),
        error=errors.get(asked.field, ""),
    )


def _input(house: House, look: Glance, reader: Reader, kind: Kind, value: Json) -> pages.Input:
    match kind:
        case Text() | Place():
            return pages.Line(isinstance(kind, Text) and kind.long, limits.WORDS)
        case Day():
            return pages.Date()
        case Moment():
            return pages.DateAndTime()
        case YesNo():
            return pages.Select((("yes", reader.say(T("Yes"))), ("no", reader.say(T("No")))))
        case Choice():
            options = tuple((v, reader.say(label)) for v, label in kind.options)
            return pages.Select(options, kind.several)
        case Pick():
            return _search(house, look, kind, value)
        case Photos():
            return pages.Upload(limits.PHOTOS)
    assert_never(kind)


def _search(house: House, look: Glance, kind: Pick, value: Json) -> pages.Search:
    noun = house.nouns[kind.noun]
    chosen = noun.name_of(look.db, value) if isinstance(value, int) else None
    found = noun.find(look, "", None).found[:OFFERED]
    return pages.Search(chosen or "", tuple((f"#{one.id}", one.name) for one in found))


def _value(kind: Kind, value: Json, reader: Reader) -> Json:
    if value is None:
        return None
    match kind:
        case Pick():
            return f"#{value}"
        case YesNo():
            return "yes" if value else "no"
        case Moment():
            return datetime.fromisoformat(value).astimezone(reader.zone).strftime("%Y-%m-%d %H:%M")
        case Choice():
            return list(value) if kind.several else value
        case Text() | Day():
            return value
        case Photos() | Place():
            return None
    assert_never(kind)
