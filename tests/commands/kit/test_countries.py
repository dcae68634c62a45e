"""Countries are understood as people write them, and nothing else is."""

from __future__ import annotations

import pytest

from commands.kit.countries import read_country


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("德国", "DE"),
        ("Germany", "DE"),
        ("de", "DE"),
        ("ＤＥ", "DE"),
        (" united  states ", "US"),
        ("美国", "US"),
        ("中国", "CN"),
        ("香港", "HK"),
        ("Hong Kong", "HK"),
        ("中国台湾", "TW"),
        ("UK", "GB"),
        ("新加坡", "SG"),
    ],
)
def test_a_country_is_known_by_its_names(said: str, code: str) -> None:
    assert read_country(said) == code


@pytest.mark.parametrize("said", ["", "乌有国", "Europe", "欧洲", "001", "Ningbo"])
def test_what_is_no_country_is_none(said: str) -> None:
    assert read_country(said) is None
