"""Quiet hours, on the wall clock."""

from datetime import datetime, time, timedelta

import pytest

from scheduler.notices.quiet import Quiet, considerate


def _at(written: str) -> datetime:
    return datetime.fromisoformat(written)


@pytest.mark.parametrize(
    ("hour", "quiet"), [("20:59", False), ("21:00", True), ("23:59", True), ("00:00", True), ("06:59", True)]
)
def test_the_night_is_quiet(hour: str, quiet: bool) -> None:
    assert Quiet().covers(time.fromisoformat(hour)) is quiet
    assert not Quiet().covers(time(7, 0))


def test_who_works_at_night_sleeps_by_day() -> None:
    by_day = Quiet(time(9, 0), time(16, 0))
    assert by_day.covers(time(12, 0))
    assert not by_day.covers(time(22, 0))
    assert by_day.end_after(_at("2026-11-21 10:00")) == _at("2026-11-21 16:00")


def test_the_same_time_twice_means_never() -> None:
    assert not any(Quiet(time(9, 0), time(9, 0)).covers(time(hour)) for hour in range(24))


@pytest.mark.parametrize(
    ("at", "end"),
    [
        ("2026-11-21 20:00", "2026-11-21 20:00"),
        ("2026-11-21 22:00", "2026-11-22 07:00"),
        ("2026-11-22 03:00", "2026-11-22 07:00"),
    ],
)
def test_it_ends_in_the_morning(at: str, end: str) -> None:
    assert Quiet().end_after(_at(at)) == _at(end)


@pytest.mark.parametrize(
    ("due", "starts", "told"),
    [
        ("2026-11-21 19:00", "2026-11-22 08:00", "2026-11-21 19:00"),
        ("2026-11-21 22:00", "2026-11-22 10:00", "2026-11-22 07:00"),
        ("2026-11-22 05:00", "2026-11-22 08:00", "2026-11-21 20:30"),
        ("2026-11-21 22:00", "2026-11-22 08:00", "2026-11-21 20:30"),
    ],
)
def test_what_falls_into_it_comes_in_the_morning_or_the_evening_before(
    due: str, starts: str, told: str
) -> None:
    assert considerate(_at(due), _at(starts), Quiet()) == _at(told)


def test_whatever_is_due_is_told_outside_of_it() -> None:
    starts = _at("2026-11-22 08:00")
    for minutes in range(30, 3000, 7):
        told = considerate(starts - timedelta(minutes=minutes), starts, Quiet())
        assert not Quiet().covers(told.time())
        assert told < starts
