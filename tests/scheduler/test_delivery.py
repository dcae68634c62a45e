"""Letters: sent once, paced, retried, merged, given up loudly; cards redrawn."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.platform import Landed, Parcel
from commands.kit.card import Card, Ref
from commands.kit.desk import Desk, Source, Urgency
from commands.kit.errors import Later, Never, Unclear
from commands.kit.people import Actor, ToAccount, ToChat, ToPerson
from commands.kit.words import T
from scheduler.delivery import GIVE_UP_AFTER, Delivery
from scheduler.picking import LEASE, LOOKED_AT_ONCE, Limits
from scheduler.sending import AWAY_WAIT, LATE, LONGEST_WAIT, Rate, backoff
from storage import backlog, letters, pacing, people
from storage.database import Transaction
from storage.letters import Letter
from storage.people import Account
from tests.desk import Reception, reception
from tests.house import ZONE

LINA, WANG = 3, 2


@pytest.fixture
async def desk(sample_url: str) -> AsyncIterator[Reception]:
    """A door, on each engine."""
    async with reception(sample_url) as made:
        yield made


async def writes(desk: Reception, work: Callable[[Desk], None]) -> None:
    """Write letters as a command would."""

    def run(db: Transaction) -> None:
        work(
            Desk(
                db=db,
                actor=Actor(0, "bot"),
                source=Source("", "", ""),
                now=desk.clock.at,
                recorded_at=desk.clock.at,
                machine_now=desk.clock.at,
                zone=ZONE,
                policy=desk.core.house.policy,
            )
        )

    await desk.core.database.write(run)


async def tell(desk: Reception, text: str, **how: object) -> None:
    """One letter to 李娜."""
    await writes(desk, lambda at: at.tell(ToPerson(LINA), Card(T(text)), **how))  # type: ignore[arg-type]


async def letter(desk: Reception, number: int = 1) -> Letter:
    """A letter as it stands."""
    found = await desk.core.database.read(lambda db: letters.get(db, number))
    assert found is not None
    return found


async def test_order_is_kept(desk: Reception) -> None:
    for number in range(30):
        await tell(desk, f"letter {number}")
    await desk.core.delivery.tick()
    assert desk.mail.titles("dm:lina") == [f"letter {n}" for n in range(30)]


async def test_order_is_kept_across_a_failure(desk: Reception) -> None:
    desk.mail.failing = [Later("busy")]
    await tell(desk, "first")
    await tell(desk, "second")
    await desk.core.delivery.tick()
    assert desk.mail.titles("dm:lina") == []
    desk.clock.at += timedelta(seconds=10)
    await desk.core.delivery.tick()
    assert desk.mail.titles("dm:lina") == ["first", "second"]


async def test_retry_after_is_obeyed(desk: Reception) -> None:
    desk.mail.limit = (Rate("", 100, 1),)
    desk.mail.failing = [Later("429", 60, asked=True)]
    await tell(desk, "first")
    await desk.core.delivery.tick()
    for _ in range(59):
        desk.clock.at += timedelta(seconds=1)
        await desk.core.delivery.tick()
        assert desk.mail.sent == []
    desk.clock.at += timedelta(seconds=1)
    await desk.core.delivery.tick()
    assert desk.mail.titles("dm:lina") == ["first"]


async def test_one_a_second_to_a_chat(desk: Reception) -> None:
    desk.mail.limit = (rate := Rate("", 1, 1),)
    for number in range(5):
        await tell(desk, f"letter {number}")
    for second in range(5):
        await desk.core.delivery.tick()
        await desk.core.delivery.tick()
        assert len(desk.mail.sent) == second + 1
        desk.clock.at += rate.gap


async def test_two_replicas_share_the_pace(desk: Reception) -> None:
    desk.mail.limit = (rate := Rate("everything", 1, 1),)
    core = desk.core
    other = Delivery(core.database, desk.clock, core.post, core.delivery.drawing, holder="other")
    for person in (1, 2, 3, 4):
        await writes(desk, lambda at, to=person: at.tell(ToPerson(to), Card(T("hello"))))  # type: ignore[misc]
    for second in range(4):
        await desk.core.delivery.tick()
        await other.tick()
        assert len(desk.mail.sent) == second + 1
        desk.clock.at += rate.gap


async def test_each_waits_for_a_turn_of_its_own(desk: Reception) -> None:
    desk.mail.limit = (rate := Rate("everything", 1, 1),)
    for person in (1, 2, 3, 4):
        await writes(desk, lambda at, to=person: at.tell(ToPerson(to), Card(T("hello"))))  # type: ignore[misc]
    begun = desk.clock.at
    await desk.core.delivery.tick()

    def turns(db: Transaction) -> list[datetime]:
        rows = [letters.get(db, number) for number in (2, 3, 4)]
        return [row.next_at for row in rows if row]

    found = await desk.core.database.read(turns)
    assert found == [begun + rate.gap * behind for behind in (1, 2, 3)]


async def test_a_chat_that_must_wait_long_holds_up_nobody_else(desk: Reception) -> None:
    everybody, now = Rate("everything", 1, 1), desk.clock.at
    far = now + timedelta(minutes=1)

    def turns(db: Transaction) -> list[datetime | None]:
        pacing.set_next(db, everybody.destination, now + everybody.gap)
        pacing.set_next(db, "told to wait", far)
        limits = Limits(db)
        waiting = [(everybody, Rate(chat, 1, 1)) for chat in ("told to wait", "a", "b")]
        return [limits.turn(rates, now) for rates in waiting]

    found, _ = await desk.core.database.write(turns)
    assert found == [far, now + everybody.gap, now + everybody.gap * 2]


def test_whoever_comes_a_little_late_keeps_the_turn() -> None:
    rate, turn = Rate("everything", 30, 1.0), datetime(2026, 10, 14, tzinfo=UTC)
    little, much = timedelta(seconds=LATE / 2), timedelta(seconds=LATE * 2)
    assert rate.after(turn, None) == turn + rate.gap
    assert rate.after(turn + little, turn) == turn + rate.gap
    assert rate.after(turn + much, turn) == turn + much - timedelta(seconds=LATE) + rate.gap


@given(late=st.lists(st.floats(0, 3), min_size=80, max_size=80))
def test_no_window_holds_more_than_its_limit(late: list[float]) -> None:
    """However late messages leave, so many of them never leave within less than their time."""
    rate, turn = Rate("everything", 20, 6.0), None
    now, left = datetime(2026, 10, 14, tzinfo=UTC), list[datetime]()
    for seconds in late:
        now = max(now, turn or now) + timedelta(seconds=seconds)
        left.append(now)
        turn = rate.after(now, turn)
    spans = [after - before for before, after in zip(left, left[rate.many :], strict=False)]
    assert min(spans) >= timedelta(seconds=rate.per)


async def test_given_up_loudly(desk: Reception) -> None:
    await desk.says("lina", "/complaint 永固 rust")
    await desk.work()
    desk.mail.failing = [Later("Conflict")] * (GIVE_UP_AFTER + 1)
    about = Ref("case", 1)
    await writes(desk, lambda at: at.tell(ToPerson(LINA), Card(T("news"), (), about)))
    for _ in range(GIVE_UP_AFTER + 2):
        await desk.core.delivery.tick()
        desk.clock.at += timedelta(hours=1)
    found = await desk.core.database.read(lambda db: backlog.lost_on(db, "case", 1))
    assert [one.state for one in found] == [letters.DEAD]
    await desk.core.delivery.tick()
    why = "another program runs with the same bot token and takes the messages (“Conflict”)"
    lost = f"could not be delivered: {why}"
    assert any(lost in str(posted.page) for _, posted in desk.mail.redrawn)


async def test_an_outage_speaks_against_no_letter(desk: Reception) -> None:
    """Two hours without an answer: it goes within a minute of the platform's return."""
    desk.mail.failing = [Later("no connection", away=True)] * 150
    await tell(desk, "hello")
    for _ in range(110):
        await desk.core.delivery.tick()
        desk.clock.at += timedelta(seconds=65)
    desk.mail.failing = []
    await desk.core.delivery.tick()
    assert (await letter(desk)).state == letters.SENT
    assert desk.mail.titles("dm:lina") == ["hello"]


