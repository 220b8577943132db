"""What the leader ticks; shape only."""

from collections.abc import Mapping

from scheduler.attendance.actions import Tick
from scheduler.errors import Invalid
from scheduler.participation.models import Participation
from scheduler.web import Form


class AttendanceForm(Form):
    """The list is as long as the roster, so its fields are read by name; the form carries the token."""


def tick_of(row: Participation, typed: Mapping[str, str]) -> Tick:
    """Return what was ticked for one party; raise Invalid for what is no number.

    Minutes stay as they are where nobody is asked for them. "Everybody" is all who were to come and have no mark yet.
    """
    if "everybody" in typed and row.comes and row.came_people is None:
        return Tick(row.people, row.minutes_served)
    people = _number(typed.get(f"people-{row.id}", ""), row.people) if f"came-{row.id}" in typed else 0
    if not people:
        return Tick(0)
    minutes = f"minutes-{row.id}"
    return Tick(people, _number(typed[minutes], None) if minutes in typed else row.minutes_served)


def _number(typed: str, otherwise: int | None) -> int | None:
    if not typed.strip():
        return otherwise
    if not typed.strip().isdecimal() or len(typed) > 5:
        raise Invalid("numbers_out_of_range")
    return int(typed)
