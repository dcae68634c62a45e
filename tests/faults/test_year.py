"""The year's calculation is its own, knows the calendar, and sees what is missing or too much."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from tests.faults.year.cast import DAY, LEAVE, Cast, Yearly
from tests.faults.year.expected import Rules, lunar_kept, rules_of, solar_kept, year
from tests.faults.year.found import twice
from tests.faults.year.records import Greeting, differences

HERE = Path(__file__).parent / "year"
OURS = {"bot", "commands", "scheduler", "storage"}
CAST = Cast(seed=3, many=40, sellers=3, first=date(2029, 1, 20), days=44)


@pytest.fixture
def rules(tmp_path: Path) -> Rules:
    """The policy as it comes."""
    (own := tmp_path / "policy.toml").write_text("")
    return rules_of(own)


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""


@pytest.mark.parametrize("name", ["cast", "expected", "records"])
def test_what_must_come_of_it_is_worked_out_without_the_bot(name: str) -> None:
    assert not {one.partition(".")[0] for one in imported(HERE / f"{name}.py")} & OURS


@pytest.mark.parametrize(
    ("born", "lunar_year", "kept"),
    [
        (Yearly(8, 15, lunar=True), 2026, "2026-09-25"),
        (Yearly(8, 30, lunar=True), 2026, "2026-10-09"),
        (Yearly(12, 30, lunar=True), 2025, "2026-02-16"),
        (Yearly(2, 15, lunar=True, leap=True), 2023, "2023-03-06"),
        (Yearly(2, 15, lunar=True, leap=True), 2024, "2024-03-24"),
    ],
)
def test_the_other_calendar_knows_the_days(
    rules: Rules, born: Yearly, lunar_year: int, kept: str
) -> None:
    assert str(lunar_kept(born, lunar_year, rules)) == kept


def test_the_last_of_february_in_other_years(rules: Rules) -> None:
    assert solar_kept(Yearly(2, 29), 2029, rules) == date(2029, 2, 28)
    assert solar_kept(Yearly(2, 29), 2028, rules) == date(2028, 2, 29)


def test_a_year_has_all_kinds_of_ends_and_the_same_for_the_same_seed(rules: Rules) -> None:
    found = year(CAST, rules)
    assert {one.state for one in found.done} == {"sent", "by_hand", "skipped", "dropped"}
    assert {"done", "lapsed"} <= {one.state for one in found.owed}
    assert found == year(CAST, rules)
    assert found != year(Cast(4, 40, 3, CAST.first, 44), rules)


def test_nobody_is_greeted_twice_by_the_calculation(rules: Rules) -> None:
    found = Counter(year(CAST, rules).greetings)
    assert found
    assert max(found.values()) == 1


def test_what_is_missing_and_what_is_too_much_is_seen(rules: Rules) -> None:
    done = year(CAST, rules).done
    assert differences(done[1:], done) == [("missing", done[0])]
    assert differences([*done, done[0]], done) == [("too much", done[0])]
    once, more = [Greeting("a@b.test", "春节")], [Greeting("a@b.test", "春节")] * 2
    assert twice(more, once) == once


def test_whoever_leaves_an_occasion_alone_lets_it_drop(rules: Rules) -> None:
    alone = [
        one
        for one in year(CAST, rules).done
        if CAST.plan(one.kind, one.day, one.customer, tuple(c.contact for c in one.contacts)).way
        == LEAVE
        and one.day + 2 * DAY <= CAST.end
    ]
    assert alone
    assert {(one.state, one.due) for one in alone} == {("dropped", "lapsed")}
