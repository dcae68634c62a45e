"""What somebody meant: the right command, the right card, or words kept until they say."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Annotated

import pytest

from bot.platform import Address, Attachment, Pressed, Show, Silent, Started, Toast, Typed
from bot.seal import Seal
from commands.kit.card import Button, Card, Ref
from commands.kit.command import Command
from commands.kit.desk import Desk
from commands.kit.form import Ask, CaseId
from commands.kit.limits import SEAL_BYTES, TAP_BYTES
from commands.kit.people import Relation, Role
from commands.kit.taps import BadTap
from commands.kit.words import T
from storage import cases, drafts, files, people, talk
from storage.people import Account
from storage.talk import Talk
from tests.desk import Reception, button, keys, reception

PHOTO = Attachment("photo-1", "photo.png", "image/png")
HERE = Address("web", "rehearsal", "dm:lina")
ROOM = Address("web", "rehearsal", "room:cases")
ELSEWHERE = Address("web", "rehearsal", "room:unbound")


class Boast(Command, name="boast", who={Relation.SUBMITTER}, on="case"):
    """Boast of a case."""

    case: Annotated[CaseId, Ask("Which case?", "Case")]

    def run(self, desk: Desk) -> Card:
        """Say it."""
        return Card(T("Boasted"))


class Wait(Command, name="wait", who={Role.CONTACT}, on="case"):
    """Wait for a case."""

    case: Annotated[CaseId, Ask("Which case?", "Case")]

    def run(self, desk: Desk) -> None:
        """Do nothing, and say nothing."""


@pytest.fixture
async def desk(sample_url: str) -> AsyncIterator[Reception]:
    async with reception(sample_url, more_commands=(Boast, Wait)) as made:
        yield made


def held(desk: Reception, button_: Button, at: Address = HERE) -> Pressed:
    """A button of ours, pressed."""
    return Pressed(desk.core.house.seal.sealed(button_, at))


def number_of(desk: Reception, title: str, chat: str) -> str:
    """The id of the newest message with this title."""
    for number, parcel in reversed(list(enumerate(desk.mail.sent, 1))):
        if title in parcel.page.title and parcel.address.chat == chat:
            return str(number)
    raise AssertionError(f"no {title!r} in {chat}")


async def remarks(desk: Reception) -> list[Talk]:
    return await desk.core.database.read(lambda db: talk.last_on(db, "case", 1, 9))


async def account(desk: Reception, user: str) -> Account:
    found = await desk.core.database.read(lambda db: people.account(db, "web", "rehearsal", user))
    assert found is not None
    return found


# --- words without a command ----------------------------------------------------------------------


async def test_words_that_name_a_customer_get_that_customers_verbs(desk: Reception) -> None:
    await desk.says("lina", "永固 liked the samples")
    await desk.work()
    page = desk.mail.sent[-1].page
    assert page.title == "永固: what shall I do?"
    assert [key.label for key in keys(page)] == [
        "Log a customer visit",
        "Report a complaint",
        "Show a customer's file",
    ]


async def test_words_that_name_nobody_are_offered_as_what_they_could_be(desk: Reception) -> None:
    await desk.says("lina", "the samples were fine")
    await desk.work()
    page = desk.mail.sent[-1].page
    assert "the samples were fine" in str(page)
    assert "Log a customer visit" in [key.label for key in keys(page)]
    await desk.presses("lina", "Report a complaint")
    case = await desk.core.database.read(lambda db: cases.get(db, 1))
    assert case is not None
    assert case.text == "the samples were fine"


async def test_quality_is_not_offered_what_it_may_not_do(desk: Reception) -> None:
    await desk.says("chenjing", "the samples were fine")
    await desk.work()
    assert [key.label for key in keys(desk.mail.sent[-1].page)] == ["Report a complaint"]


async def test_kept_words_are_used_once_and_by_their_owner_alone(desk: Reception) -> None:
    await desk.says("lina", "the samples were fine")
    await desk.work()
    meant = Button(T("x"), "~as", {"c": "complaint"}, Ref("draft", 1))
    stolen = await desk.says("zhouqiang", held(desk, meant), address=HERE)
    assert isinstance(stolen, Toast)
    assert "somebody else" in stolen.text
    unknown = Button(T("x"), "~as", {"c": "gone"}, Ref("draft", 1))
    assert isinstance(await desk.says("lina", held(desk, unknown)), Toast)
    await desk.says("lina", held(desk, meant))
    again = await desk.says("lina", held(desk, meant))
    assert isinstance(again, Toast)
    assert "done already" in again.text
    assert await desk.core.database.read(lambda db: cases.get(db, 2)) is None


async def test_a_lone_photo_keeps_it_until_it_is_said_what_it_is(desk: Reception) -> None:
    await desk.says("lina", Typed("", (PHOTO,)))
    await desk.work()
    assert await desk.core.database.read(lambda db: files.get(db, 1)) is not None
    await desk.presses("lina", "Report a complaint")
    draft = await desk.core.database.read(
        lambda db: drafts.open_in(db, 3, "web:rehearsal:dm:lina:")
    )
    assert draft is not None
    assert draft.answers == {"photos": [1]}
    await desk.says("lina", "永固 rust")
    kept = await desk.core.database.read(lambda db: files.of(db, "case", 1))
    assert [file.id for file in kept] == [1]


async def test_a_stranger_who_says_next_to_nothing_is_greeted(desk: Reception) -> None:
    await desk.says("stranger", "?")
    await desk.work()
    assert desk.mail.titles("dm:stranger")[-1].startswith("Hello 陌生人")
    await desk.presses("stranger", "Report a complaint")
    await desk.says("stranger", "rust")
    case = await desk.core.database.read(lambda db: cases.get(db, 1))
    assert case is not None
    assert (case.text, case.customer_id) == ("rust", None)


async def test_a_command_of_the_platform_that_is_none_of_ours_is_named(desk: Reception) -> None:
    await desk.says("lina", Typed("today", command="nonsense"))
    await desk.work()
    assert desk.mail.titles("dm:lina") == ["There is no command /nonsense"]


@pytest.mark.parametrize("command", ["today", "TODAY", "headwater"])
async def test_a_command_that_the_platform_parsed(desk: Reception, command: str) -> None:
    text = "today" if command == "headwater" else ""
    await desk.says("lina", Typed(text, command=command))
    await desk.work()
    assert desk.mail.titles("dm:lina") == ["Nothing is due today"]


async def test_an_answer_where_the_platform_can_show_one_is_shown_there(desk: Reception) -> None:
    reply = await desk.says("lina", "/today", inline=True)
    assert isinstance(reply, Show)
    assert reply.page.title == "Nothing is due today"
    await desk.work()
    assert desk.mail.sent == []


# --- opening the bot ------------------------------------------------------------------------------


async def test_opening_the_bot(desk: Reception) -> None:
    await desk.says("lina", Started())
    await desk.says("stranger", Started())
    await desk.work()
    assert desk.mail.titles("dm:lina") == ["What you can do here"]
    assert desk.mail.titles("dm:stranger") == ["Hello 陌生人, we have not met yet"]


async def test_a_link_with_a_wrong_code(desk: Reception) -> None:
    await desk.says("stranger", Started("WRONG"))
    await desk.work()
    assert desk.mail.titles("dm:stranger")[0].startswith("This code is not valid")


# --- answering a card -----------------------------------------------------------------------------


async def test_answering_a_card_plain_words_are_its_verbs_or_talk(desk: Reception) -> None:
    await desk.says("zhangwei", "/complaint rust")
    await desk.work()
    at = {"address": ROOM, "direct": False, "mentions": False}
    card = number_of(desk, "C-2026-0001", "room:cases")
    await desk.says("wulei", "visit them tomorrow", reply_to=card, **at)
    assert [one.text for one in await remarks(desk)] == ["visit them tomorrow"]
    await desk.says("wulei", "reply we exchange them", reply_to=card, **at)
    replies = await desk.core.database.read(lambda db: cases.replies(db, 1))
    assert [one.text for one in replies] == ["we exchange them"]
    assert len(await remarks(desk)) == 1


async def test_in_a_cards_thread_one_need_not_answer_the_card_itself(desk: Reception) -> None:
    await desk.says("zhangwei", "/complaint rust")
    await desk.work()
    card = number_of(desk, "C-2026-0001", "room:cases")
    thread = Address("web", "rehearsal", "room:cases", card)
    await desk.says("wulei", "August stock", address=thread, direct=False, mentions=False)
    assert [one.text for one in await remarks(desk)] == ["August stock"]


async def test_strangers_talk_about_a_case_is_not_kept(desk: Reception) -> None:
    await desk.says("zhangwei", "/complaint rust")
    await desk.work()
    card = number_of(desk, "C-2026-0001", "room:cases")
    reply = await desk.says("hefang", "me too", reply_to=card, address=ROOM, direct=False)
    assert reply == Silent()
    assert await remarks(desk) == []


async def test_an_answer_to_the_question_itself_is_an_answer(desk: Reception) -> None:
    await desk.says("lina", "/visit 永固")
    await desk.work()
    asked = number_of(desk, "Log a customer visit", "dm:lina")
    await desk.says("lina", "Q3", reply_to=asked)
    await desk.work()
    assert desk.mail.titles("dm:lina")[-1].startswith("✅ Visit logged: 永固")


async def test_somebody_elses_question_is_not_answered(desk: Reception) -> None:
    await desk.says("lina", "/visit 永固")
    await desk.work()
    asked = number_of(desk, "Log a customer visit", "dm:lina")
    await desk.says("zhouqiang", "Q3", reply_to=asked, address=HERE)
    await desk.work()
    assert "put to somebody else" in desk.mail.sent[-1].page.title


# --- where it is confirmed ------------------------------------------------------------------------


async def test_a_deed_in_an_unbound_channel_is_confirmed_directly(desk: Reception) -> None:
    await desk.says("lina", "/visit 永固 Q3", address=ELSEWHERE, direct=False)
    await desk.work()
    assert desk.mail.titles("room:unbound") == []
    assert desk.mail.titles("dm:lina")[-1].startswith("✅ Visit logged")


async def test_a_deed_in_a_bound_place_is_confirmed_there_unless_others_read_there(
    desk: Reception,
) -> None:
    await desk.says("lina", "/visit 永固 Q3", address=ROOM, direct=False)
    await desk.says("lina", "/visit 永固 Q4", address=ROOM, direct=False, external=True)
    await desk.work()
    assert len(desk.mail.titles("room:cases")) == 1
    assert len(desk.mail.titles("dm:lina")) == 1


async def test_a_card_that_stands_here_is_redrawn_and_not_said_twice(desk: Reception) -> None:
    await desk.says("lina", "/complaint 永固 rust")
    await desk.work()
    before = len(desk.mail.titles("dm:lina"))
    reply = await desk.presses("lina", "I have it")
    assert reply == Toast("C-2026-0001 is yours")
    await desk.work()
    assert len(desk.mail.titles("dm:lina")) == before
    await desk.says("lina", "/case_pass C-2026-0001 Colleague: 李娜")
    await desk.work()
    assert desk.mail.titles("dm:lina")[-1] == "✔ C-2026-0001 is now with 李娜"


# --- buttons --------------------------------------------------------------------------------------


async def test_a_button_of_a_command_that_is_gone(desk: Reception) -> None:
    reply = await desk.says("lina", held(desk, Button(T("x"), "gone")))
    assert isinstance(reply, Toast)
    assert "older version" in reply.text


async def test_a_button_on_a_subject_that_is_gone(desk: Reception) -> None:
    gone = Button(T("x"), "case_take", {}, Ref("case", 99))
    reply = await desk.says("lina", held(desk, gone))
    assert isinstance(reply, Toast)
    assert reply.text.startswith("There is no such case")


async def test_an_answer_of_the_wrong_kind_in_a_button_is_asked_for(desk: Reception) -> None:
    await desk.says(
        "lina", held(desk, Button(T("x"), "visit", {"customer": "five", "notes": "Q3"}))
    )
    await desk.work()
    assert "does not fit" in str(desk.mail.sent[-1].page)


def test_a_seal_opens_what_an_older_key_sealed_and_nothing_else() -> None:
    old, new, other = Seal((b"old",)), Seal((b"new", b"old")), Seal((b"other",))
    sealed = old.sealed(Button(T("x"), "help"), HERE)
    assert new.opened(sealed, HERE).command == "help"
    assert new.sealed(Button(T("x"), "help"), HERE) != sealed
    for seal, data, at in (
        (other, sealed, HERE),
        (new, sealed, ROOM),
        (new, sealed[:-1], HERE),
        (new, sealed.replace("help", "join"), HERE),
        (new, "help", HERE),
        (new, "help~é", HERE),
    ):
        with pytest.raises(BadTap):
            seal.opened(data, at)


def test_a_button_that_holds_more_than_fits_is_refused_when_it_is_drawn() -> None:
    room = TAP_BYTES - SEAL_BYTES - len('help:::{"a":""}')
    fits = Button(T("x"), "help", {"a": "x" * room})
    assert len(Seal((b"k",)).sealed(fits, HERE).encode()) == TAP_BYTES
    with pytest.raises(ValueError, match="more than 55 bytes"):
        Seal((b"k",)).sealed(Button(T("x"), "help", {"a": "x" * (room + 1)}), HERE)


# --- who may, who is who --------------------------------------------------------------------------


async def test_a_relation_to_the_subject_is_what_counts(desk: Reception) -> None:
    await desk.says("wulei", "/complaint 永固 rust")
    await desk.work()
    await desk.says("chenjing", "/boast C-2026-0001")
    await desk.says("wulei", "/boast C-2026-0001")
    await desk.work()
    assert "You may not do this: Boast of a case." in desk.mail.titles("dm:chenjing")
    assert desk.mail.titles("dm:wulei")[-1] == "Boasted"


async def test_a_contact_acts_on_their_own_subjects_alone(desk: Reception) -> None:
    await desk.says("zhangwei", "/complaint rust")
    await desk.work()
    waits = Button(T("x"), "wait", {}, Ref("case", 1))
    theirs = Address("web", "rehearsal", "dm:zhangwei")
    others = Address("web", "rehearsal", "dm:hefang")
    assert await desk.says("zhangwei", held(desk, waits, theirs)) == Silent()
    reply = await desk.says("hefang", held(desk, waits, others))
    assert isinstance(reply, Toast)
    assert reply.text.startswith("You may not do this")


async def test_an_account_seen_for_the_first_time_is_remembered_as_nobodys(desk: Reception) -> None:
    await desk.says("fresh", "?", user_name="Ada", direct=False, mentions=False)
    fresh = await account(desk, "fresh")
    assert (fresh.name, fresh.chat, fresh.person_id) == ("Ada", "", None)
    desk.clock.at += timedelta(hours=2)
    await desk.says("fresh", "?", user_name="Ada")
    fresh = await account(desk, "fresh")
    assert (fresh.chat, fresh.used_at) == ("dm:fresh", desk.clock.at)


async def test_an_account_that_was_lost_is_found_again_when_it_speaks(desk: Reception) -> None:
    await desk.says("lina", "/today")
    lina = (await account(desk, "lina")).id
    assert lina is not None
    await desk.core.database.write(lambda db: people.lose_account(db, lina))
    assert not (await account(desk, "lina")).reachable
    await desk.says("lina", "/today")
    assert (await account(desk, "lina")).reachable


async def test_a_strangers_language_is_the_one_their_platform_names(desk: Reception) -> None:
    await desk.says("fresh", "?", language="zh")
    await desk.says("other", "?", language="fr")
    await desk.work()
    assert desk.mail.titles("dm:fresh")[-1].endswith("我们还没见过面")
    assert desk.mail.titles("dm:other")[-1].endswith("we have not met yet")


async def test_a_button_shows_in_a_place_only_to_its_audience(desk: Reception) -> None:
    await desk.says("zhangwei", "/complaint rust")
    await desk.work()
    assert button(desk.mail, "room:cases", "I have it")
    with pytest.raises(AssertionError, match="no button"):
        button(desk.mail, "dm:zhangwei", "I have it")
