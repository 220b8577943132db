"""Ticking who came, for programs."""

from scheduler import clock
from scheduler.activities.queries import find_organised_occurrence
from scheduler.attendance import actions
from scheduler.errors import NotFound
from scheduler.json_api import Api, ApiModel
from scheduler.participation.queries import roster
from scheduler.parties.login import current_actor
from scheduler.web import db_session

api = Api("attendance_api", __name__)


class TickIn(ApiModel):
    """How many of a party came; minutes where they differ from the slot's."""

    participation_id: int
    people: int
    minutes: int | None = None


class AttendanceIn(ApiModel):
    """What the leader saw; who is not named stays as it was."""

    ticks: list[TickIn]


class AttendanceOut(ApiModel):
    """How many entries changed, and how many people came in all."""

    changed: int
    came: int


@api.operation(
    "PUT /dates/<int:occurrence_id>/attendance", AttendanceOut, body=AttendanceIn, scope="organise"
)
def tick(occurrence_id: int, body: AttendanceIn) -> AttendanceOut:
    """Write down who came; the same again changes nothing."""
    actor = current_actor()
    occurrence = find_organised_occurrence(db_session(), actor, occurrence_id)
    rows = {row.id: row for row in roster(db_session(), occurrence.id)}
    if actor.person_id is None or not {line.participation_id for line in body.ticks} <= rows.keys():
        raise NotFound
    ticks = [(rows[line.participation_id], actions.Tick(line.people, line.minutes)) for line in body.ticks]
    changed = actions.record_attendance(db_session(), occurrence, ticks, actor.person_id, clock.now())
    db_session().commit()
    return AttendanceOut(changed=changed, came=sum(row.came_people or 0 for row in rows.values()))
