"""Building stones for rules on JSON: each yields what is wrong, in words like Slack's."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping

Problems = Iterator[str]
Rule = Callable[[object, str], Problems]


def problem(words: str, at: str) -> str:
    return f"{words} [json-pointer:{at}]"


def string(most: int, *, least: int = 1, pattern: str = "") -> Rule:
    def check(value: object, at: str) -> Problems:
        if not isinstance(value, str):
            yield problem("must be a string", at)
            return
        if len(value) > most:
            yield problem(f"must be less than {most + 1} characters", at)
        if len(value) < least:
            yield problem(f"must be more than {least - 1} characters", at)
        if pattern and not re.fullmatch(pattern, value):
            yield problem(f"failed to match {pattern}", at)

    return check


def whole(low: int, high: int) -> Rule:
    def check(value: object, at: str) -> Problems:
        if isinstance(value, bool) or not isinstance(value, int):
            yield problem("must be an integer", at)
        elif not low <= value <= high:
            yield problem(f"must be from {low} to {high}", at)

    return check


def flag(value: object, at: str) -> Problems:
    if not isinstance(value, bool):
        yield problem("must be a boolean", at)


def anything(_value: object, _at: str) -> Problems:
    yield from ()


def one_of(*allowed: str) -> Rule:
    def check(value: object, at: str) -> Problems:
        if value not in allowed:
            yield problem(f"must be one of {', '.join(allowed)}", at)

    return check


def listing(rule: Rule, most: int, *, least: int = 1) -> Rule:
    def check(value: object, at: str) -> Problems:
        if not isinstance(value, list):
            yield problem("must be an array", at)
            return
        if len(value) > most:
            yield problem(f"no more than {most} items allowed", at)
        if len(value) < least:
            yield problem(f"no fewer than {least} items allowed", at)
        for number, item in enumerate(value):
            yield from rule(item, f"{at}/{number}")

    return check


def shape(
    required: Mapping[str, Rule] | None = None, optional: Mapping[str, Rule] | None = None
) -> Rule:
    must, may = dict(required or {}), dict(optional or {})
    known = must | may | {"type": anything}

    def check(value: object, at: str) -> Problems:
        if not isinstance(value, dict):
            yield problem("must be an object", at)
            return
        yield from (problem(f"missing required field: {key}", at) for key in must.keys() - value)
        for key, item in value.items():
            if key in known:
                yield from known[key](item, f"{at}/{key}")
            else:
                yield problem(f"invalid additional property: {key}", at)

    return check


def by_type(table: Mapping[str, Rule]) -> Rule:
    """The rule the object's own `type` names; any other type does not belong here."""

    def check(value: object, at: str) -> Problems:
        kind = value.get("type") if isinstance(value, dict) else None
        rule = table.get(kind) if isinstance(kind, str) else None
        if rule is None:
            yield problem(f"unsupported type: {kind}", f"{at}/type")
        else:
            yield from rule(value, at)

    return check


def every(*rules: Rule) -> Rule:
    def check(value: object, at: str) -> Problems:
        for rule in rules:
            yield from rule(value, at)

    return check


def exactly_one(*keys: str) -> Rule:
    def check(value: object, at: str) -> Problems:
        if isinstance(value, dict) and sum(key in value for key in keys) != 1:
            yield problem(f"must have exactly one of {', '.join(keys)}", at)

    return check


def some_of(*keys: str) -> Rule:
    def check(value: object, at: str) -> Problems:
        if isinstance(value, dict) and not any(value.get(key) for key in keys):
            yield problem(f"must have {' or '.join(keys)}", at)

    return check


def unique(values: list[tuple[str, str]], what: str) -> Problems:
    """Complains of each (value, pointer) whose value came before."""
    seen: set[str] = set()
    for value, at in values:
        if value in seen:
            yield problem(f'`{what}` "{value}" already exists for another element', at)
        seen.add(value)
