"""Secret feeds for programs: which there are, a new address, closed ones, and when they ring."""

from pydantic import Field

from scheduler import clock
from scheduler.activities.parts import SlotFacts
from scheduler.calendars import actions, importing, queries
from scheduler.calendars.importing import Step, Taking
from scheduler.calendars.reading import read
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


class ImportIn(ApiModel):
    """A calendar as text; `take` takes it over, else it is only told what would become of it."""

    calendar: str = Field(max_length=900_000)
    take: bool = False
    part: str = Field("参加", max_length=120)
    places: int = Field(20, ge=1, le=5000)


class StepOut(ApiModel):
    """What becomes of one entry: new, changed, same, past, off, by_hand, unreadable."""

    kind: str
    uid: str
    title: str
    problem: str


class StepsOut(ApiModel):
    """What becomes of each entry."""

    steps: list[StepOut]


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


@api.operation("POST /organizations/<slug>/import", StepsOut, body=ImportIn, scope="organise")
def take_over(slug: str, body: ImportIn) -> StepsOut:
    """Take a body's own calendar over, or tell what would become of it."""
    session, actor, now = db_session(), current_actor(), clock.now()
    found = find_organised_body(session, actor, slug)
    entries = read(body.calendar.replace("\0", "").encode("utf-8", "replace"))
    if body.take:
        part = SlotFacts(body.part, body.places)
        steps = importing.take(session, Taking(found.id, actor.person_id, now, part), entries)
        session.commit()
    else:
        steps = importing.plan(session, found.id, entries, now)
    return StepsOut(steps=[_step_out(step) for step in steps])


def _step_out(step: Step) -> StepOut:
    return StepOut(kind=step.kind, uid=step.entry.uid, title=step.entry.title, problem=step.entry.problem)
