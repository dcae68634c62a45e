"""How much of a long piece of work is done at a time."""

from __future__ import annotations

from scheduler.slices import AIM, FIRST, LEAST, MOST, fitting


def settled(engine: str, once: float, each: float) -> int:
    """The rows of a slice in the end, when a slice costs so much, and each of its rows so much."""
    size = FIRST
    for _ in range(50):
        size = fitting(engine, size, once + size * each)
    return size


def test_a_slice_takes_about_as_long_as_it_shall(engine: str) -> None:
    aim = AIM[engine]
    size = settled(engine, aim / 4, aim / 100)
    assert aim * 0.9 < aim / 4 + size * aim / 100 <= aim


def test_what_is_asked_once_for_all_rows_never_leaves_a_slice_with_one(engine: str) -> None:
    """A far or busy database takes longer to be asked than a slice shall take."""
    assert settled(engine, AIM[engine] * 3, AIM[engine] / 1000) == LEAST > 1


def test_a_slice_grows_by_steps_and_not_without_end(engine: str) -> None:
    assert fitting(engine, LEAST, 0.0) == LEAST * 2 + 1
    assert settled(engine, 0.0, 0.0) == MOST
