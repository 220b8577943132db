"""What becomes of a delivery after a try."""

from datetime import timedelta

import pytest

from scheduler.notices.outcomes import Claimed, Outcome, after, is_resting
from tests.notices.make import NOON


def _claimed(tries: int = 0, deadline: timedelta | None = None) -> Claimed:
    deadline_at = NOON + deadline if deadline else None
    return Claimed(1, "one", 1, tries, deadline_at, "email", "x", NOON, NOON)


@pytest.mark.parametrize(("tries", "minutes"), [(0, 1), (1, 5), (2, 15), (3, 30), (4, 60), (40, 60)])
def test_not_now_is_tried_again_ever_more_rarely(tries: int, minutes: int) -> None:
    row = after(_claimed(tries), Outcome("not_now", 451), NOON)
    assert 0.8 <= (row["due_at"] - NOON) / timedelta(minutes=minutes) <= 1.2
    assert (row["state"], row["tries"], row["reason"]) == ("planned", tries + 1, "not_now")


def test_those_turned_away_together_do_not_come_back_together() -> None:
    due = {after(_claimed(), Outcome("not_now"), NOON)["due_at"] for _ in range(20)}
    assert len(due) > 10


def test_a_closed_way_costs_no_try() -> None:
    row = after(_claimed(2), Outcome("nobody_there"), NOON)
    assert (row["state"], row["tries"]) == ("planned", 2)
    assert row["due_at"] == NOON + timedelta(seconds=30)


def test_what_was_perhaps_sent_waits_five_minutes_for_its_repeat() -> None:
    row = after(_claimed(), Outcome("perhaps_sent"), NOON)
    assert (row["state"], row["reason"]) == ("planned", "perhaps_sent")
    assert row["due_at"] == NOON + timedelta(minutes=5)


def test_refused_for_good_is_dead_at_once() -> None:
    row = after(_claimed(), Outcome("refused", 550), NOON)
    assert (row["state"], row["reason"], row["tries"]) == ("dead", "refused", 1)


def test_a_retry_never_waits_beyond_the_deadline() -> None:
    row = after(_claimed(9, timedelta(minutes=10)), Outcome("not_now"), NOON)
    assert row["due_at"] == NOON + timedelta(minutes=10)


@pytest.mark.parametrize(("seconds", "rests"), [(0, True), (29, True), (30, False)])
def test_a_closed_way_is_left_alone_for_half_a_minute(seconds: int, rests: bool) -> None:
    assert is_resting("nobody_there", NOON, NOON + timedelta(seconds=seconds)) is rests


def test_a_way_that_answers_is_open() -> None:
    assert not is_resting("not_now", NOON, NOON)
