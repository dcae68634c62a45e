"""Phone numbers and e-mail addresses as keys: the same one, however it was written."""

import re
import unicodedata

_CHINA = "86"
_LOCAL = 11  # digits of a number within China, where most leave the country out
_SHORTEST = 7
_NOT_DIGITS = re.compile(r"[^0-9]")
_EMAIL = re.compile(r"[^\s@]+@[^\s@]+")


def phone_key(written: str) -> str:
    """A phone number's digits, within China without the country; empty when it is none."""
    digits = _NOT_DIGITS.sub("", unicodedata.normalize("NFKC", written)).removeprefix("00")
    if digits.startswith(_CHINA) and len(digits) == len(_CHINA) + _LOCAL:
        digits = digits.removeprefix(_CHINA)
    return digits if len(digits) >= _SHORTEST else ""


def email_key(written: str) -> str:
    """An e-mail address as it is compared; empty when it is none."""
    address = unicodedata.normalize("NFKC", written).strip().casefold()
    return address if _EMAIL.fullmatch(address) else ""
