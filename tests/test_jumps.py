"""A clock that jumps ahead is not believed at once."""

from datetime import timedelta

from scheduler.jumps import Jumps
from tests.conftest import NOW


def _held(jumps: Jumps, wall_minutes: float, up_minutes: float) -> bool:
    return jumps.hold(NOW + timedelta(minutes=wall_minutes), up_minutes * 60)


def test_while_both_clocks_go_on_nothing_is_held() -> None:
    jumps = Jumps()
    assert [_held(jumps, minute, minute) for minute in (0, 1, 5, 600)] == [False] * 4


def test_an_hour_ahead_is_held_for_a_minute_and_then_believed() -> None:
    jumps = Jumps()
    _held(jumps, 0, 0)
    assert [_held(jumps, 60 + minute, minute) for minute in (0.1, 0.5, 1, 1.2)] == [True, True, True, False]


def test_put_right_within_that_minute_nothing_is_held_any_more() -> None:
    jumps = Jumps()
    _held(jumps, 0, 0)
    assert _held(jumps, 60.1, 0.1)
    assert not _held(jumps, 0.5, 0.5)


def test_an_hour_back_holds_nothing() -> None:
    jumps = Jumps()
    _held(jumps, 0, 0)
    assert not _held(jumps, -60, 0.1)


def test_a_host_that_slept_for_a_night_is_believed() -> None:
    jumps = Jumps()
    _held(jumps, 0, 0)
    assert not _held(jumps, 8 * 60, 8 * 60)
