"""The house keeps its own rules: short functions, few broad excepts, platforms in their rooms."""

import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

from tests import figures

LONG = "def long():\n" + "    print()\n" * figures.LONGEST
BROAD = "try:\n    print()\nexcept (ValueError, Exception):\n    raise\n"


def house(at: Path, files: dict[str, str]) -> list[figures.Source]:
    """Build a small house to measure."""
    for name, text in files.items():
        path = at / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return figures.sources(at)


@pytest.mark.parametrize("rule", figures.BUDGETS)
def test_the_code_keeps(rule: str) -> None:
    complaints = figures.BUDGETS[rule](figures.sources())
    assert not complaints, "\n".join(complaints)


def test_a_platform_is_named_only_in_its_room() -> None:
    stray = figures.stray_platforms()
    assert not stray, "\n".join(stray)


def test_the_whole_house_is_measured() -> None:
    rooms = {source.path.split("/")[0] for source in figures.sources()}
    assert rooms == set(figures.ROOMS)


def test_a_long_function_is_named(tmp_path: Path) -> None:
    found = house(tmp_path, {"bot/door.py": LONG})
    assert figures.long_functions(found) == ["bot/door.py:1 long: 41 lines"]
    assert figures.typical_functions(found) == [
        "the median function has 41 lines, more than 6",
        "the 95th percentile is 41 lines, more than 26",
        "bot/door.py:1 long: 41 lines",
    ]


def test_a_docstring_does_not_count(tmp_path: Path) -> None:
    told = LONG.replace(":\n", ':\n    """Tell.\n\n    At length.\n    """\n', 1)
    plain, documented = figures.functions(house(tmp_path, {"bot/a.py": LONG, "bot/b.py": told}))
    assert plain.size == documented.size == figures.LONGEST + 1


def test_a_long_file_is_named(tmp_path: Path) -> None:
    found = house(tmp_path, {"storage/cases.py": "pass\n" * 451})
    assert figures.long_files(found) == ["storage/cases.py: 451 lines"]


def test_broad_excepts_are_named_once_they_are_too_many(tmp_path: Path) -> None:
    assert figures.broad_excepts(house(tmp_path, {"bot/door.py": BROAD})) == ["bot/door.py:3"]
    assert figures.broad_excepts(house(tmp_path, {"bot/door.py": BROAD + "pass\n" * 2000})) == []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("import commands.b", "import commands.a"),
        ("from commands import b", "from commands.a import fact"),
        ("from . import b", "from .a import fact"),
        ("def late():\n    from commands.b import fact", "from commands import a"),
    ],
)
def test_modules_that_import_each_other_are_named(tmp_path: Path, one: str, other: str) -> None:
    found = house(tmp_path, {"commands/a.py": one, "commands/b.py": other})
    assert figures.mutual_imports(found) == ["commands.a and commands.b import each other"]


def test_importing_one_way_is_fine(tmp_path: Path) -> None:
    found = house(
        tmp_path, {"commands/a.py": "from commands import b", "commands/b.py": "import json"}
    )
    assert figures.mutual_imports(found) == []


def test_a_platform_named_elsewhere_is_found(tmp_path: Path) -> None:
    files = {
        "bot/slack/send.py": "# Slack, but no Telegram",
        "bot/wiring.py": "# slack and telegram",
        "scheduler/delivery.py": "# as\n# Slack wants it",
    }
    house(tmp_path, files)
    assert figures.stray_platforms(tmp_path) == [
        "bot/slack/send.py:1: # Slack, but no Telegram",
        "scheduler/delivery.py:2: # Slack wants it",
    ]


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock", "bootstrap.lock"])
def test_a_lock_names_packages_and_hashes_only(lock: str) -> None:
    lines = (figures.ROOT / lock).read_text().splitlines()
    pinned = re.compile(
        r"[a-z0-9-]+(\[[a-z,-]+\])?==[^ /:]+( ; [^/:]+)? \\|    --hash=sha256:\w{64}( \\)?"
    )
    assert [line for line in lines if not pinned.fullmatch(line)] == []


def test_both_locks_agree() -> None:
    ours = _pins("requirements.lock")
    assert ours.items() <= _pins("requirements-dev.lock").items()


def test_every_dependency_is_pinned() -> None:
    project = tomllib.loads((figures.ROOT / "pyproject.toml").read_text())
    asked = {re.split(r"[\[=<>~]", need)[0] for need in project["project"]["dependencies"]}
    assert asked - _pins("requirements.lock").keys() == set()


def _pins(lock: str) -> dict[str, str]:
    lines = (figures.ROOT / lock).read_text().splitlines()
    return dict(line.split(" ")[0].split("==") for line in lines if "==" in line)


# --- a fresh machine ------------------------------------------------------------------------------

NONE, OLD, BARE = "", "exit 1", 'case "$2" in *ensurepip*) exit 1;; *) exit 0;; esac'


@pytest.mark.parametrize(
    ("script", "said"),
    [
        (NONE, "was not found. On Debian: apt-get install python3"),
        (OLD, "is too old: Headwater needs 3.11 or newer"),
        (BARE, "apt-get install python3-venv"),
    ],
    ids=["no python", "an old python", "no venv"],
)
def test_setting_up_says_what_is_missing(tmp_path: Path, script: str, said: str) -> None:
    for name in ("Makefile", "requirements-dev.lock", "bootstrap.lock"):
        shutil.copy(figures.ROOT / name, tmp_path / name)
    python = tmp_path / "python"
    if script:
        python.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
        python.chmod(0o755)
    made = subprocess.run(
        ["make", "setup", f"PYTHON={python}"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert made.returncode != 0
    assert said in made.stderr
    assert not (tmp_path / ".venv").exists()
