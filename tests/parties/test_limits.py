"""My measure, as tables: what somebody is not asked for, and when nobody is disturbed."""

from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.parties.limits import Ask, Limits, is_quiet, limits_of, quiet_until, stored, why_not

SUNDAY = Ask(datetime.fromisoformat("2026-11-22 08:00"), minutes=120)
# Domain E15: twice a month, no heavy work, not before nine.
CHIYO = Limits(times_a_month=2, no_heavy=True, not_before=time(9))

ASKS: list[tuple[Limits, dict[str, Any], str | None]] = [
    (Limits(), {"confirmed": 30, "asked": 30, "minutes": 900, "burden": ("heavy",)}, None),
    (CHIYO, {}, "too_early"),
    (CHIYO, {"starts": SUNDAY.starts.replace(hour=9)}, None),
    (CHIYO, {"starts": SUNDAY.starts.replace(hour=9), "burden": ("standing", "heavy")}, "too_heavy"),
    (CHIYO, {"starts": SUNDAY.starts.replace(hour=9), "burden": ("standing",)}, None),
    (Limits(times_a_month=2), {"confirmed": 1}, None),
    (Limits(times_a_month=2), {"confirmed": 2}, "times_a_month"),
    (Limits(times_a_month=2), {"asked": 2}, "times_a_month"),
    (Limits(times_a_month=2), {"confirmed": 1, "asked": 1}, "times_a_month"),
    (Limits(times_a_month=0), {}, "times_a_month"),
    (Limits(max_minutes=120), {}, None),
    (Limits(max_minutes=119), {}, "too_long"),
    (Limits(not_before=time(8)), {}, None),
    (Limits(not_after=time(10)), {}, None),
    (Limits(not_after=time(9, 59)), {}, "too_late"),
    (Limits(not_after=time(23)), {"starts": SUNDAY.starts.replace(hour=23), "minutes": 90}, "too_late"),
    (Limits(not_after=time(23)), {"minutes": 24 * 60}, "too_late"),
    (Limits(times_a_month=0, max_minutes=1, no_heavy=True), {"burden": ("heavy",)}, "times_a_month"),
]


@pytest.mark.parametrize(("limits", "asked", "code"), ASKS)
def test_nobody_is_asked_beyond_their_limits(limits: Limits, asked: dict[str, Any], code: str | None) -> None:
    assert why_not(limits, replace(SUNDAY, **asked)) == code


NIGHT, NAP, NEVER = Limits(), Limits(quiet_from=time(13), quiet_until=time(15)), time(12)
MOMENTS = [
    (NIGHT, "2026-11-21 20:59", "2026-11-21 20:59"),
    (NIGHT, "2026-11-21 21:00", "2026-11-22 07:00"),
    (NIGHT, "2026-11-21 23:59:59.999999", "2026-11-22 07:00"),
    (NIGHT, "2026-11-22 00:00", "2026-11-22 07:00"),
    (NIGHT, "2026-11-22 06:59:59", "2026-11-22 07:00"),
    (NIGHT, "2026-11-22 07:00", "2026-11-22 07:00"),
    (NIGHT, "2026-12-31 22:00", "2027-01-01 07:00"),
    (NAP, "2026-11-22 12:59", "2026-11-22 12:59"),
    (NAP, "2026-11-22 13:00", "2026-11-22 15:00"),
    (NAP, "2026-11-22 22:00", "2026-11-22 22:00"),
    (Limits(quiet_from=NEVER, quiet_until=NEVER), "2026-11-22 12:00", "2026-11-22 12:00"),
    (Limits(quiet_from=time(0), quiet_until=time(8)), "2026-11-22 00:00", "2026-11-22 08:00"),
    (Limits(quiet_from=time(20), quiet_until=time(0)), "2026-11-22 20:00", "2026-11-23 00:00"),
]


@pytest.mark.parametrize(("limits", "at", "then"), MOMENTS)
def test_nothing_arrives_in_quiet_hours(limits: Limits, at: str, then: str) -> None:
    assert quiet_until(limits, datetime.fromisoformat(at)) == datetime.fromisoformat(then)


def test_the_hour_that_comes_twice_leads_never_back() -> None:
    second = datetime(2026, 10, 25, 2, 10, tzinfo=ZoneInfo("Europe/Berlin"), fold=1)
    then = quiet_until(Limits(quiet_until=time(2, 30)), second)
    assert then.timestamp() - second.timestamp() == 20 * 60


clocks = st.times().map(lambda at: at.replace(second=0, microsecond=0))
limits_ = st.builds(
    Limits,
    times_a_month=st.none() | st.integers(0, 31),
    max_minutes=st.none() | st.integers(15, 1440),
    no_heavy=st.booleans(),
    not_before=st.none() | clocks,
    not_after=st.none() | clocks,
    quiet_from=clocks,
    quiet_until=clocks,
)


@given(limits_, st.datetimes(datetime.fromisoformat("2026-01-01"), datetime.fromisoformat("2027-01-01")))
def test_one_waits_until_the_first_moment_that_is_not_quiet(limits: Limits, at: datetime) -> None:
    then = quiet_until(limits, at)
    assert at <= then < at + timedelta(days=1)
    assert not is_quiet(limits, then.time())
    assert quiet_until(limits, then) == then
    assert then == at or all(is_quiet(limits, (at + (then - at) * part / 7).time()) for part in range(7))


@given(limits_)
def test_what_is_stored_reads_as_it_was(limits: Limits) -> None:
    assert limits_of(stored(limits)) == limits


def test_only_what_somebody_has_chosen_is_stored() -> None:
    assert stored(Limits()) == {}
    assert stored(CHIYO) == {"times_a_month": 2, "no_heavy": True, "not_before": "09:00"}
    assert limits_of({"times_a_month": 2, "used_to_be": 1}) == Limits(times_a_month=2)
