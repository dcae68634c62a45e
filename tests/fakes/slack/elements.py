"""The limits of Block Kit's texts and interactive elements."""

from __future__ import annotations

from collections.abc import Mapping

from tests.fakes.slack.schema import (
    Problems,
    Rule,
    anything,
    by_type,
    every,
    exactly_one,
    flag,
    listing,
    one_of,
    problem,
    shape,
    string,
    whole,
)

ID = string(255)
URL = string(3000)
DATE = string(10, pattern=r"\d{4}-\d\d-\d\d")
TIME = string(5, pattern=r"\d\d:\d\d")


def plain(most: int) -> Rule:
    return by_type({"plain_text": shape({"text": string(most)}, {"emoji": flag})})


def marked(most: int) -> Rule:
    """Either kind of text object."""
    return by_type(
        {
            "plain_text": shape({"text": string(most)}, {"emoji": flag}),
            "mrkdwn": shape({"text": string(most)}, {"verbatim": flag}),
        }
    )


CONFIRM = shape(
    {"title": plain(100), "text": marked(300), "confirm": plain(30), "deny": plain(30)},
    {"style": one_of("primary", "danger")},
)
# Slack's SDK allows 150 characters in an option's value, older pages 75: the safe figure.
OPTION = shape({"text": plain(75), "value": string(75)}, {"description": plain(75)})
MARKED_OPTION = shape({"text": marked(75), "value": string(75)}, {"description": marked(75)})
MENU_OPTION = shape(
    {"text": plain(75), "value": string(75)}, {"url": URL, "description": plain(75)}
)
GROUP = shape({"label": plain(75), "options": listing(OPTION, 100)})
OPTIONS, GROUPS = listing(OPTION, 100), listing(GROUP, 100)
OPTION_ANSWER = every(
    shape(optional={"options": listing(OPTION, 100, least=0), "option_groups": GROUPS}),
    exactly_one("options", "option_groups"),
)

PRESSABLE: Mapping[str, Rule] = {"action_id": ID, "confirm": CONFIRM}
FILLABLE: Mapping[str, Rule] = {"action_id": ID, "focus_on_load": flag}
SELECT: Mapping[str, Rule] = {**PRESSABLE, "focus_on_load": flag, "placeholder": plain(150)}
SEVERAL: Mapping[str, Rule] = {**SELECT, "max_selected_items": whole(1, 100)}
TYPED: Mapping[str, Rule] = {
    **FILLABLE,
    "placeholder": plain(150),
    "initial_value": string(3000),
    "dispatch_action_config": anything,
}
FILTER = {"filter": anything, "default_to_current_conversation": flag}


def initial_is_offered(value: object, at: str) -> Problems:
    """An initial choice must be one of the options, letter for letter."""
    if not isinstance(value, dict) or not isinstance(value.get("options"), list):
        return
    chosen = value.get("initial_options", [value.get("initial_option")])
    for option in chosen if isinstance(chosen, list) else []:
        if option is not None and option not in value["options"]:
            yield problem("initial option is not among the options", at)


def static(keys: Mapping[str, Rule], initial: Mapping[str, Rule]) -> Rule:
    known = {**keys, **initial, "options": OPTIONS, "option_groups": GROUPS}
    return every(shape(optional=known), exactly_one("options", "option_groups"), initial_is_offered)


def ticked(most: int, initial: Mapping[str, Rule]) -> Rule:
    options = listing(MARKED_OPTION, most)
    known = {**PRESSABLE, **initial, "focus_on_load": flag}
    return every(shape({"options": options}, known), initial_is_offered)


SELECTS: dict[str, Rule] = {
    "static_select": static(SELECT, {"initial_option": OPTION}),
    "external_select": shape(
        optional={**SELECT, "initial_option": OPTION, "min_query_length": whole(0, 100)}
    ),
    "users_select": shape(optional={**SELECT, "initial_user": ID}),
    "conversations_select": shape(
        optional={**SELECT, **FILTER, "initial_conversation": ID, "response_url_enabled": flag}
    ),
    "channels_select": shape(
        optional={**SELECT, "initial_channel": ID, "response_url_enabled": flag}
    ),
}
SEVERAL_SELECTS: dict[str, Rule] = {
    "multi_static_select": static(SEVERAL, {"initial_options": OPTIONS}),
    "multi_external_select": shape(
        optional={**SEVERAL, "initial_options": OPTIONS, "min_query_length": whole(0, 100)}
    ),
    "multi_users_select": shape(optional={**SEVERAL, "initial_users": listing(ID, 100)}),
    "multi_conversations_select": shape(
        optional={**SEVERAL, **FILTER, "initial_conversations": listing(ID, 100)}
    ),
    "multi_channels_select": shape(optional={**SEVERAL, "initial_channels": listing(ID, 100)}),
}
PICKERS: dict[str, Rule] = {
    "datepicker": shape(optional={**SELECT, "initial_date": DATE}),
    "timepicker": shape(optional={**SELECT, "initial_time": TIME, "timezone": ID}),
    "datetimepicker": shape(
        optional={
            **PRESSABLE,
            "focus_on_load": flag,
            "initial_date_time": whole(1_000_000_000, 9_999_999_999),
        }
    ),
    "radio_buttons": ticked(10, {"initial_option": MARKED_OPTION}),
    "checkboxes": ticked(10, {"initial_options": listing(MARKED_OPTION, 10)}),
}
INPUTS: dict[str, Rule] = {
    "plain_text_input": shape(
        optional={
            **TYPED,
            "multiline": flag,
            "min_length": whole(0, 3000),
            "max_length": whole(1, 3000),
        }
    ),
    "email_text_input": shape(optional=TYPED),
    "url_text_input": shape(optional=TYPED),
    "number_input": shape(
        {"is_decimal_allowed": flag}, {**TYPED, "min_value": string(50), "max_value": string(50)}
    ),
    "rich_text_input": shape(optional={**TYPED, "initial_value": anything}),
    "file_input": shape(
        optional={
            "action_id": ID,
            "filetypes": listing(string(20), 100),
            "max_files": whole(1, 10),
        }
    ),
}
BUTTON = shape(
    {"text": plain(75)},
    {
        **PRESSABLE,
        "value": string(2000),
        "url": URL,
        "style": one_of("primary", "danger"),
        "accessibility_label": string(75),
    },
)
OVERFLOW = shape({"options": listing(MENU_OPTION, 5)}, PRESSABLE)
IMAGE = every(
    shape({"alt_text": string(2000)}, {"image_url": URL, "slack_file": anything}),
    exactly_one("image_url", "slack_file"),
)

IN_ACTIONS = by_type({"button": BUTTON, "overflow": OVERFLOW, **SELECTS, **PICKERS})
BESIDE_SECTION = by_type(
    {
        "button": BUTTON,
        "overflow": OVERFLOW,
        "image": IMAGE,
        **SELECTS,
        **SEVERAL_SELECTS,
        **{kind: rule for kind, rule in PICKERS.items() if kind != "datetimepicker"},
    }
)
IN_MODAL_INPUT = by_type({**SELECTS, **SEVERAL_SELECTS, **PICKERS, **INPUTS})
IN_INPUT = by_type(
    {
        **SELECTS,
        **SEVERAL_SELECTS,
        **PICKERS,
        **{kind: rule for kind, rule in INPUTS.items() if kind != "file_input"},
    }
)
