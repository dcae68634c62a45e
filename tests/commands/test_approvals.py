"""Approvals by their rules: who may, who decided, and that nothing gets past them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test

from commands.approvals.rules import Rule, outcome
from storage.approvals import ASKED, NO, WAITING, YES, Approval, Seat
from tests.commands.decided import Decided
from tests.commands.trying import founded


def seat(state: str, *, must: bool = False) -> Seat:
    """A seat that stands so."""
    return Seat(approval_id=1, person_id=1, state=state, must=must)


@pytest.mark.parametrize(
    ("kind", "need", "states", "expected"),
    [
        (Rule.ANY, 1, [YES, ASKED], "approved"),
        (Rule.ANY, 1, [NO, ASKED], "rejected"),
        (Rule.ANY, 1, [ASKED, ASKED], None),
        (Rule.ALL, 2, [YES, ASKED], None),
        (Rule.ALL, 2, [YES, YES], "approved"),
        (Rule.ALL, 2, [YES, NO], "rejected"),
        (Rule.ORDER, 2, [YES, WAITING], None),
        (Rule.COUNT, 2, [YES, NO, ASKED], None),
        (Rule.COUNT, 2, [YES, NO, YES], "approved"),
        (Rule.COUNT, 2, [NO, NO, ASKED], "rejected"),
    ],
)
def test_what_is_decided(kind: Rule, need: int, states: list[str], expected: str | None) -> None:
    asked = Approval(kind="case", subject_id=1, rule=kind.value, need=need, submitter_id=1)
    assert outcome(asked, [seat(state) for state in states]) == expected


def test_who_was_added_must_agree_whatever_the_rule() -> None:
    asked = Approval(kind="case", subject_id=1, rule="any", need=1, submitter_id=1)
    assert outcome(asked, [seat(YES), seat(ASKED, must=True)]) is None
    assert outcome(asked, [seat(YES), seat(NO, must=True)]) == "rejected"
    assert outcome(asked, [seat(YES), seat(YES, must=True)]) == "approved"


@pytest.fixture(scope="module")
def company() -> Iterator[Path]:
    """The sample company, ready to be copied."""
    with TemporaryDirectory() as folder:
        made = Path(folder) / "company.db"
        founded(made)
        yield made


def _played(company: Path, examples: int) -> None:
    machine = type("Decided", (Decided,), {"company": company})
    run_state_machine_as_test(
        machine, settings=settings(max_examples=examples, stateful_step_count=50, deadline=None)
    )


@pytest.mark.timeout(240)  # everybody tries everything after every step
def test_nothing_is_approved_but_by_the_rule(company: Path) -> None:
    _played(company, 20)


@pytest.mark.torture
@pytest.mark.timeout(900)
def test_nothing_is_approved_but_by_the_rule_in_ten_thousand_steps(company: Path) -> None:
    _played(company, 200)
