"""The policy's numbers: defaults, a company's own file over them, and what is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import pytest

from bot.discovery import commands
from commands.cases.rules import CasePolicy
from commands.kit.errors import Misdeclared
from commands.kit.policy import Clause, Section, load
from commands.visits import VisitPolicy


@pytest.fixture(autouse=True, scope="module")
def _every_room() -> None:
    """Each declares its own table, wherever this is run."""
    commands()


def own(folder: Path, text: str) -> Path:
    path = folder / "own.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_defaults_are_the_policys() -> None:
    cases = load().of(CasePolicy)
    assert (cases.first_reply_hours, cases.solution_hours) == (24, 48)


def test_a_companys_own_number_goes_over_the_default_and_the_rest_stays(tmp_path: Path) -> None:
    policy = load(own(tmp_path, "[cases]\nfirst_reply_hours = 8\n"))
    assert policy.of(CasePolicy).first_reply_hours == 8
    assert policy.of(CasePolicy).solution_hours == 48
    assert policy.of(VisitPolicy) == load().of(VisitPolicy)


def test_other_numbers_are_another_version(tmp_path: Path) -> None:
    plain = load()
    assert load().version == plain.version
    assert load(own(tmp_path, "[cases]\nfirst_reply_hours = 8\n")).version != plain.version
    assert plain.of(CasePolicy).first_reply_hours == 24


def test_a_key_that_nobody_reads_is_refused(tmp_path: Path) -> None:
    policy = load(own(tmp_path, "[cases]\nfirst_replay_hours = 8\n"))
    with pytest.raises(Misdeclared, match=r"\[cases\].*first_replay_hours"):
        policy.of(CasePolicy)


def test_a_number_that_is_none_is_refused(tmp_path: Path) -> None:
    policy = load(own(tmp_path, '[visits]\ncorrect_hours = "a day"\n'))
    with pytest.raises(Misdeclared, match=r"\[visits\].*correct_hours"):
        policy.of(VisitPolicy)


def test_a_file_with_an_unknown_key_is_refused_before_anything_begins(tmp_path: Path) -> None:
    with pytest.raises(Misdeclared, match=r"\[visits\]: days: Extra inputs are not permitted"):
        load(own(tmp_path, "[visits]\ndays = 8\n")).check()
    load(own(tmp_path, "[visits]\noldest_days = 8\n")).check()


def test_a_file_with_an_unknown_table_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Misdeclared, match=r"the policy has no table \[vists\]"):
        load(own(tmp_path, "[vists]\noldest_days = 8\n")).check()


@pytest.mark.parametrize("text", ["oldest_days = ", "[visits", "oldest_days = 8"])
def test_a_file_that_is_no_policy_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(Misdeclared, match=r"own\.toml"):
        load(own(tmp_path, text))


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Misdeclared, match="can't be read"):
        load(tmp_path / "missing.toml")


def test_a_table_that_nobody_filled_is_refused() -> None:
    class Teas(Section, section="teas"):
        cups: Annotated[int, Clause("3.2.1")]

    with pytest.raises(Misdeclared, match=r"\[teas\].*cups"):
        load().of(Teas)


def test_a_key_without_a_clause_is_refused() -> None:
    with pytest.raises(Misdeclared, match=r"Teas\.cups names no clause"):

        class Teas(Section, section="teas"):
            cups: int


def test_a_key_with_an_unknown_clause_is_refused() -> None:
    with pytest.raises(Misdeclared, match=r"Teas\.cups names no clause"):

        class Teas(Section, section="teas"):
            cups: Annotated[int, Clause("9.9.9")]


@pytest.mark.parametrize("number", ["-5", "0", "true", "24.5", "99999999999"])
def test_a_number_without_sense_is_refused_before_anything_begins(
    tmp_path: Path, number: str
) -> None:
    with pytest.raises(Misdeclared, match=r"\[cases\].*first_reply_hours"):
        load(own(tmp_path, f"[cases]\nfirst_reply_hours = {number}\n")).check()
