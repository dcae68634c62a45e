"""Filling in a form: fields found by their words, answers turned into Slack's state values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation

from tests.fakes.slack.files import new_file
from tests.fakes.slack.limits import elements_of
from tests.fakes.slack.reading import Shown, blocks_of, text_as_read
from tests.fakes.slack.typed import as_typed, rich_text
from tests.fakes.slack.values import CannotDo, Json, View
from tests.fakes.slack.workspace import Workspace

# Where Slack keeps the value of each kind of element, and where the element keeps its first one.
STATE_KEYS: Mapping[str, tuple[str, str]] = {
    "plain_text_input": ("value", "initial_value"),
    "email_text_input": ("value", "initial_value"),
    "url_text_input": ("value", "initial_value"),
    "number_input": ("value", "initial_value"),
    "rich_text_input": ("rich_text_value", "initial_value"),
    "file_input": ("files", ""),
    "static_select": ("selected_option", "initial_option"),
    "external_select": ("selected_option", "initial_option"),
    "radio_buttons": ("selected_option", "initial_option"),
    "overflow": ("selected_option", ""),
    "multi_static_select": ("selected_options", "initial_options"),
    "multi_external_select": ("selected_options", "initial_options"),
    "checkboxes": ("selected_options", "initial_options"),
    "users_select": ("selected_user", "initial_user"),
    "multi_users_select": ("selected_users", "initial_users"),
    "conversations_select": ("selected_conversation", "initial_conversation"),
    "multi_conversations_select": ("selected_conversations", "initial_conversations"),
    "channels_select": ("selected_channel", "initial_channel"),
    "multi_channels_select": ("selected_channels", "initial_channels"),
    "datepicker": ("selected_date", "initial_date"),
    "timepicker": ("selected_time", "initial_time"),
    "datetimepicker": ("selected_date_time", "initial_date_time"),
}
LONGEST_INPUT = 3000


@dataclass(frozen=True, slots=True)
class Field:
    block: Json
    element: Json

    @property
    def kind(self) -> str:
        return str(self.element["type"])

    @property
    def action_id(self) -> str:
        return str(self.element["action_id"])

    @property
    def block_id(self) -> str:
        return str(self.block["block_id"])

    @property
    def in_input(self) -> bool:
        return bool(self.block["type"] == "input")

    @property
    def holds_several(self) -> bool:
        return self.kind.startswith("multi_") or self.kind in ("checkboxes", "file_input")

    @property
    def asks_bot(self) -> bool:
        return self.kind.endswith("external_select")

    @property
    def names(self) -> tuple[str, ...]:
        """What it may be called: its label or the text beside it, its ids, its placeholder."""
        words = text_as_read(self.block.get("label") or self.block.get("text"))
        placeholder = text_as_read(self.element.get("placeholder"))
        names = (words, self.block_id, self.action_id, placeholder)
        return tuple(name for name in names if name)


def fields_of(shown: Shown) -> list[Field]:
    return [
        Field(block, element)
        for block in blocks_of(shown)
        for element in elements_of(block)
        if element["type"] in STATE_KEYS
    ]


def field_named(shown: Shown, name: str) -> Field:
    found = [field for field in fields_of(shown) if name in field.names]
    if len(found) != 1:
        offered = ", ".join(field.names[0] for field in fields_of(shown))
        raise CannotDo(f"{len(found)} fields are called {name!r}; there are: {offered}")
    return found[0]


def options_of(element: Json) -> list[Json]:
    groups: list[Json] = element.get("option_groups") or []
    options: list[Json] = element.get("options") or []
    return options + [option for group in groups for option in group["options"]]


def option_named(offered: Sequence[Json], wanted: object) -> Json:
    """The option reading so, or of this value; one that was not on offer cannot be picked."""
    for option in offered:
        if wanted in (text_as_read(option["text"]), option["value"]):
            return option
    words = ", ".join(text_as_read(option["text"]) for option in offered)
    raise CannotDo(f"{wanted!r} is not on offer; on offer: {words}")


def several(answer: object) -> list[object]:
    if isinstance(answer, Sequence) and not isinstance(answer, str | bytes):
        return list(answer)
    return [answer]


def typed_value(field: Field, answer: object) -> str:
    """A typed text as the client lets it through: lengths, and numbers where numbers go."""
    text, element = str(answer), field.element
    if not element.get("min_length", 0) <= len(text) <= element.get("max_length", LONGEST_INPUT):
        raise CannotDo(f"{field.names[0]}: {len(text)} characters do not fit")
    if field.kind == "number_input":
        check_number(element, text)
    return text


def check_number(element: Json, text: str) -> None:
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise CannotDo(f"{text!r} is not a number") from None
    if not element["is_decimal_allowed"] and number != number.to_integral_value():
        raise CannotDo(f"{text!r} is not a whole number")
    low, high = element.get("min_value", "-Infinity"), element.get("max_value", "Infinity")
    if not Decimal(low) <= number <= Decimal(high):
        raise CannotDo(f"{text!r} is not from {low} to {high}")


def user_named(workspace: Workspace, name: object) -> str:
    for user in workspace.users.values():
        if name in (user.id, user.name, user.real_name):
            return user.id
    raise CannotDo(f"nobody is called {name!r}")


def channel_named(workspace: Workspace, name: object) -> str:
    for channel in workspace.channels.values():
        if name in (channel.id, channel.name):
            return channel.id
    raise CannotDo(f"no channel is called {name!r}")


def attached(workspace: Workspace, field: Field, user: str, answer: object) -> list[Json]:
    """Files given as (name, content), uploaded as the client does while the form is open."""
    files: list[Json] = []
    for item in several(answer) if not isinstance(answer, tuple) else [answer]:
        if not isinstance(item, tuple):
            raise CannotDo("a file is given as (name, content)")
        name, content = item
        allowed = field.element.get("filetypes")
        if allowed and name.rpartition(".")[2].lower() not in allowed:
            raise CannotDo(f"{name} is not one of {', '.join(allowed)}")
        stored = new_file(workspace, name, user, len(content))
        stored.content, stored.completed = content, True
        files.append(stored.as_json())
    if len(files) > field.element.get("max_files", 10):
        raise CannotDo("too many files")
    return files


def moment(kind: str, answer: object) -> object:
    match answer:
        case datetime() if kind == "datetimepicker":
            return int(answer.timestamp())
        case date() if kind == "datepicker":
            return answer.isoformat()
        case time() if kind == "timepicker":
            return answer.strftime("%H:%M")
        case _:
            return answer


def value_of(
    workspace: Workspace, user: str, field: Field, answer: object, offered: Sequence[Json]
) -> object:
    """The answer as Slack's state holds it; `offered` are the options of a menu."""
    if field.kind == "file_input":
        return attached(workspace, field, user, answer)
    if field.holds_several:
        return [one_value(workspace, field, each, offered) for each in several(answer)]
    return one_value(workspace, field, answer, offered)


