"""Rows of FACTS 5.2 that tests of the suite hold at their figure: they are run, and counted."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Mapping
from xml.etree import ElementTree as ET

from tests.faults.framework import Row, Run, least, most, scenario
from tests.house import ROOT

BOT, KIT = "tests/bot", "tests/commands/kit"
ROWS: Mapping[str, tuple[str, ...]] = {
    "5 events in every order, edits before originals": (f"{BOT}/test_edits.py",),
    "6 poison, and no hot loop": (
        f"{BOT}/telegram/test_hear.py::test_a_thousand_kinds_of_poison_are_read_or_said_to_be_unreadable",
        f"{BOT}/telegram/test_poll.py",
        f"{BOT}/slack/test_http.py",
    ),
    "8 no database, no acknowledgement": (
        "tests/faults/test_crash.py",
        f"{BOT}/telegram/test_webhook.py",
        f"{BOT}/slack/test_promises.py",
    ),
    "10 what answers and silences mean": (
        f"{BOT}/slack/test_send.py",
        f"{BOT}/telegram/test_send_outcomes.py",
    ),
    "11 the pace, kept by three replicas": ("tests/scheduler/test_pace.py",),
    "13 replays": ("tests/stories/test_gates.py::test_a_replayed_request_has_no_second_effect",),
    "24 the limits of what is sent": (
        f"{BOT}/slack/test_draw.py",
        f"{BOT}/slack/test_modal.py",
        f"{BOT}/telegram/test_draw.py",
    ),
    "27 and 29 days, zones, deadlines": (f"{KIT}/test_calendar.py", f"{KIT}/test_moments.py"),
    "36 sockets that break": (f"{BOT}/slack/test_sockets.py",),
}
LONG = ("5 ", "6 ", "8 ", "10 ", "11 ", "13 ", "36 ")


@scenario("suite")
async def suite(run: Run) -> list[Row]:
    """All of them in one go; the short form leaves out those that take long, and says so."""
    chosen = {n: w for n, w in ROWS.items() if not (run.short and n.startswith(LONG))}
    report = run.folder / "report.xml"
    where = [test for tests in chosen.values() for test in tests]
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "pytest", "-q", "-n", "2", "-p", "no:cacheprovider", f"--junitxml={report}"),
        *where,
        cwd=ROOT,
        stdout=(run.folder / "log").open("wb"),
    )
    try:
        await process.wait()
    except asyncio.CancelledError:
        process.terminate()
        await process.wait()
        raise
    cases = list(ET.parse(report).iter("testcase"))  # noqa: S314 -- our own tests wrote it
    of = {name: [case for case in cases if _is_of(case, tests)] for name, tests in chosen.items()}
    only = f", {len(ROWS) - len(chosen)} more are not in the short form" if run.short else ""
    rows = [least(f"suite: rows that were run{only}", sum(map(bool, of.values())), len(of), "rows")]
    for name, mine in of.items():
        failed = [c for c in mine if c.find("failure") is not None or c.find("error") is not None]
        for one in failed:
            run.say(f"failed: {one.get('classname')}::{one.get('name')}")
        rows.append(most(f"row {name}: tests that fail", len(failed), 0, f"of {len(mine)}"))
    return rows


def _is_of(case: ET.Element, tests: tuple[str, ...]) -> bool:
    module, name = str(case.get("classname")), str(case.get("name")).partition("[")[0]
    for test in tests:
        path, _, wanted = test.partition("::")
        if module == path.removesuffix(".py").replace("/", ".") and wanted in {"", name}:
            return True
    return False
