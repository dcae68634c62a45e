"""Countries as people write them: a name in either language, or the two letters of ISO 3166."""

from __future__ import annotations

import unicodedata
from functools import cache

# What people say and the tables do not.
_ALSO = {
    "香港": "HK",
    "中国香港": "HK",
    "澳门": "MO",
    "中国澳门": "MO",
    "中国台湾": "TW",
    "hong kong": "HK",
    "macao": "MO",
    "macau": "MO",
    "uk": "GB",
    "england": "GB",
    "usa": "US",
    "america": "US",
    "holland": "NL",
    "prc": "CN",
}
_LETTERS = 2


def read_country(text: str) -> str | None:
    """The two letters of the country that the whole of `text` names; None if it names none."""
    said = " ".join(unicodedata.normalize("NFKC", text).casefold().split())
    return _named().get(said)


@cache
def _named() -> dict[str, str]:
    from babel import Locale  # slow to load

    found = dict(_ALSO)
    for language in ("en", "zh_Hans"):
        for code, name in Locale.parse(language).territories.items():
            if len(code) == _LETTERS and code.isalpha():
                found[name.casefold()] = found[code.casefold()] = code
    return found
