"""The rules of meetings: quarters, mornings on which they are warned of, minutes from the talk."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from commands.kit.errors import Invalid, Misdeclared
from commands.kit.periods import quarter_of, read_period
from commands.kit.policy import load
from commands.kit.words import in_both
from commands.meetings.rules import (
    MeetingPolicy,
    called,
    check_planned,
    collected,
    evening_of,
    is_quarter,
    just_asked,
    number_of,
    numbered,
    quarter_numbered,
    to_be_told,
    warnings,
)
from storage.meetings import CANCELLED, HELD, PLANNED, SENT, Meeting, Participant
from storage.talk import Talk

ZONE = ZoneInfo("Asia/Shanghai")
Q4 = quarter_of(date(2026, 11, 3))
DAYS = (45, 21, 7)


def own(folder: Path, text: str) -> MeetingPolicy:
    path = folder / "own.toml"
    path.write_text(f"[meetings]\n{text}\n", encoding="utf-8")
    return load(path).of(MeetingPolicy)


def warned(now: datetime) -> list[str]:
    return [f"{at.astimezone(ZONE):%m-%d %H:%M}" for at in warnings(Q4, now, DAYS, ZONE)]


@pytest.mark.parametrize(
    ("day", "quarter"),
    [
        (date(2026, 1, 1), "2026-Q1"),
        (date(2026, 3, 31), "2026-Q1"),
        (date(2026, 4, 1), "2026-Q2"),
        (date(2026, 9, 30), "2026-Q3"),
        (date(2026, 12, 31), "2026-Q4"),
    ],
)
def test_each_day_lies_in_a_quarter_that_has_a_number(day: date, quarter: str) -> None:
    found = quarter_of(day)
    assert str(found) == quarter
    assert quarter_numbered(number_of(found)) == found
    assert called(found) == f"meeting:{quarter}"
    assert is_quarter(found)


@pytest.mark.parametrize("number", [0, 20260, 20265, 19994])
def test_a_number_that_is_no_quarter(number: int) -> None:
    assert quarter_numbered(number) is None


def test_a_month_or_a_year_is_no_quarter() -> None:
    for said in ("2026-10", "2026"):
        period = read_period(said, date(2026, 10, 1))
        assert period is not None
        assert not is_quarter(period)


def test_warnings_come_on_mornings_before_the_quarter_ends() -> None:
    assert warned(datetime(2026, 10, 1, tzinfo=UTC)) == [
        "11-17 09:00",
        "12-11 09:00",
        "12-25 09:00",
    ]


def test_of_warnings_that_are_past_one_comes_on_the_next_morning() -> None:
    evening = datetime(2026, 11, 30, 12, tzinfo=UTC)
    assert warned(evening) == ["12-01 09:00", "12-11 09:00", "12-25 09:00"]
    early = datetime(2026, 11, 30, 0, tzinfo=UTC)  # 8 o'clock in Shanghai
    assert warned(early) == ["11-30 09:00", "12-11 09:00", "12-25 09:00"]
    assert warned(datetime(2026, 12, 24, 23, tzinfo=UTC)) == ["12-25 09:00"], "not twice"


def test_the_number_of_a_meeting_is_written_out() -> None:
    assert numbered("m2026-7 谈价") == "M-2026-0007"
    assert numbered("M-2026-0007") == "M-2026-0007"
    assert numbered("C-2026-0007") is None


def test_a_meeting_is_planned_for_a_time_to_come() -> None:
    now = datetime(2026, 10, 14, 2, tzinfo=UTC)
    with pytest.raises(Invalid):
        check_planned(now, now)
    check_planned(datetime(2026, 10, 14, 3, tzinfo=UTC), now)


AT, LATER = datetime(2026, 10, 28, 6, tzinfo=UTC), datetime(2026, 10, 30, 6, tzinfo=UTC)
NOW = datetime(2026, 10, 14, 2, tzinfo=UTC)


def planned(at: datetime, state: str = PLANNED) -> Meeting:
    return Meeting(number="M-2026-0001", at=at, place="room 2", state=state, created_at=NOW)


def told(at: datetime | None, place: str = "room 2") -> Participant:
    return Participant(meeting_id=1, told_how=SENT if at else "", told_for=at, told_place=place)


def test_who_knows_of_another_time_or_place_is_to_be_told() -> None:
    assert not to_be_told(planned(AT), told(AT), NOW)
    assert to_be_told(planned(LATER), told(AT), NOW)
    assert to_be_told(planned(AT), told(AT, "room 3"), NOW)
    assert to_be_told(planned(AT, CANCELLED), told(AT), NOW)
    assert not to_be_told(planned(AT, HELD), told(LATER), NOW)


def test_who_was_told_nothing_need_not_be_told() -> None:
    for state in (PLANNED, CANCELLED):
        assert not to_be_told(planned(AT, state), told(None), NOW)


def test_nobody_is_told_once_the_later_of_both_times_has_come() -> None:
    between = datetime(2026, 10, 29, 6, tzinfo=UTC)
    assert to_be_told(planned(AT), told(LATER), between), "they may still set out"
    assert not to_be_told(planned(AT), told(LATER), LATER)
    assert not to_be_told(planned(AT, CANCELLED), told(AT), AT)


def test_good_answers_an_invitation_for_a_while() -> None:
    one = told(AT)
    assert not just_asked(one, NOW, 72)
    one.told_at = NOW
    assert just_asked(one, datetime(2026, 10, 17, 2, tzinfo=UTC), 72)
    assert not just_asked(one, datetime(2026, 10, 17, 3, tzinfo=UTC), 72)


def test_what_is_to_be_done_by_a_day_falls_due_in_its_evening() -> None:
    assert evening_of(date(2026, 11, 6), ZONE) == datetime(2026, 11, 6, 10, tzinfo=UTC)


def test_the_talk_becomes_minutes_as_far_as_there_is_room() -> None:
    remarks = [
        Talk(kind="meeting", subject_id=1, name="李娜", text="扩产"),
        Talk(kind="meeting", subject_id=1, name="王经理", text="同意延长账期"),
    ]
    text, taken = collected(remarks, 100)
    assert text == "李娜: 扩产\n王经理: 同意延长账期"
    assert taken == remarks
    text, taken = collected(remarks, 10)
    assert (text, taken) == ("李娜: 扩产", remarks[:1])
    assert collected(remarks, 3) == ("", [])


def test_the_policy_s_points_are_told_in_both_languages(tmp_path: Path) -> None:
    policy = load().of(MeetingPolicy)
    assert policy.points("tell") == [
        in_both("业务发展情况", "Business development"),
        in_both("产品需求", "Product demand"),
    ]
    assert len(policy.points("learn")) == 3
    point = '{ does = "learn", zh = "碳排放", en = "Carbon footprint" }'
    assert own(tmp_path, f"agenda = [{point}]").points("learn") == [
        in_both("碳排放", "Carbon footprint")
    ]


@pytest.mark.parametrize("days", ["[7, 21]", "[120]", "[7, 7]", "[]", "[0]"])
def test_lead_times_that_cannot_be_are_refused(tmp_path: Path, days: str) -> None:
    with pytest.raises(Misdeclared):
        own(tmp_path, f"warn_days = {days}")
