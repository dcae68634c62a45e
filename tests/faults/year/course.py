"""One occasion from the night that plans it to the one that is too late, day by day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from tests.faults.year.cast import BY_HAND, DAY, LEAVE, REWORD, SEND, SKIP, Cast, Contact, Plan
from tests.faults.year.records import Greeted

LEFT, COMPLAINT, NOT_DELIVERED = "has left", "open case {number}", "not delivered"
ENDS = {SEND: "sent", REWORD: "sent", BY_HAND: "by_hand", SKIP: "skipped"}
OPEN, SENT = "open", "sent"
NOTHING = ""


@dataclass
class Course:
    """What becomes of it: its state, what is owed, whom it is for, and which letters were written.

    In a morning, half an hour past ten, it is told first who has left, then who complains, and then
    it is seen to. Letters go at nine of the day itself, or at once where that is over.
    """

    cast: Cast
    day: date
    contacts: Sequence[Contact]
    plan: Plan
    listed: dict[int, Greeted]
    state: str = OPEN
    due: str = OPEN
    tried: bool = False
    letters: dict[int, date] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.due = NOTHING if self.nobody else OPEN
        self.left: Mapping[int, date | None] = {one.id: one.left for one in self.contacts}
        self.at = {one.id: one.customer for one in self.contacts}
        self.addresses = {one.id: one.address for one in self.contacts}

    @property
    def nobody(self) -> bool:
        """Whether nobody is left whom anybody could greet."""
        some = self.listed.values()
        return bool(some) and all(not one.ticked and one.why == LEFT for one in some)

    def run(self, planned: date) -> None:
        """From its night to its end, or the year's."""
        on = planned
        while on <= self.day + DAY and on < self.cast.end:
            self._nine(on)
            self._told(on)
            self._seen(on)
            on += DAY
        if self.state == OPEN and self.day + 2 * DAY <= self.cast.end:
            self.state = "skipped" if self.nobody else "dropped"
            self.due = "lapsed" if self.due == OPEN else self.due

    def _nine(self, on: date) -> None:
        """The letters go: where they reach nobody, all is as open as before."""
        if self.state == SENT and on == self.day:
            self._gone()

    def _gone(self) -> None:
        if not any(self.addresses[contact] for contact in self.letters):
            self._reopen()
            for contact in self.letters:
                self.listed[contact] = Greeted(contact, ticked=False, why=NOT_DELIVERED)

    def _told(self, on: date) -> None:
        """Who has left, and who complains, is unticked with the reason, and not written to."""
        for contact, day in self.left.items():
            if day == on:
                self._leave_out(on, contact, LEFT)
        complaining = {one.customer for one in self.cast.complaints if one.opened == on}
        for contact, customer in self.at.items():
            if customer in complaining:
                self._leave_out(on, contact, COMPLAINT)

    def _leave_out(self, on: date, contact: int, why: str) -> None:
        if self.state not in {OPEN, SENT} or self.listed[contact].why == LEFT:
            return
        if self.state == SENT:
            if on >= self.day or contact not in self.letters:
                return
            del self.letters[contact]
        self.listed[contact] = Greeted(contact, ticked=False, why=why)
        if self.state == SENT and not any(one.ticked for one in self.listed.values()):
            self._reopen()
        if self.nobody and self.due == OPEN:
            self.due = "excused"

    def _reopen(self) -> None:
        self.state = OPEN
        self.due = OPEN if self.due in {"done", "late"} else self.due

    def _seen(self, on: date) -> None:
        """Whoever has it in hands does with it what they mean to, once."""
        meant = self.plan.way != LEAVE and self.plan.on <= on
        if self.tried or not meant or self.state != OPEN:
            return
        self.tried = True
        if self.plan.way in {SEND, REWORD} and not self._written(on):
            return
        self.state = ENDS[self.plan.way]
        if self.due == OPEN:
            done = "done" if on <= self.day else "late"
            self.due = "excused" if self.plan.way == SKIP else done
        if self.state == SENT and on >= self.day:
            self._gone()

    def _written(self, on: date) -> bool:
        """To those who are ticked; False where nobody is."""
        if self.plan.toggled in self.listed:
            one = self.listed[self.plan.toggled]
            self.listed[one.contact] = Greeted(one.contact, ticked=not one.ticked, why=one.why)
        ticked = [one.contact for one in self.listed.values() if one.ticked]
        self.letters = dict.fromkeys(ticked, max(self.day, on))
        return bool(ticked)
