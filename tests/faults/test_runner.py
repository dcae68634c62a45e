"""A run of scenarios says what it was asked, what was played, and what was not."""

from __future__ import annotations

import asyncio
import json
import os
import signal
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.faults import __main__, framework
from tests.faults.framework import Row, Run, Scenario, most


async def quick(_run: Run) -> Sequence[Row]:
    return [most("quick: troubles", 0, 0, "troubles")]


@pytest.fixture
def scenarios(monkeypatch: pytest.MonkeyPatch) -> dict[str, Scenario]:
    """These, instead of the real ones."""
    declared = {"quick": Scenario("quick", quick)}
    monkeypatch.setattr(__main__, "DECLARED", ())
    monkeypatch.setattr(framework, "SCENARIOS", declared)
    return declared


def kept(path: Path) -> list[tuple[str, bool]]:
    return [(row["name"], row["passed"]) for row in json.loads(path.read_text())]


@pytest.mark.usefixtures("scenarios")
def test_a_run_keeps_its_rows_and_says_how_long_each_took(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert __main__.main(["--into", str(tmp_path / "rows.json")]) == 0
    assert kept(tmp_path / "rows.json") == [("quick: troubles", True)]
    assert "quick  " in capsys.readouterr().out


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_keeps_what_was_played_and_says_that_it_was_cut_short(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    scenarios: dict[str, Scenario],
    number: signal.Signals,
) -> None:
    async def endless(_run: Run) -> Sequence[Row]:
        await asyncio.sleep(0.05)  # the other one has ended
        os.kill(os.getpid(), number)
        await asyncio.sleep(60)
        return []

    scenarios["endless"] = Scenario("endless", endless)
    assert __main__.main(["--into", str(tmp_path / "rows.json")]) == 1
    assert kept(tmp_path / "rows.json") == [
        ("quick: troubles", True),
        ("cut short: scenarios played", False),
    ]
    assert "cut short" in capsys.readouterr().out


@pytest.mark.usefixtures("scenarios")
def test_a_name_that_means_nothing_is_refused_with_those_that_do(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    into = tmp_path / "rows.json"
    into.write_text("[]")
    with pytest.raises(SystemExit) as refused:
        __main__.main(["--into", str(into), "quick", "nonsense"])
    assert refused.value.code == 2
    said = capsys.readouterr().err
    assert "no scenario begins with nonsense; there are: quick" in said
    assert into.read_text() == "[]"


async def lengths(run: Run) -> Sequence[Row]:
    return [most(f"played {'short' if run.short else 'whole'}", 0, 0, "troubles")]


@pytest.mark.parametrize(("names", "played"), [([], "short"), (["long"], "whole")])
def test_what_is_long_is_played_whole_only_by_name(
    tmp_path: Path, scenarios: dict[str, Scenario], names: list[str], played: str
) -> None:
    scenarios["long"] = Scenario("long", lengths, long=True)
    __main__.main(["--into", str(tmp_path / "rows.json"), *names])
    assert (f"played {played}", True) in kept(tmp_path / "rows.json")
