"""What the documents lead to is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PAGES = sorted([ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")])
LEADS = re.compile(r"\]\(([^)\s]+)")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_and_picture_within_the_repository_exists(page: Path) -> None:
    leads = [to.partition("#")[0] for to in LEADS.findall(page.read_text(encoding="utf-8"))]
    inside = [to for to in leads if to and "://" not in to and not to.startswith("mailto:")]
    assert [to for to in inside if not (page.parent / to).exists()] == []


def test_the_readme_shows_a_picture_and_leads_on() -> None:
    leads = LEADS.findall((ROOT / "README.md").read_text(encoding="utf-8"))
    assert any(to.endswith(".png") for to in leads)
    assert "CONTRIBUTING.md" in leads
