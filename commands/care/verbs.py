"""What is done about an occasion: sent with one tap, reworded, done by hand, or not (3.2)."""

from __future__ import annotations

from typing import Annotated

from commands.care import arriving, heeding, sending
from commands.care.planning import KIND
from commands.kit.card import Ref
from commands.kit.command import Command
from commands.kit.desk import Desk
from commands.kit.errors import Invalid, Refused, no_such
from commands.kit.form import Ask, CareId
from commands.kit.people import Relation
from commands.kit.words import T, encode, sentence
from storage import care, customers, dues
from storage.care import Care
from storage.database import known

WORDS = T("greeting")
OWNERS = {Relation.OWNER, Relation.SUPERIOR}


def _open(desk: Desk, id_: int) -> Care:
    made = care.get(desk.db, id_)
    if made is None:
        raise no_such(WORDS)
    if made.state != care.OPEN:
        raise Refused(T("This is settled already: {what}", what=sentence(made.what)))
    return made


def _settle(desk: Desk, made: Care, state: str, reason: str = "") -> Ref:
    """It is seen to: what was owed is done, in time or late, or excused with the reason."""
    about = Ref(KIND, known(made.id))
    made.state, made.reason = state, reason
    made.by_id, made.at = desk.person.id, desk.recorded_at
    care.save(desk.db, made)
    for due in dues.still_on(desk.db, KIND, about.id):
        if state == care.SKIPPED:
            dues.settle(desk.db, due, dues.EXCUSED, None, desk.recorded_at, reason=reason)
        else:
            desk.keep(due, at=desk.now, evidence=str(about))
    desk.change(about, {"state": care.OPEN}, {"state": state, "reason": reason})
    return about


class Show(Command, name="care_show", aliases=("祝福",), who=OWNERS, clause="3.2.1", on=KIND):
    """Show a greeting."""

    care: Annotated[CareId, Ask("Which greeting?", "Greeting")]

    def run(self, desk: Desk) -> Ref:
        """Its card."""
        if care.get(desk.db, self.care) is None:
            raise no_such(WORDS)
        return Ref(KIND, self.care)


class Send(Command, name="care_send", aliases=("发送祝福",), who=OWNERS, clause="3.2.1", on=KIND):
    """Send greetings."""

    care: Annotated[CareId, Ask("Which greeting?", "Greeting")]

    def run(self, desk: Desk) -> Ref:
        """Each recipient gets one, on the morning of the day; a late one goes at once."""
        made = _open(desk, self.care)
        ticked = [one for one in care.greetings(desk.db, self.care) if one.ticked]
        if not ticked:
            raise Refused(
                T("Nobody is to be greeted. Add somebody, or say that it is done by hand.")
            )
        sending.send(desk, made, ticked)
        return _settle(desk, made, care.SENT)


class Reword(Command, name="care_text", aliases=("改祝福语",), who=OWNERS, clause="3.2.1", on=KIND):
    """Change the words."""

    care: Annotated[CareId, Ask("Which greeting?", "Greeting")]
    text: Annotated[str, Ask("What should it say?", "Words", long=True)]

    def run(self, desk: Desk) -> Ref:
        """Everybody who is greeted reads these."""
        made = _open(desk, self.care)
        before, made.text = made.text, encode(self.text.strip())
        care.save(desk.db, made)
        about = Ref(KIND, self.care)
        desk.change(about, {"text": before}, {"text": made.text})
        return about


class Tick(Command, name="care_tick", aliases=("增减收件人",), who=OWNERS, clause="3.2.1", on=KIND):
    """Add or leave out."""

    care: Annotated[CareId, Ask("Which greeting?", "Greeting")]
    who: Annotated[str, Ask("Whom to add or leave out?", "Who")]

    def run(self, desk: Desk) -> Ref:
        """Whoever is named is greeted if they were not to be, and the other way round."""
        _open(desk, self.care)
        named = {part.strip() for part in self.who.replace("，", "、").split("、")} - {""}
        met = set()
        for greeting in care.greetings(desk.db, self.care):
            contact = customers.contact(desk.db, greeting.contact_id)
            if contact and contact.name in named:
                care.tick(desk.db, known(greeting.id), ticked=not greeting.ticked)
                met.add(contact.name)
        if strange := sorted(named - met):
            raise Invalid("who", T("Nobody here is called {name}.", name=strange[0]))
        about = Ref(KIND, self.care)
        desk.change(about, None, {"turned": sorted(met)})
        return about


class ByHand(
    Command, name="care_done", aliases=("已人工祝福",), who=OWNERS, clause="3.2.1", on=KIND
):
    """Greeted by hand."""

    care: Annotated[CareId, Ask("Which greeting?", "Greeting")]
    how: Annotated[str | None, Ask("How?", "How", long=True)] = None

    def run(self, desk: Desk) -> Ref:
        """A call, a card, a gift, a visit: nothing is sent any more.

        Of what was sent, those who were not reached are done so.
        """
        about, made = Ref(KIND, self.care), care.get(desk.db, self.care)
        if made and arriving.by_hand(desk, made):
            desk.change(about, None, {"by hand": self.how or ""})
            return about
        return _settle(desk, _open(desk, self.care), care.BY_HAND, self.how or "")


class Skip(Command, name="care_skip", aliases=("不祝福",), who=OWNERS, clause="3.2.1", on=KIND):
    """Do not greet."""

    care: Annotated[CareId, Ask("Which greeting?", "Greeting")]
    reason: Annotated[str, Ask("Why not?", "Reason", long=True)]

    def run(self, desk: Desk) -> Ref:
        """It is excused with the reason."""
        return _settle(desk, _open(desk, self.care), care.SKIPPED, self.reason.strip())


class CallOff(
    Command, name="care_recall", aliases=("撤回祝福",), who=OWNERS, clause="3.2.1", on=KIND
):
    """Call greetings off."""

    care: Annotated[CareId, Ask("Which greeting?", "Greeting")]

    def run(self, desk: Desk) -> Ref:
        """Before they go out: nothing is sent, and what was owed is owed again."""
        made = care.get(desk.db, self.care)
        if made is None:
            raise no_such(WORDS)
        if made.state != care.SENT:
            raise Refused(T("There is nothing to call off: {what}", what=sentence(made.what)))
        if not heeding.may_call_off(desk, made):
            raise Refused(T("They have gone out already: {what}", what=sentence(made.what)))
        heeding.call_off(desk, made)
        return Ref(KIND, self.care)
