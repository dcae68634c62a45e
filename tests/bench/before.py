"""The previous landing's code, checked out under build/, to be timed in the same run."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

from tests.bench.racing import Contender, Race
from tests.bench.rows import BUILD, ROOT, Row, Scale, aloud

FOLDER = BUILD / "before"
BEFORE = "the previous landing"
# A bench may lose so much against the code before, and no more.
LEAST = 0.9


def with_before(contenders: dict[str, Contender], ours: str) -> dict[str, Contender]:
    """The contenders, and the same with the previous landing's code, where there is one."""
    folder = checkout()
    if folder is None:
        return contenders
    return contenders | {BEFORE: replace(contenders[ours], folder=folder)}


def against_before(race: Race, ours: str, name: str) -> Iterator[Row]:
    """How we stand to the code before, where there is any."""
    if checkout() is None:
        return
    if BEFORE in race.out:
        aloud(f"{name}: {race.out[BEFORE]}")
    yield Row(f"{name} / {BEFORE}", race.ratio(ours, BEFORE), "ratio", least=LEAST)


@cache
def checkout() -> Path | None:
    """A worktree of the commit that landed before this one, with today's benches laid over it.

    `BEFORE=REVISION` names another one. The short form compares with one only if it is named: its
    rounds are too short to tell a tenth from chance.
    """
    short = Scale.of_environment().short
    revision = os.environ.get("BEFORE") or (None if short else _previous())
    if revision is None:
        aloud(f"nothing is compared with {BEFORE}")
        return None
    _git("worktree", "prune")
    if FOLDER.exists():
        _git("worktree", "remove", "--force", str(FOLDER))
    if _git("worktree", "add", "--detach", "--force", str(FOLDER), revision) is None:
        aloud(f"{revision} can't be checked out: nothing is compared with {BEFORE}")
        return None
    shutil.copytree(ROOT / "tests" / "bench", FOLDER / "tests" / "bench", dirs_exist_ok=True)
    return FOLDER


def _previous() -> str | None:
    """Where this branch left main; on main itself, the commit before."""
    here = _git("rev-parse", "HEAD")
    for main in ("main", "origin/main"):
        left = _git("merge-base", "HEAD", main)
        if left:
            return left if left != here else _git("rev-parse", "--verify", "--quiet", "HEAD^")
    return _git("rev-parse", "--verify", "--quiet", "HEAD^")


def _git(*words: str) -> str | None:
    done = subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout.strip() if done.returncode == 0 else None


def removed() -> None:
    """Nothing of it stays behind."""
    if FOLDER.exists():
        _git("worktree", "remove", "--force", str(FOLDER))


__all__: Sequence[str] = ("BEFORE", "against_before", "checkout", "removed", "with_before")
