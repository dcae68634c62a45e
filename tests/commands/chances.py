"""What the machine of approvals draws: people, procedures, and how each request begins."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import strategies as st

from commands.approvals.deciders import Decider
from commands.approvals.rules import Rule
from commands.approvals.turning import When
from commands.kit.money import Money
from tests.commands.entitled import BARRED, CHEN, EVERYBODY, LINA, SUN, WANG, ZHAO, ZHOU

Put = tuple[Rule, list[int], int]
Given = tuple[list[str] | None, Decimal | None, str]
anybody = st.sampled_from(EVERYBODY)
# Few stand in for many: those whom it would be wrong to ask, and one who may answer once.
deputies = st.sampled_from([ZHOU, ZHOU, *BARRED, WANG])
deciders = st.sampled_from([ZHAO, WANG, CHEN, SUN])
some = st.integers(0, 3)
added = st.sampled_from([None, None, None, *When])
colleagues = st.sampled_from([*EVERYBODY, ZHOU, LINA])
amounts = st.sampled_from([None, Money(Decimal(100), "CNY"), Money(Decimal("100.01"), "CNY")])
# What deputies are given: the kinds of requests, and up to which amount; all of it most often.
GIVEN: st.SearchStrategy[Given] = st.sampled_from(
    [
        (None, None, ""),
        (None, None, ""),
        (["case"], None, ""),
        (["admission"], None, ""),
        ([], None, ""),
        (None, Decimal(100), "CNY"),
        (None, Decimal(100), "USD"),
    ]
)
SCENES = st.sampled_from(
    [
        "one refuses",
        "one refuses",
        "an added one refuses",
        "an added one agrees",
        "an added one is waited for",
        "one for all",
        "changed",
        "taken back",
    ]
)
PUT = st.tuples(
    st.sampled_from([Rule.ANY, Rule.ALL, Rule.COUNT, Rule.ORDER, Rule.ORDER, Rule.ANY]),
    st.lists(st.sampled_from([ZHAO, WANG, CHEN, SUN, LINA]), min_size=2, max_size=4, unique=True),
    st.integers(1, 3),
)


def role_of(decider: Decider) -> str:
    """The first department that somebody is in; 陈静 decides as the head of hers."""
    department = min(d.value for d in decider.person.departments)
    return f"head:{department}" if decider.person.id == CHEN else department
