"""The rules of cases: pure functions of facts and the time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated

from commands.kit.errors import Invalid
from commands.kit.ladder import ABOVE, BREACH, WARN
from commands.kit.policy import Clause, Days, Hours, Section
from commands.kit.words import T
from storage.cases import Case

KIND = "case"
WORDS = T("case")
CLAUSE = "3.1.2b"
FIRST, SOLUTION = "first", "solution"
DUE_WORDS = {FIRST: T("first reply"), SOLUTION: T("solution")}
STILL_DUE = {FIRST: T("first reply due"), SOLUTION: T("solution due")}


class CasePolicy(Section, section="cases"):
    """The numbers of clause 3.1.2b, in clock hours."""

    first_reply_hours: Annotated[int, Clause(CLAUSE), Hours]
    solution_hours: Annotated[int, Clause(CLAUSE), Hours]
    warning_hours: Annotated[int, Clause(CLAUSE), Hours]
    second_escalation_hours: Annotated[int, Clause(CLAUSE), Hours]
    received_days: Annotated[int, Clause(CLAUSE), Days]
    record_emoji: Annotated[str, Clause("3.3.1")]


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a due's ladder: its timer's name, and when."""

    name: str
    at: datetime


def deadlines(received_at: datetime, policy: CasePolicy) -> dict[str, datetime]:
    """When first reply and solution are due: clock hours from receipt, nights and holidays too."""
    return {
        FIRST: received_at + timedelta(hours=policy.first_reply_hours),
        SOLUTION: received_at + timedelta(hours=policy.solution_hours),
    }


def ladder(due_at: datetime, policy: CasePolicy) -> tuple[Step, ...]:
    """What follows if nobody moves: a warning, the missed deadline, and the next superior."""
    return (
        Step(WARN, due_at - timedelta(hours=policy.warning_hours)),
        Step(BREACH, due_at),
        Step(ABOVE, due_at + timedelta(hours=policy.second_escalation_hours)),
    )


def material(case: Case) -> dict[str, object]:
    """What of a case makes a new revision when it changes."""
    return {
        "customer": case.customer_id,
        "owner": case.owner_id,
        "state": case.state,
        "text": case.text,
    }


def check_received(at: datetime, now: datetime, most_days: int) -> None:
    """A complaint reached us before now, and not so long ago that it must be a slip."""
    if at > now:
        raise Invalid("received", T("{at:clock} is still to come. When did it reach us?", at=at))
    if now - at > timedelta(days=most_days):
        raise Invalid(
            "received",
            T(
                "That was {at:clock}, more than {n} day ago. When did it reach us?",
                "That was {at:clock}, more than {n} days ago. When did it reach us?",
                at=at,
                n=most_days,
            ),
        )


def check_phoned(at: datetime, received_at: datetime, now: datetime) -> None:
    """A phoned reply lies between the receipt and now."""
    if at > now:
        raise Invalid("at", T("{at:clock} is still to come. When was the call?", at=at))
    if at < received_at.replace(second=0, microsecond=0):  # people tell the minute
        raise Invalid(
            "at",
            T(
                "The complaint came {received:clock}; the call can't have been earlier.",
                received=received_at,
            ),
        )