def one_value(
    workspace: Workspace, field: Field, answer: object, offered: Sequence[Json]
) -> object:
    match field.kind.removeprefix("multi_"):
        case "static_select" | "external_select" | "radio_buttons" | "checkboxes" | "overflow":
            return option_named(offered, answer)
        case "users_select":
            return user_named(workspace, answer)
        case "conversations_select" | "channels_select":
            return channel_named(workspace, answer)
        case "datepicker" | "timepicker" | "datetimepicker":
            return moment(field.kind, answer)
        case "rich_text_input":
            return rich_text(as_typed(workspace, str(answer)), workspace.fresh("b"))
        case _:
            return typed_value(field, answer)


def state_value(field: Field, value: object) -> Json:
    return {"type": field.kind, STATE_KEYS[field.kind][0]: value}


def first_value(field: Field) -> object:
    return field.element.get(STATE_KEYS[field.kind][1], [] if field.holds_several else None)


def keep_answer(view: View, field: Field, value: object) -> None:
    view.state.setdefault(field.block_id, {})[field.action_id] = state_value(field, value)


def complete_state(view: View) -> None:
    """Fills what nobody touched with its first value, as a submission holds every field."""
    for field in fields_of(view):
        if field.kind != "overflow" and field.action_id not in view.state.get(field.block_id, {}):
            keep_answer(view, field, first_value(field))


def missing(view: View) -> Iterator[str]:
    """Required fields left empty, which the client does not submit."""
    for field in fields_of(view):
        if field.in_input and not field.block.get("optional"):
            value = view.state[field.block_id][field.action_id][STATE_KEYS[field.kind][0]]
            if value in (None, "", []):
                yield field.names[0]
