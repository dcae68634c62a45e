"""What people type becomes answers: each kind of question, in both languages, and what does not."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import Annotated, cast
from zoneinfo import ZoneInfo

import pytest

from bot import locale
from commands.kit.answers import Context, Which, answer
from commands.kit.command import Catalogue, Command
from commands.kit.errors import Invalid
from commands.kit.form import Ask, CustomerId, Files
from commands.kit.noun import Found, Look, Matches, Noun, Nouns
from commands.kit.people import Actor, Department, Role
from commands.kit.policy import Policy, load
from commands.kit.reading import command_in, fill
from commands.kit.words import T
from storage.database import Json, Transaction
from tests.house import BEGUN, ZONE

NAMES = {1: "永固", 2: "宁波精工", 3: "瑞丰轴承", 4: "瑞丰电机"}
CHINESE = locale.load()["zh"]


@dataclass(frozen=True)
class Seen:
    """A Wednesday in Shanghai, 10:00, and no database: nothing here looks into one."""

    db: Transaction
    now: datetime = BEGUN
    zone: ZoneInfo = ZONE
    policy: Policy = field(default_factory=load)


def find(_look: Look, text: str, _actor: Actor | None) -> Matches:
    found = tuple(Found(i, name) for i, name in NAMES.items() if text in name)
    return Matches(found, len(found) == 1)


def leads(_look: Look, text: str, *, whole: bool = False) -> tuple[Matches, str]:
    for length in range(len(text), 1, -1):
        found = tuple(Found(i, n) for i, n in NAMES.items() if n.startswith(text[:length]))
        if found:
            return Matches(found, len(found) == 1), text[length:]
    return Matches(), text


def both(words: T) -> Iterable[str]:
    yield words.text
    if words.text in CHINESE:
        yield CHINESE[words.text]


CUSTOMERS = Noun("customer", T("customer"), find, lambda _db, id_: NAMES.get(id_), leads=leads)


CTX = Context(Seen(cast("Transaction", None)), Nouns((CUSTOMERS,)), both)


class Log(Command, name="log", aliases=("记",), who={Role.STAFF}):
    """Log something."""

    customer: Annotated[CustomerId, Ask("Which customer?", "Customer")]
    notes: Annotated[str, Ask("What was discussed?", "Notes", long=True)]
    day: Annotated[date | None, Ask("When was the visit?", "Day")] = None
    at: Annotated[datetime | None, Ask("When?", "Time of the call")] = None
    sure: Annotated[bool, Ask("Sure?", "Important")] = False
    one: Annotated[Department | None, Ask("Which department?", "Department")] = None
    several: Annotated[frozenset[Department], Ask("Which?", "Departments")] = frozenset()
    photos: Annotated[Files, Ask("Photos?", "Photos")] = ()


def read(field: str, raw: Json) -> Json:
    asked = Log.declared.question(field)
    assert asked is not None
    return answer(asked, raw, CTX)


def wrong(field: str, raw: Json) -> str:
    with pytest.raises(Invalid) as invalid:
        read(field, raw)
    assert invalid.value.field == field
    assert isinstance(invalid.value.words, T)
    return invalid.value.words.text


@pytest.mark.parametrize("said", ["yes", "Yes", "Y", "是", "对", "好", "要", "true", " 是 ", True])
def test_yes_in_either_language(said: Json) -> None:
    assert read("sure", said) is True


@pytest.mark.parametrize("said", ["no", "No", "N", "否", "不", "不是", "不要", "false", False])
def test_no_in_either_language(said: Json) -> None:
    assert read("sure", said) is False


@pytest.mark.parametrize("said", ["maybe", "也许", "yesno", "2"])
def test_neither_yes_nor_no_is_asked_again(said: str) -> None:
    assert wrong("sure", said) == "Please answer yes or no."


@pytest.mark.parametrize("said", ["quality", "Quality", "QUALITY", "质量"])
def test_a_choice_by_its_value_or_its_words_in_either_language(said: str) -> None:
    assert read("one", said) == "quality"


@pytest.mark.parametrize(
    "said", ["质量、销售", "quality, sales", "Quality；销售", ["quality", "销售"]]
)
def test_several_choices_however_they_are_listed(said: Json) -> None:
    assert read("several", said) == ["quality", "sales"]


def test_what_is_no_choice_is_asked_again() -> None:
    assert "is not one of the choices" in wrong("one", "火星部")
    assert "is not one of the choices" in wrong("several", "quality, 火星部")


@pytest.mark.parametrize("said", ["", "  ", None, []])
def test_nothing_is_no_answer(said: Json) -> None:
    assert wrong("notes", said) == "Please give an answer."


def test_a_day_is_read_and_what_is_none_is_asked_again() -> None:
    assert read("day", "昨天") == "2026-10-13"
    assert read("day", "12 Oct") == "2026-10-12"
    assert "as a date" in wrong("day", "lately")


def test_a_day_that_is_asked_for_ahead_is_the_next_one() -> None:
    asked = Log.declared.question("day")
    assert asked is not None
    ahead = replace(asked, ask=replace(asked.ask, ahead=True))
    assert answer(asked, "20 Oct", CTX) == "2025-10-20"
    assert answer(ahead, "20 Oct", CTX) == "2026-10-20"
    assert answer(ahead, "周五", CTX) == "2026-10-16"


@pytest.mark.parametrize("name", ["day", "at"])
def test_a_day_that_is_asked_for_ahead_and_just_past_is_asked_again(name: str) -> None:
    asked = Log.declared.question(name)
    assert asked is not None
    ahead = replace(asked, ask=replace(asked.ask, ahead=True))
    with pytest.raises(Invalid) as invalid:
        answer(ahead, "10月1日", CTX)
    assert "is past. Which day?" in str(invalid.value.words)
    assert answer(ahead, "3月1日", CTX).startswith("2027-03-01")
    assert answer(ahead, "2027年10月1日", CTX).startswith("2027-10-01")


def test_a_day_that_can_be_read_two_ways_is_which() -> None:
    with pytest.raises(Which) as which:
        read("day", "05/12/2026")
    assert which.value.field == "day"
    assert {value for value, _ in which.value.options} == {"2026-05-12", "2026-12-05"}


def test_a_moment_is_read_and_what_is_none_is_asked_again() -> None:
    assert datetime.fromisoformat(read("at", "昨天下午3点")) == datetime(
        2026, 10, 13, 7, tzinfo=UTC
    )
    assert "as a time" in wrong("at", "soon")


def test_a_subject_by_its_id_or_its_name() -> None:
    assert read("customer", 1) == 1
    assert read("customer", "#2") == 2
    assert read("customer", "永固") == 1


def test_a_subject_that_is_gone_or_unknown_is_asked_again() -> None:
    assert wrong("customer", 99) == "That is no longer there."
    assert wrong("customer", "#99") == "That is no longer there."
    assert "There is no {noun} called" in wrong("customer", "火星")
    assert "There is no {noun} called" in wrong("customer", "#x")


def test_two_subjects_of_a_name_are_which() -> None:
    with pytest.raises(Which) as which:
        read("customer", "瑞丰")
    assert which.value.options == ((3, "瑞丰轴承"), (4, "瑞丰电机"))


def test_files_are_their_ids() -> None:
    assert read("photos", [3, 4]) == [3, 4]


def test_words_that_are_too_many_are_refused_with_their_number() -> None:
    assert read("notes", "a" * 3000) == "a" * 3000
    assert "characters long" in wrong("notes", "a" * 3001)


# --- a whole message ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "answers"),
    [
        ("永固 昨天 谈了Q3", {"customer": 1, "day": "2026-10-13", "notes": "谈了Q3"}),
        ("永固昨天谈了Q3", {"customer": 1, "day": "2026-10-13", "notes": "谈了Q3"}),
        ("永固，谈了Q3", {"customer": 1, "notes": "谈了Q3"}),
        ("永固", {"customer": 1}),
        ("谈了Q3", {"notes": "谈了Q3"}),
        ("", {}),
        ("永固 谈了Q3 day: 12 Oct", {"customer": 1, "notes": "谈了Q3", "day": "2026-10-12"}),
        ("永固 谈了Q3 日期：昨天", {"customer": 1, "notes": "谈了Q3", "day": "2026-10-13"}),
        (
            "Important: yes Customer: 永固 Notes: a: b",
            {"sure": True, "customer": 1, "notes": "a: b"},
        ),
    ],
)
def test_answers_are_found_in_a_message(text: str, answers: dict[str, Json]) -> None:
    understood = fill(text, Log.declared, CTX, {})
    assert understood.answers == answers
    assert understood.which is None
    assert understood.also is None


def test_what_is_known_already_is_not_read_again() -> None:
    understood = fill("永固 昨天 谈了Q3", Log.declared, CTX, {"customer": 2, "day": "2026-10-01"})
    assert understood.answers == {"customer": 2, "day": "2026-10-01", "notes": "永固 昨天 谈了Q3"}


def test_two_customers_of_a_name_are_asked_about_and_the_rest_is_kept() -> None:
    understood = fill("瑞丰 谈了Q3", Log.declared, CTX, {})
    assert understood.which is not None
    assert understood.which.field == "customer"
    assert understood.answers == {"notes": "谈了Q3"}


def test_two_dates_are_asked_about_and_the_rest_is_kept() -> None:
    understood = fill("永固 05/10/2026 谈了Q3", Log.declared, CTX, {})
    assert understood.which is not None
    assert understood.which.options == (
        ("2026-05-10", date(2026, 5, 10)),
        ("2026-10-05", date(2026, 10, 5)),
    )
    assert understood.answers == {"customer": 1, "notes": "谈了Q3"}


def test_a_question_at_a_time_the_customer_comes_first() -> None:
    understood = fill("瑞丰 05/10/2026 谈了Q3", Log.declared, CTX, {})
    assert understood.which is not None
    assert understood.which.field == "customer"


@pytest.mark.parametrize(
    "joined", ["永固和宁波精工 谈了Q3", "永固 and 宁波精工谈了Q3", "永固、宁波精工，谈了Q3"]
)
def test_a_second_customer_is_noticed(joined: str) -> None:
    understood = fill(joined, Log.declared, CTX, {})
    assert understood.also == ("customer", (2,))
    assert understood.answers == {"customer": 1, "notes": "谈了Q3"}


@pytest.mark.parametrize("text", ["永固和永固 谈了Q3", "永固和客户谈了Q3", "永固和瑞丰谈了Q3"])
def test_what_is_no_second_customer_stays_in_the_words(text: str) -> None:
    understood = fill(text, Log.declared, CTX, {})
    assert understood.also is None
    assert understood.answers["notes"].endswith("谈了Q3")
    assert understood.answers["notes"] != "谈了Q3"


class Name(Command, name="name", who={Role.STAFF}):
    """One question alone, which is no text."""

    one: Annotated[Department, Ask("Which department?", "Department")]


def test_the_only_question_takes_all_the_words() -> None:
    assert fill("质量", Name.declared, CTX, {}).answers == {"one": "quality"}
    found = fill("质量 很好", Name.declared, CTX, {})
    assert found.invalid is not None
    assert found.invalid.field == "one"


class Meet(Command, name="meet", who={Role.STAFF}):
    """A time that must be known, and words."""

    at: Annotated[datetime, Ask("When?", "Time", ahead=True)]
    words: Annotated[str | None, Ask("What else?", "Words", long=True)] = None


@pytest.mark.parametrize(
    ("text", "at", "words"),
    [
        ("10月28日 14:00 华强、永固", "2026-10-28T06:00", "华强、永固"),
        ("10月28日下午2点 华强\n第二行", "2026-10-28T06:00", "华强\n第二行"),
        ("28 October at 2 pm with 华强", "2026-10-28T06:00", "with 华强"),
        ("10月28日 华强", "2026-10-28T01:00", "华强"),
        ("14:00", "2026-10-14T06:00", None),
        ("中午12点 2个人", "2026-10-14T04:00", "2个人"),
        ("14:00-15:00 明天 华强", "2026-10-15T06:00", "华强"),
        ("下周三下午3点到5点 华强、永固", "2026-10-21T07:00", "华强、永固"),
        ("下周三上午 谈年度合同", "2026-10-21T01:00", "谈年度合同"),
        ("Friday morning annual contract", "2026-10-16T01:00", "annual contract"),
    ],
)
def test_a_time_of_several_words_comes_first(text: str, at: str, words: str | None) -> None:
    answers = fill(text, Meet.declared, CTX, {}).answers
    assert answers["at"].startswith(at)
    assert answers.get("words") == words


def test_a_time_on_a_day_just_past_is_asked_about_and_the_rest_is_kept() -> None:
    found = fill("10月1日 14:00 华强", Meet.declared, CTX, {})
    assert found.invalid is not None
    assert found.invalid.field == "at"
    assert found.answers == {"words": "华强"}


class Promise(Command, name="promise", who={Role.STAFF}):
    """A day to come, and words."""

    words: Annotated[str, Ask("What?", "Words", long=True)]
    by_day: Annotated[date | None, Ask("By when?", "By", ahead=True)] = None


@pytest.mark.parametrize("text", ["10月1日 寄样品", "到10月1日 寄样品", "（10月1日）寄样品"])
def test_a_day_just_past_is_asked_about_and_the_rest_is_kept(text: str) -> None:
    found = fill(text, Promise.declared, CTX, {})
    assert found.invalid is not None
    assert found.invalid.field == "by_day"
    assert found.answers == {"words": "寄样品"}


def test_a_day_just_past_that_is_a_things_stays_in_the_words() -> None:
    found = fill("9月30日的货补发", Promise.declared, CTX, {})
    assert (found.invalid, found.answers) == (None, {"words": "9月30日的货补发"})


# --- which command --------------------------------------------------------------------------------

CATALOGUE = Catalogue([Log, Name])


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("log 永固", "永固"),
        ("/log 永固", "永固"),
        ("LOG: 永固", "永固"),
        ("记永固", "永固"),
        (" /headwater log 永固", "永固"),
        ("headwater 记 永固", "永固"),
        ("log", ""),
    ],
)
def test_a_command_however_it_is_begun(text: str, rest: str) -> None:
    assert command_in(text, CATALOGUE) == (Log, rest)


@pytest.mark.parametrize("text", ["logged it", "log_it", "a log", "", "/", "log2"])
def test_a_longer_word_is_another_word(text: str) -> None:
    assert command_in(text, CATALOGUE) is None


def test_only_what_is_wanted_here_is_found() -> None:
    assert command_in("log x", CATALOGUE, lambda declared, _rest: declared.name != "log") is None


@pytest.mark.parametrize(
    ("text", "rest"), [("记 永固", "永固"), ("记：永固", "永固"), ("记", ""), ("log 永固", "永固")]
)
def test_a_command_that_stands_apart(text: str, rest: str) -> None:
    assert command_in(text, CATALOGUE, apart=True) == (Log, rest)


@pytest.mark.parametrize("text", ["记永固", "记录好了", "记2次", "log永固", "记_"])
def test_words_that_only_begin_as_a_command_does_stand_not_apart(text: str) -> None:
    assert command_in(text, CATALOGUE, apart=True) is None
