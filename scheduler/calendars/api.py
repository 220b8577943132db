"""Secret feeds for programs: which there are, a new address, closed ones, and when they ring."""

from pydantic import Field

from scheduler import clock
from scheduler.calendars import actions, queries
from scheduler.errors import Invalid
from scheduler.json_api import Api, ApiModel
from scheduler.parties.login import current_actor
from scheduler.parties.queries import find_me, find_organised_body
from scheduler.web import db_session, settings

api = Api("calendars_api", __name__)


class CalendarIn(ApiModel):
    """Which calendar: `feed` (own sign-ups), `open` (parts one could take), or `body` with the body's address."""

    purpose: str = "feed"
    organization: str = ""


class AlarmIn(CalendarIn):
    """How many minutes before each date it rings: 60, 180, 1440, or null for not at all."""

    minutes: int | None = Field(None, ge=0, le=10_000)


class CalendarOut(ApiModel):
    """A calendar with a secret address; the address itself is known only when it is made."""

    purpose: str
    alarm_minutes: int | None


class CalendarsOut(ApiModel):
    """The calendars whose addresses still open something."""

    calendars: list[CalendarOut]


class AddressOut(ApiModel):
    """A new secret address, told this once."""

    url: str


def _person_and_purpose(body: CalendarIn) -> tuple[int, str]:
    actor = current_actor()
    me = find_me(db_session(), actor)
    if body.purpose == "body":
        return me.id, f"{queries.BODY}{find_organised_body(db_session(), actor, body.organization).id}"
    if body.purpose not in {queries.OWN, queries.OPEN}:
        raise Invalid("choice_unknown")
    return me.id, body.purpose


def _calendars(person_id: int) -> CalendarsOut:
    session = db_session()
    live = queries.live_feeds(session, person_id)
    shown = [
        CalendarOut(purpose=name, alarm_minutes=queries.alarm_of(session, row.id))
        for name, row in live.items()
    ]
    return CalendarsOut(calendars=shown)


@api.operation("GET /me/calendars", CalendarsOut)
def calendars() -> CalendarsOut:
    """Show which secret calendars one has."""
    return _calendars(find_me(db_session(), current_actor()).id)


@api.operation("POST /me/calendars", AddressOut, body=CalendarIn, status=201)
def renew(body: CalendarIn) -> AddressOut:
    """Make a secret address; the one before is closed."""
    person_id, purpose = _person_and_purpose(body)
    token = actions.renew(db_session(), person_id, purpose, clock.now())
    db_session().commit()
    return AddressOut(url=f"{settings().address}/calendars/{token}.ics")


@api.operation("POST /me/calendars/close", CalendarsOut, body=CalendarIn)
def close(body: CalendarIn) -> CalendarsOut:
    """Close a secret address."""
    person_id, purpose = _person_and_purpose(body)
    actions.close(db_session(), person_id, purpose, clock.now())
    db_session().commit()
    return _calendars(person_id)


@api.operation("POST /me/calendars/alarm", CalendarsOut, body=AlarmIn)
def alarm(body: AlarmIn) -> CalendarsOut:
    """Choose how long before each date a calendar rings."""
    person_id, purpose = _person_and_purpose(body)
    actions.choose_alarm(db_session(), person_id, purpose, body.minutes)
    db_session().commit()
    return _calendars(person_id)