async def test_after_an_outage_what_is_wrong_with_a_letter_still_counts(desk: Reception) -> None:
    """It is neither given up on at its first failure, nor tried for ever."""
    away, wrong = Later("no connection", away=True), Later("Conflict")
    desk.mail.failing = [*[away] * 30, *[wrong] * 20]
    await tell(desk, "hello")
    looks = 0
    while (await letter(desk)).state == letters.WAITING and looks < 60:
        await desk.core.delivery.tick()
        desk.clock.at += timedelta(minutes=16)
        looks += 1
    assert (await letter(desk)).state == letters.DEAD
    assert GIVE_UP_AFTER // 2 < looks - 30 < GIVE_UP_AFTER


async def test_where_nobody_answers_for_a_day_it_is_given_up(desk: Reception) -> None:
    desk.mail.failing = [Later("no connection", away=True)] * 100
    await tell(desk, "hello")
    for hours in range(26):
        await desk.core.delivery.tick()
        assert (await letter(desk)).state == (letters.WAITING if hours <= 24 else letters.DEAD)
        desk.clock.at += timedelta(hours=1)


async def test_what_cannot_be_looked_up_during_an_outage_is_looked_up_after_it(
    desk: Reception, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever it declares: it is neither doubled nor shown as unclear while that can be known."""
    looked = desk.mail.find

    async def away(_parcel: object) -> None:
        raise Later("cannot look for it", away=True)

    monkeypatch.setattr(desk.mail, "find", away)
    desk.mail.failing = [Unclear("reset")]
    await tell(desk, "greeting", repeats=False)
    for _ in range(110):
        await desk.core.delivery.tick()
        desk.clock.at += timedelta(seconds=65)
    assert (await letter(desk)).state == letters.SENDING
    monkeypatch.setattr(desk.mail, "find", looked)
    await desk.core.delivery.tick()
    desk.clock.at += timedelta(seconds=61)
    await desk.core.delivery.tick()
    assert desk.mail.titles("dm:lina") == ["greeting"]


async def test_a_letter_that_is_refused_beside_others_that_go_is_to_blame(
    desk: Reception, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The platform calls it its own fault each time: that letter alone is given up on."""
    original, news = desk.mail.send, asyncio.Event()

    async def send(parcel: Parcel) -> Landed:
        if "poison" in str(parcel.page):
            await news.wait()
            await asyncio.sleep(0)  # the other one is known to have gone
            raise Unclear("status 500")
        landed = await original(parcel)
        news.set()
        return landed

    monkeypatch.setattr(desk.mail, "send", send)
    await tell(desk, "poison")
    for at in range(GIVE_UP_AFTER + 2):
        await writes(desk, lambda tell_: tell_.tell(ToPerson(WANG), Card(T("news"))))
        news.clear()
        await desk.core.delivery.tick()
        desk.clock.at += timedelta(minutes=16)
        assert at < GIVE_UP_AFTER or (await letter(desk)).state == letters.DEAD


async def test_a_letter_to_blame_holds_up_its_lane_for_hours_and_not_for_a_day(
    desk: Reception, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where somebody else is written to but now and then, too."""
    original, news = desk.mail.send, asyncio.Event()

    async def send(parcel: Parcel) -> Landed:
        if "poison" in str(parcel.page):
            await news.wait()
            await asyncio.sleep(0)  # the other one is known to have gone
            raise Later("status 500", away=True)
        landed = await original(parcel)
        news.set()
        return landed

    monkeypatch.setattr(desk.mail, "send", send)
    await tell(desk, "poison")
    minutes = 0
    while (await letter(desk)).state == letters.WAITING and minutes < 600:
        if minutes % 10 == 0:
            await writes(desk, lambda at: at.tell(ToPerson(WANG), Card(T("news"))))
            news.clear()
        await desk.core.delivery.tick()
        desk.clock.at += timedelta(minutes=1)
        minutes += 1
    assert (await letter(desk)).state == letters.DEAD
    assert 60 < minutes < 360


async def test_a_first_hiccup_is_the_end_of_no_old_letter(desk: Reception) -> None:
    """The bot itself was off for a day: its platform has not been away for as long as that."""
    await tell(desk, "hello")
    desk.clock.at += timedelta(hours=30)
    desk.mail.failing = [Later("no connection", away=True)]
    await desk.core.delivery.tick()
    assert (await letter(desk)).state == letters.WAITING
    desk.clock.at += timedelta(minutes=1)
    await desk.core.delivery.tick()
    assert (await letter(desk)).state == letters.SENT


async def test_an_outage_in_which_it_may_have_arrived_ends_no_letter_in_an_hour(
    desk: Reception, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def unknowable(_parcel: object) -> None:
        raise Unclear("cannot be read back")

    monkeypatch.setattr(desk.mail, "find", unknowable)
    desk.mail.failing = [Unclear("status 502")] * 30
    await tell(desk, "hello")
    for _ in range(20):
        await desk.core.delivery.tick()
        desk.clock.at += timedelta(minutes=16)
    assert (await letter(desk)).state == letters.WAITING
    tried = 30 - len(desk.mail.failing)
    assert tried <= 20


def test_however_often_it_was_tried_the_wait_is_a_number() -> None:
    assert backoff(10_000) == LONGEST_WAIT
    assert backoff(10_000, away=True) == AWAY_WAIT


async def test_the_next_account_is_tried(desk: Reception) -> None:
    def second(db: Transaction) -> None:
        row = Account(
            platform="web",
            workspace="rehearsal",
            user="lina2",
            person_id=LINA,
            chat="dm:lina2",
            used_at=desk.clock.at - timedelta(days=60),
        )
        people.add_account(db, row)

    await desk.core.database.write(second)
    desk.mail.failing = [Never("blocked", account=True)]
    await tell(desk, "hello")
    await desk.core.delivery.tick()
    assert desk.mail.titles("dm:lina2") == ["hello"]
    await tell(desk, "again")
    await desk.core.delivery.tick()
    assert desk.mail.titles("dm:lina2") == ["hello", "again"]


async def test_nobody_left_is_given_up_on(desk: Reception) -> None:
    desk.mail.failing = [Never("blocked", account=True)]
    await tell(desk, "hello")
    await desk.core.delivery.tick()
    assert (await letter(desk)).state == letters.DEAD
    assert (await letter(desk)).reason == "blocked"


async def test_an_unclear_send_is_looked_up(
    desk: Reception, monkeypatch: pytest.MonkeyPatch
) -> None:
    original = desk.mail.send

    async def lost_answer(parcel: object) -> object:
        await original(parcel)  # type: ignore[arg-type]
        raise Unclear("reset")

    monkeypatch.setattr(desk.mail, "send", lost_answer)
    await tell(desk, "hello")
    await desk.core.delivery.tick()
    assert desk.mail.titles("dm:lina") == ["hello"]
    assert (await letter(desk)).state == letters.SENT


async def test_who_must_wait_before_looking_sends_nothing_twice(
    desk: Reception, monkeypatch: pytest.MonkeyPatch
) -> None:
    original, looked = desk.mail.send, desk.mail.find
    waits = [Later("too many requests", 30.0, asked=True)]

    async def lost_answer(parcel: object) -> object:
        await original(parcel)  # type: ignore[arg-type]
        raise Unclear("reset")

    async def later(parcel: object) -> object:
        if waits:
            raise waits.pop()
        return await looked(parcel)  # type: ignore[arg-type]

    monkeypatch.setattr(desk.mail, "send", lost_answer)
    monkeypatch.setattr(desk.mail, "find", later)
    await tell(desk, "hello")
    await desk.core.delivery.tick()
    assert (await letter(desk)).state == letters.SENDING
    desk.clock.at += timedelta(seconds=29)
    await desk.core.delivery.tick()
    assert (await letter(desk)).state == letters.SENDING
    desk.clock.at += timedelta(seconds=2)
    await desk.core.delivery.tick()
    assert (await letter(desk)).state == letters.SENT
    assert desk.mail.titles("dm:lina") == ["hello"]


@pytest.mark.parametrize(("repeats", "state"), [(True, letters.WAITING), (False, letters.UNCLEAR)])
async def test_what_cannot_be_looked_up_does_as_it_declares(
    desk: Reception, monkeypatch: pytest.MonkeyPatch, repeats: bool, state: str
) -> None:
    async def unknowable(_parcel: object) -> None:
        raise Unclear("cannot be read back")

    monkeypatch.setattr(desk.mail, "find", unknowable)
    desk.mail.failing = [Unclear("reset")]
    await tell(desk, "greeting", repeats=repeats)
    await desk.core.delivery.tick()
    assert (await letter(desk)).state == state


async def test_a_sender_that_died_is_taken_over(desk: Reception) -> None:
    await tell(desk, "hello")

    def die(db: Transaction) -> None:
        letters.claim(db, desk.clock.at, desk.clock.at, "dead", desk.clock.at + LEASE)

    await desk.core.database.write(die)
    await desk.core.delivery.tick()
    assert desk.mail.sent == []
    desk.clock.at += LEASE + timedelta(seconds=5)
    for _ in range(3):
        await desk.core.delivery.tick()
        desk.clock.at += timedelta(seconds=5)
    assert desk.mail.titles("dm:lina") == ["hello"]


async def test_letters_within_a_minute_merge(desk: Reception) -> None:
    for number in range(3):
        await tell(desk, f"notice {number}", merges=True)
        desk.clock.at += timedelta(seconds=10)
    await desk.core.delivery.tick()
    assert desk.mail.sent == []
    desk.clock.at += timedelta(seconds=60)
    await desk.core.delivery.tick()
    assert desk.mail.titles("dm:lina") == ["3 things for you"]


async def test_a_newer_state_replaces_an_unsent_older_one(desk: Reception) -> None:
    await tell(desk, "old", replaces="case1", merges=True)
    await tell(desk, "new", replaces="case1")
    desk.clock.at += timedelta(minutes=2)
    await desk.core.delivery.tick()
    assert desk.mail.titles("dm:lina") == ["new"]


async def test_waking_hours_are_waited_for(desk: Reception) -> None:
    desk.clock.at = desk.clock.at.replace(hour=16)  # midnight in Shanghai
    await tell(desk, "not urgent", urgency=Urgency.WAKING)
    await tell(desk, "urgent")
    await desk.core.delivery.tick()
    assert desk.mail.titles("dm:lina") == ["urgent"]
    desk.clock.at += timedelta(hours=7, minutes=29)
    await desk.core.delivery.tick()
    assert desk.mail.titles("dm:lina") == ["urgent"]
    desk.clock.at += timedelta(minutes=1)
    await desk.core.delivery.tick()
    assert desk.mail.titles("dm:lina") == ["urgent", "not urgent"]


async def test_what_is_no_longer_useful_is_dropped(desk: Reception) -> None:
    desk.mail.failing = [Later("down", 3600)]
    await tell(desk, "now", useful_until=desk.clock.at + timedelta(minutes=10))
    await desk.core.delivery.tick()
    desk.clock.at += timedelta(hours=2)
    await desk.core.delivery.tick()
    assert desk.mail.sent == []
    assert (await letter(desk)).state == letters.DROPPED


async def test_redraws_coalesce(desk: Reception) -> None:
    await desk.says("lina", "/complaint 永固 rust")
    await desk.work()
    about = Ref("case", 1)
    for number in range(20):

        def change(at: Desk, text: str = f"rust {number}") -> None:
            at.db.run(f"UPDATE cases SET text = '{text}'")  # noqa: S608 (a test's own words)
            at.touch(about)

        await writes(desk, change)
    desk.mail.redrawn.clear()
    await desk.core.delivery.tick()
    assert len([p for _, p in desk.mail.redrawn if "C-2026-0001" in p.page.title]) == 2


async def test_nobody_to_send_to(desk: Reception) -> None:
    def away(db: Transaction) -> None:
        db.run("DELETE FROM account WHERE person_id = 3")

    await desk.core.database.write(away)
    await tell(desk, "hello")
    await desk.core.delivery.tick()
    assert (await letter(desk)).state == letters.DEAD
    desk.clock.at += timedelta(minutes=2)
    await desk.core.delivery.tick()
    assert desk.mail.titles("dm:zhao") == ["⚠ Messages could not be delivered"]


async def test_an_account_of_nobody_is_answered(desk: Reception) -> None:
    found = await desk.core.database.read(
        lambda db: people.account(db, "web", "rehearsal", "stranger")
    )
    assert found is not None
    await writes(desk, lambda at: at.tell(ToAccount(found.id or 0), Card(T("hello"))))
    await desk.core.delivery.tick()
    assert desk.mail.titles("dm:stranger") == ["hello"]


async def test_a_letter_behind_another_does_not_ask_to_be_looked_at(desk: Reception) -> None:
    desk.mail.limit = (rate := Rate("", 1, 10.0),)
    for number in range(3):
        await tell(desk, f"one of three: {number}")
    await desk.core.delivery.tick()
    assert await desk.core.delivery.next_in() == rate.gap


async def test_an_answer_in_the_open_chat_rings_no_bell_and_news_does(desk: Reception) -> None:
    here = ToChat("web", "rehearsal", "dm:lina", person_id=LINA)
    await writes(desk, lambda at: at.tell(here, Card(T("done"))))
    await tell(desk, "a new case")
    await tell(desk, "when you are awake", urgency=Urgency.WAKING)
    room = ToChat("web", "rehearsal", "room:cases")
    await writes(desk, lambda at: at.tell(room, Card(T("posted"))))
    await desk.core.delivery.tick()
    silent = {parcel.page.title: parcel.quiet for parcel in desk.mail.sent}
    assert silent == {
        "done": True,
        "a new case": False,
        "when you are awake": True,
        "posted": False,
    }


async def test_held_letters_do_not_hide_when_a_retry_is_due(desk: Reception) -> None:
    desk.clock.at = desk.clock.at.replace(hour=15)  # 23:00 in Shanghai: quiet
    await tell(desk, "when you are awake", urgency=Urgency.WAKING)
    await writes(desk, lambda at: at.tell(ToPerson(LINA + 1), Card(T("now"))))
    desk.mail.failing.append(Later("busy", after=60))
    await desk.core.delivery.tick()
    assert await desk.core.delivery.next_in() == timedelta(seconds=60)
    desk.clock.at += timedelta(seconds=60)
    await desk.core.delivery.tick()
    assert desk.mail.titles("dm:zhouqiang") == ["now"]
    assert await desk.core.delivery.next_in() == timedelta(hours=8, minutes=29)


async def left_by_a_dead_sender(desk: Reception, many: int) -> None:
    """So many letters to as many chats, any of which may have been sent."""
    for number in range(many):
        chat = ToChat("web", "rehearsal", f"room:{number}")
        await writes(desk, lambda at, to=chat: at.tell(to, Card(T("unclear"))))  # type: ignore[misc]
    now = desk.clock.at
    await desk.core.database.write(lambda db: letters.claim(db, now, now, "dead", now))
    desk.clock.at += timedelta(seconds=1)


async def test_what_is_clear_does_not_wait_for_what_is_looked_up(
    desk: Reception, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only what is behind it in its own lane does."""
    answers = asyncio.Event()

    async def slow(_parcel: object) -> None:
        await answers.wait()

    monkeypatch.setattr(desk.mail, "find", slow)
    await left_by_a_dead_sender(desk, 1)
    behind = ToChat("web", "rehearsal", "room:0")
    await writes(desk, lambda at: at.tell(behind, Card(T("behind"))))
    desk.core.start()
    await tell(desk, "clear")
    desk.core.wake(frozenset({"letters"}))
    await until(lambda: desk.mail.titles("dm:lina") == ["clear"])
    assert desk.mail.titles("room:0") == []
    answers.set()
    await asyncio.sleep(0.2)
    desk.clock.at += timedelta(minutes=1)
    desk.core.wake(frozenset({"letters"}))
    await until(lambda: desk.mail.titles("room:0") == ["unclear", "behind"])
    await desk.core.metronome.stop()


async def until(about: Callable[[], bool]) -> None:
    for _ in range(1000):
        if about():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it did not come about")


async def test_a_few_are_looked_up_at_a_time_and_not_one_after_the_other(
    desk: Reception, monkeypatch: pytest.MonkeyPatch
) -> None:
    together, most = 0, 0

    async def slow(_parcel: object) -> None:
        nonlocal together, most
        together += 1
        most = max(most, together)
        await asyncio.sleep(0.2)
        together -= 1

    monkeypatch.setattr(desk.mail, "find", slow)
    await left_by_a_dead_sender(desk, 12)
    await desk.core.delivery.tick()
    assert most == LOOKED_AT_ONCE


async def test_a_letter_in_our_own_hands_is_not_looked_up_however_long_it_takes(
    desk: Reception, monkeypatch: pytest.MonkeyPatch
) -> None:
    original, begun, goes = desk.mail.send, asyncio.Event(), asyncio.Event()

    async def slow(parcel: Parcel) -> Landed:
        begun.set()
        await goes.wait()
        return await original(parcel)

    monkeypatch.setattr(desk.mail, "send", slow)
    await tell(desk, "hello")
    sending = asyncio.create_task(desk.core.delivery.send())
    await begun.wait()
    desk.clock.at += LEASE + timedelta(seconds=1)
    assert await desk.core.delivery.reconcile() == 0
    assert await desk.core.delivery.reconcile_in() is None
    goes.set()
    await sending
    assert desk.mail.titles("dm:lina") == ["hello"]
    assert (await letter(desk)).state == letters.SENT
