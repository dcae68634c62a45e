"""What can go wrong, as one tree.

    Refused            the person can mend it; the words are shown, nothing is changed
      Invalid          one answer is wrong; shown beside its question
      Denied           this person may not do this
      Stale            the subject has changed since the card was drawn
    Undeliverable      a platform's answer to sending
      Later            not now: try again after a while
      Never            not to this account, or not at all
        TooLarge       a file that is larger than may be fetched
      Unclear          it may or may not have been sent
    Misdeclared        a command or noun is declared so that it cannot work; raised at import

Everything else is a bug: an apology with a reference for the person, one traceback in the log.
"""

from __future__ import annotations

from commands.kit.words import T, Words


class Refused(Exception):
    """The person can mend this."""

    def __init__(self, words: Words) -> None:
        super().__init__(str(words))
        self.words = words


class Invalid(Refused):
    """One answer is wrong."""

    def __init__(self, field: str, words: Words) -> None:
        super().__init__(words)
        self.field = field


class Denied(Refused):
    """This person may not do this."""


class Stale(Refused):
    """The subject has changed since the card was drawn: kind and id say which one.

    `revision` is the one that was drawn.
    """

    def __init__(self, kind: str, id_: int, revision: int = 0) -> None:
        super().__init__(T("This has changed since you saw it. Here it is as it stands now."))
        self.kind = kind
        self.id = id_
        self.revision = revision


class Undeliverable(Exception):
    """A platform did not take a message."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Later(Undeliverable):
    """Not now. `after` is in seconds; with `everyone` the whole bot must wait.

    `token` says that nothing can be sent at all until somebody mends the bot's token, `away` that
    nobody answered there: the message is not to blame.
    """

    def __init__(
        self,
        reason: str,
        after: float | None = None,
        *,
        everyone: bool = False,
        asked: bool = False,
        token: bool = False,
        away: bool = False,
    ) -> None:
        super().__init__(reason)
        self.after = after
        self.everyone = everyone
        self.asked = asked
        self.token = token
        self.away = away


class Never(Undeliverable):
    """Not at all. `account` says that this account can't be reached: another may be tried.

    `moved_to` is the chat's new number, `thread` says that only its thread is not there.
    """

    def __init__(
        self,
        reason: str,
        *,
        account: bool = False,
        moved_to: str = "",
        thread: bool = False,
    ) -> None:
        super().__init__(reason)
        self.account = account
        self.moved_to = moved_to
        self.thread = thread


class TooLarge(Never):
    """A file that is larger than may be fetched."""


class Unclear(Undeliverable):
    """The request may have been carried out: the answer was lost."""


class Misdeclared(Exception):
    """A declaration that cannot work."""


def no_such(words: T) -> Refused:
    """The refusal for what is not there, or not for this person: they look alike on purpose."""
    return Refused(T("There is no such {what}, or it is not yours to see.", what=words))


def no_moment(field: str, raw: str, *, ahead: bool) -> Invalid:
    """Words that name no moment, with others that do: one to come, or one that was."""
    if ahead:
        said = T("I can't read “{raw}” as a time. Try “tomorrow 9:00” or “in 2 hours”.", raw=raw)
        return Invalid(field, said)
    said = T("I can't read “{raw}” as a time. Try “15:40” or “20 minutes ago”.", raw=raw)
    return Invalid(field, said)
