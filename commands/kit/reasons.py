"""Says in words why something did not work: what machines and libraries answer, in our sentences.

A reason is known by its class or by words that it contains; what nobody foresaw is quoted.
"""

from __future__ import annotations

import errno
import re
from collections.abc import Mapping

from commands.kit.words import T

_MACHINE: Mapping[int, T] = {
    errno.ENOENT: T("there is no such file or folder"),
    errno.ENOTDIR: T("a part of its path is a file and no folder"),
    errno.EISDIR: T("it is a folder and no file"),
    errno.EEXIST: T("something of that name is there already"),
    errno.EACCES: T("the bot's user may not do that there"),
    errno.EPERM: T("the bot's user may not do that there"),
    errno.EROFS: T("nothing can be written there: it can only be read"),
    errno.ENOSPC: T("the disk is full"),
    errno.EDQUOT: T("the disk is full"),
    errno.ENAMETOOLONG: T("its name is too long"),
    errno.EIO: T("the disk does not work as it should"),
}
# What platforms and their libraries say, as patterns from the special to the general.
_SAID: tuple[tuple[str, T], ...] = (
    (
        r"\bconflict\b|terminated by other|somebody else fetches",
        T("another program runs with the same bot token and takes the messages"),
    ),
    (r"blocked", T("they have blocked the bot")),
    (r"deactivated|user_disabled|account_inactive", T("that account does not exist any more")),
    (
        r"token was refused|invalidtoken|unauthorized|(invalid|not)_auth|token_(revoked|expired)",
        T("the bot's token is refused"),
    ),
    (r"kicked|not a member|not_in_channel|is_archived", T("the bot is not in that chat any more")),
    (r"not[ _]found|no such chat", T("it is not there any more")),
    (r"missing_scope|forbidden|not enough rights|restricted", T("the bot may not do that there")),
    (r"too many requests|ratelimited|flood", T("it asks for patience: too much was sent at once")),
    (r"timeout|timed ?out|not? .*in time|no answer", T("there was no answer in time")),
    (r"certificate|ssl", T("its certificate is not accepted")),
    (
        r"connect|network|resolve|dns|protocolerror|readerror|writeerror|transport",
        T("no connection could be made"),
    ),
    (r"invalidurl|unsupportedprotocol", T("its address in the settings is none")),
)
# What we ourselves say of it needs no quoting.
_OURS = {
    words.text: words
    for words in (
        T("the card could not be drawn"),
        T("nobody can be reached there"),
        T("the bot was blocked"),
    )
}
_STATUS = re.compile(r"\b(?:answer|status) (\d{3})\b")


def of_machine(error: OSError) -> T:
    """Why the machine did not do what it was asked."""
    known = _MACHINE.get(error.errno or 0)
    return known or quoted(error.strerror or str(error) or type(error).__name__)


def quoted(words: str) -> T:
    """Somebody else's words, as such: only the first line, because the rest is for programmers."""
    return T("the reason that was given: “{words}”", words=words.partition("\n")[0])


def of_platform(reason: str) -> T:
    """Why a platform did not take something, with its own words behind ours."""
    if reason in _OURS:
        return _OURS[reason]
    status = _STATUS.search(reason)
    if status:
        return T("it answered with an error, number {code}", code=status[1])
    said = reason.lower()
    for pattern, words in _SAID:
        if re.search(pattern, said):
            return T("{what} (“{words}”)", what=words, words=reason)
    return quoted(reason)
