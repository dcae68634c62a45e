"""The rules of planned visits: pure functions of moments and the policy's numbers."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, NamedTuple

from pydantic import Field

from commands.kit.errors import Invalid
from commands.kit.policy import Clause, Hours, Section
from commands.kit.words import T
from storage import appointments

KIND, CLAUSE = appointments.KIND, "3.1.1a"
WORDS = T("planned visit")
BRIEF, AFTER, ALONG = "brief", "after", "along"


class PlanPolicy(Section, section="plans"):
    """What is told before a visit, and when it is asked what came of it."""

    brief_minutes: Annotated[int, Clause(CLAUSE), Field(ge=5, le=24 * 60)]
    ask_hours: Annotated[float, Clause(CLAUSE), Hours]
    furthest_days: Annotated[int, Clause(CLAUSE), Field(ge=1, le=3660)]


class Moments(NamedTuple):
    """When a planned visit's owner is told what to know, and asked what came of it."""

    brief: datetime
    after: datetime


def moments_of(at: datetime, policy: PlanPolicy) -> Moments:
    """Both moments of a visit planned for `at`."""
    brief = at - timedelta(minutes=policy.brief_minutes)
    return Moments(brief, at + timedelta(hours=policy.ask_hours))


def check_at(at: datetime, now: datetime, policy: PlanPolicy) -> None:
    """A planned visit is to come, and not so far off that it must be a slip."""
    if at <= now:
        raise Invalid("at", T("{at:clock} is past. When will the visit be?", at=at))
    if at - now > timedelta(days=policy.furthest_days):
        raise Invalid("at", T("{at:clock} is very far off. When will the visit be?", at=at))
