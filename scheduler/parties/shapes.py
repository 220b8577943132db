"""What programs are told of how somebody is reached."""

from scheduler import clock
from scheduler.json_api import ApiModel
from scheduler.parties.connecting import next_step
from scheduler.parties.models import Organization, Person
from scheduler.web import db_session


class LineStep(ApiModel):
    """What to send from LINE, to which account: who signed up with LINE alone keeps the place by this."""

    basic_id: str
    code: str


def line_step(person: Person, body: Organization, *, unproven: bool) -> LineStep | None:
    """Make the code for somebody who has just signed up with LINE alone; the caller commits."""
    step = next_step(db_session(), person, body, clock.now(), unproven=unproven)
    return LineStep(basic_id=step.basic_id, code=step.code) if step is not None else None
