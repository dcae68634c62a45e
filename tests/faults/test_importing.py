"""An import that is killed again and again doubles nothing and misses nothing."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from tests.faults.importing import ROWS
from tests.house import ROOT, prepared


@pytest.mark.torture
@pytest.mark.timeout(300)
def test_killed_in_the_middle_again_and_again(database_url: str) -> None:
    prepared(database_url, "web", "en")
    done = subprocess.run(
        [sys.executable, "-m", "tests.faults.importing", database_url],
        cwd=ROOT,
        capture_output=True,
        check=False,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["killed"] >= 4
    assert found["state"] == "done"
    assert found["counts"] == {"checking": {"added": ROWS}, "importing": {"added": ROWS}}
    once = [1] * ROWS
    assert found["rows"] == dict.fromkeys(found["rows"], once)
    assert found["grams"]
    assert found["told"] == once
