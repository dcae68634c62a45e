"""Draws a draft's form as Slack's modal, and reads the answers that come back in it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, assert_never

from bot.pages import Date, DateAndTime, Field, Form, Input, Line, Search, Select, Upload
from bot.platform import Attachment
from bot.slack.draw import small, text
from bot.slack.markup import whole, words

Json = Any

CALLBACK = "draft"
NOTICE = "notice"
ANSWER = "answer"
BLOCKS = 100
TITLE = 24
QUESTION = 2000
TYPED = 3000
OPTIONS = 100
OPTION = 75
ERROR = 2000
FILES = 10
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a form was opened, and from which message: its submission itself does not say."""

    chat: str
    thread: str = ""
    message: str = ""


# --- the form -------------------------------------------------------------------------------------


def view(form: Form, origin: Origin) -> Json:
    """A form as a modal. A block is named after its field."""
    drawn = [block for field in form.fields for block in _field(field)]
    held = {
        "draft": form.draft,
        "chat": origin.chat,
        "thread": origin.thread,
        "message": origin.message,
        "leave": form.leave,
    }
    return {
        "type": "modal",
        "callback_id": CALLBACK,
        "private_metadata": json.dumps(held),
        "title": text(form.title, TITLE),
        "submit": text(form.submit, TITLE),
        "close": text(form.cancel, TITLE),
        "notify_on_close": True,
        "blocks": drawn[:BLOCKS] or [small(form.title)],
    }


def notice(said: str, title: str) -> Json:
    """A sentence for whoever pressed where nothing can be whispered, such as on the Home tab."""
    return {
        "type": "modal",
        "callback_id": NOTICE,
        "title": text(title, TITLE),
        "blocks": [{"type": "section", "text": text(said, TYPED)}],
    }


def _field(field: Field) -> Iterator[Json]:
    if field.error:
        yield small(f"⚠️ {field.error}")
    yield {
        "type": "input",
        "block_id": field.name,
        "label": text(field.label, QUESTION),
        "optional": not field.required,
        "element": _element(field.input, field.value) | {"action_id": ANSWER},
    }


def _element(asked: Input, value: Json) -> dict[str, Json]:
    match asked:
        case Line():
            return _typed(value, asked.most, long=asked.long)
        case Date():
            return _date(value)
        case DateAndTime():
            return _typed(value, TYPED)
        case Select():
            return _menu(asked, value)
        case Search():
            return _search(asked, value)
        case Upload():
            return {"type": "file_input", "max_files": min(max(asked.most, 1), FILES)}
    assert_never(asked)


def _typed(value: Json, most: int, *, long: bool = False) -> dict[str, Json]:
    room = min(max(most, 1), TYPED)
    element = {"type": "plain_text_input", "multiline": long, "max_length": room}
    return element | ({"initial_value": words(str(value), room)} if value else {})


def _date(value: Json) -> dict[str, Json]:
    known = isinstance(value, str) and _DAY.fullmatch(value)
    return {"type": "datepicker"} | ({"initial_date": value} if known else {})


def _menu(asked: Select, value: Json) -> dict[str, Json]:
    """A menu; without anything to choose from, Slack has none, and the answer is typed."""
    options = list(_options(asked.options))
    if not options:
        return _typed("", TYPED)
    wanted = value if isinstance(value, list) else [value]
    chosen = [option for option in options if option["value"] in wanted]
    if asked.several:
        picked = {"initial_options": chosen} if chosen else {}
        return {"type": "multi_static_select", "options": options} | picked
    first = {"initial_option": chosen[0]} if chosen else {}
    return {"type": "static_select", "options": options} | first


def _search(asked: Search, value: Json) -> dict[str, Json]:
    """A menu that asks while one types, and at once for a first few."""
    chosen = list(_options(((str(value), asked.chosen),))) if value and asked.chosen else []
    first = {"initial_option": chosen[0]} if chosen else {}
    return {"type": "external_select", "min_query_length": 0} | first


def offered(found: list[tuple[str, str]]) -> list[Json]:
    """What a search found, as options."""
    return list(_options(tuple(found)))


def _options(pairs: tuple[tuple[str, str], ...]) -> Iterator[Json]:
    """Options. One whose value does not fit is left out: cut, it would be another."""
    fitting = ((value, label) for value, label in pairs if 0 < len(value) <= OPTION)
    for _, (value, label) in zip(range(OPTIONS), fitting, strict=False):
        yield {"text": text(label, OPTION), "value": value}


# --- what comes back ------------------------------------------------------------------------------


def opened(shown: Json) -> tuple[int, Origin]:
    """Which draft a modal shows, and where it was opened."""
    held = json.loads(shown["private_metadata"])
    return int(held["draft"]), Origin(held["chat"], held["thread"], held["message"])


def left(shown: Json) -> str:
    """What giving a form up says to the door."""
    return whole(json.loads(shown["private_metadata"])["leave"])


def errors(shown: Json, wrong: Mapping[str, str]) -> dict[str, str]:
    """What is wrong, by block; what belongs to no block stands beside the first question."""
    names = [block["block_id"] for block in shown["blocks"] if block["type"] == "input"]
    placed: dict[str, list[str]] = {}
    for name, said in wrong.items():
        at = name if name in names else next(iter(names), "")
        placed.setdefault(at, []).append(said)
    return {name: words("\n".join(said), ERROR) for name, said in placed.items() if name}


def answers(shown: Json) -> tuple[dict[str, Json], tuple[Attachment, ...]]:
    """The answers by field, "" and [] where there is none; and the files of all fields."""
    given: dict[str, Json] = {}
    files: list[Attachment] = []
    for name, elements in shown["state"]["values"].items():
        for element in elements.values():
            if element["type"] == "file_input":
                files += [attachment(file) for file in element["files"] or ()]
            else:
                given[whole(name)] = _answer(element)
    return given, tuple(files)


def _answer(element: Json) -> str | list[str]:
    match element["type"]:
        case "datepicker":
            return whole(element["selected_date"] or "")
        case "static_select" | "external_select":
            return whole((element["selected_option"] or {"value": ""})["value"])
        case "multi_static_select":
            return [whole(option["value"]) for option in element["selected_options"] or ()]
        case _:
            return whole(element["value"] or "")


def attachment(file: Json) -> Attachment:
    """A file at Slack. Of another company's only the id is told; the rest is asked for later."""
    remote = file.get("url_private_download") or file.get("url_private") or file["id"]
    return Attachment(
        whole(remote),
        whole(file.get("name") or ""),
        whole(file.get("mimetype") or ""),
        int(file.get("size") or 0),
    )
