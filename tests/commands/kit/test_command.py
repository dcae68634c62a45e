"""What cannot work is refused when it is declared, in a sentence that names it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Annotated

import pytest

from commands.kit.card import Card
from commands.kit.command import Catalogue, Command
from commands.kit.desk import Desk
from commands.kit.errors import Misdeclared
from commands.kit.form import (
    Ask,
    CaseId,
    Choice,
    CustomerId,
    Day,
    Files,
    Moment,
    Photos,
    Pick,
    Text,
    YesNo,
)
from commands.kit.people import Department, Labelled, Role
from commands.kit.words import T

STAFF = {Role.STAFF}


class Wave(Command, name="wave", aliases=("挥手", "HELLO"), who=STAFF):
    """Wave to everybody.

    This paragraph is for whoever reads the code.
    """

    at: Annotated[str, Ask("Whom do you wave at?")]


class Many(Labelled):
    """More than any menu takes."""

    _ignore_ = ["number", "Many"]  # noqa: RUF012 -- what enum looks for
    Many = vars()
    for number in range(101):
        Many[f"M{number}"] = (f"m{number}", f"Number {number}")


class Wordy(Labelled):
    """One option that no menu shows whole."""

    SHORT = "short", "Short"
    LONG = "long", "x" * 76


def test_only_the_first_paragraph_is_shown_to_people() -> None:
    assert Wave.declared.help == "Wave to everybody"
    assert Wave.declared.words == T("Wave to everybody")


def test_a_command_without_a_docstring_is_refused() -> None:
    with pytest.raises(Misdeclared, match="/mute has no docstring, so nobody could be told"):

        class Mute(Command, name="mute", who=STAFF):
            pass


@pytest.mark.parametrize("name", ["", "Upper", "two words", "1st", "干杯", "with-dash"])
def test_a_name_that_platforms_do_not_take_is_refused(name: str) -> None:
    with pytest.raises(Misdeclared, match="must be a-z, 0-9 and _"):

        class Odd(Command, name=name, who=STAFF):
            """Do something."""


def test_a_name_that_is_too_long_is_refused() -> None:
    with pytest.raises(Misdeclared, match="the name is longer than 30 characters"):

        class Long(Command, name="a" * 31, who=STAFF):
            """Do something."""


def test_a_description_that_is_too_long_is_refused() -> None:
    with pytest.raises(Misdeclared, match="first paragraph is longer than 250 characters"):

        class Long(Command, name="long", who=STAFF):
            __doc__ = "x" * 251


def test_a_command_for_nobody_is_refused() -> None:
    with pytest.raises(Misdeclared, match="/nobody says nothing about who may do it"):

        class Nobody(Command, name="nobody"):
            """Do something."""


def test_a_clause_that_the_policy_does_not_have_is_refused() -> None:
    with pytest.raises(Misdeclared, match=r"the policy has no clause 9\.9\.9"):

        class Lawless(Command, name="lawless", who=STAFF, clause="9.9.9"):
            """Do something."""


def test_a_verb_without_a_field_for_its_subject_is_refused() -> None:
    with pytest.raises(Misdeclared, match="it acts on a case but no field holds one"):

        class Handless(Command, name="handless", who=STAFF, on="case"):
            """Do something."""

            customer: Annotated[CustomerId, Ask("Which customer?")]


def test_a_field_without_words_is_refused() -> None:
    with pytest.raises(Misdeclared, match=r"field 'notes' has no Ask\(...\) beside its type"):

        class Silent(Command, name="silent", who=STAFF):
            """Do something."""

            notes: str


def test_a_question_that_asks_nothing_is_refused() -> None:
    with pytest.raises(Misdeclared, match="field 'notes' asks nothing"):

        class Empty(Command, name="empty", who=STAFF):
            """Do something."""

            notes: Annotated[str, Ask("  ")]


def test_a_question_that_is_too_long_is_refused() -> None:
    with pytest.raises(Misdeclared, match="the question of 'notes' is longer than 150"):

        class Long(Command, name="long", who=STAFF):
            """Do something."""

            notes: Annotated[str, Ask("x" * 151)]


def test_a_label_that_is_too_long_is_refused() -> None:
    with pytest.raises(Misdeclared, match="the name of 'notes' is longer than 50 characters"):

        class Long(Command, name="long", who=STAFF):
            """Do something."""

            notes: Annotated[str, Ask("What?", "x" * 51)]


def test_a_type_that_nobody_can_ask_for_is_refused() -> None:
    with pytest.raises(Misdeclared, match="nobody knows how to ask for field 'share'"):

        class Odd(Command, name="odd", who=STAFF):
            """Do something."""

            share: Annotated[complex, Ask("Which share?")]


def test_one_of_two_types_is_refused() -> None:
    with pytest.raises(Misdeclared, match="nobody knows how to ask for field 'either'"):

        class Odd(Command, name="odd", who=STAFF):
            """Do something."""

            either: Annotated[str | date, Ask("Which?")]


def test_more_options_than_a_menu_takes_are_refused() -> None:
    with pytest.raises(Misdeclared, match="field 'one' has more than 100 options"):

        class Odd(Command, name="odd", who=STAFF):
            """Do something."""

            one: Annotated[Many, Ask("Which?")]


def test_an_option_that_is_too_long_is_refused() -> None:
    with pytest.raises(Misdeclared, match=r"the option 'x+' of 'one' is too long"):

        class Odd(Command, name="odd", who=STAFF):
            """Do something."""

            one: Annotated[Wordy, Ask("Which?")]


def test_a_refusal_names_the_class() -> None:
    with pytest.raises(Misdeclared, match=rf"{__name__}\..*Mute: "):

        class Mute(Command, name="mute", who=STAFF):
            pass


@pytest.mark.parametrize("taken", ["wave", "挥手", "hello"])
def test_a_name_taken_twice_names_both_modules(taken: str) -> None:
    class Again(Command, name="again", aliases=(taken,), who=STAFF):
        """Do something."""

    Again.declared = replace(Again.declared, module="commands.elsewhere")
    with pytest.raises(Misdeclared, match=f"'{taken}' is taken twice: by {__name__} and commands"):
        Catalogue([Wave, Again])


def test_a_catalogue_finds_by_name_and_hears_names_and_aliases() -> None:
    catalogue = Catalogue([Wave])
    assert catalogue.get("wave") is Wave
    assert catalogue.get("挥手") is None
    assert set(catalogue.spoken) == {"wave", "挥手", "hello"}
    assert list(catalogue) == [Wave]


class All(Command, name="all", who=STAFF, on="case"):
    """Ask for everything."""

    case: Annotated[CaseId, Ask("Which case?")]
    text: Annotated[str, Ask("What?", long=True)]
    day: Annotated[date, Ask("Which day?")]
    at: Annotated[datetime, Ask("When?")]
    sure: Annotated[bool, Ask("Sure?")]
    one: Annotated[Department, Ask("Which department?")]
    several: Annotated[frozenset[Department], Ask("Which departments?")]
    photos: Annotated[Files, Ask("Photos?")] = ()
    short_name: Annotated[str | None, Ask("What else?")] = None


def test_each_type_has_its_kind_of_question() -> None:
    kinds = {asked.field: asked.kind for asked in All.declared.questions}
    assert kinds["case"] == Pick("case")
    assert kinds["text"] == Text(long=True)
    assert kinds["day"] == Day()
    assert kinds["at"] == Moment()
    assert kinds["sure"] == YesNo()
    assert kinds["photos"] == Photos()
    assert kinds["short_name"] == Text()
    match kinds["one"], kinds["several"]:
        case Choice(options, False), Choice(others, True):
            assert options == others == tuple((d.value, d.words) for d in Department)
        case other:
            pytest.fail(f"no choices: {other}")


def test_what_has_a_default_is_optional_and_a_name_is_made_of_the_field() -> None:
    asked = {one.field: one for one in All.declared.questions}
    assert [name for name, one in asked.items() if not one.required] == ["photos", "short_name"]
    assert asked["short_name"].name == T("Short name")
    assert All.declared.question("nothing") is None


def test_a_verb_knows_its_subject_and_is_in_no_menu() -> None:
    assert All.declared.under == "case"
    assert not All.declared.listed
    assert Wave.declared.under == ""
    assert Wave.declared.listed


def test_a_command_without_a_deed_says_so() -> None:
    with pytest.raises(NotImplementedError, match="Wave does nothing yet"):
        Wave(at="you").run(None)  # type: ignore[arg-type]


def test_a_command_is_told_by_its_answers() -> None:
    class Say(Command, name="say", who=STAFF):
        """Say it."""

        words: Annotated[str, Ask("What?")]

        def run(self, desk: Desk) -> Card:
            return Card(self.words)

    assert Say(words="a") == Say(words="a")
    assert Say(words="a") != Say(words="b")
