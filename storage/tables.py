"""Every table there is, so that migrations can be compared with them."""

from sqlalchemy import MetaData
from sqlmodel import SQLModel

from storage import (
    cases,
    counters,
    customers,
    deliveries,
    drafts,
    dues,
    files,
    house,
    journal,
    leases,
    letters,
    lookup,
    offsets,
    pacing,
    people,
    places,
    postings,
    rooms,
    subjects,
    talk,
    timers,
    visits,
)

MODULES = (
    cases,
    counters,
    customers,
    deliveries,
    drafts,
    dues,
    files,
    house,
    journal,
    leases,
    letters,
    lookup,
    offsets,
    pacing,
    people,
    places,
    postings,
    rooms,
    subjects,
    talk,
    timers,
    visits,
)


def metadata() -> MetaData:
    """What SQLModel knows of them."""
    return SQLModel.metadata
