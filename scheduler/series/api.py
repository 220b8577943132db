"""Sign-ups for many dates, for programs."""

from dataclasses import replace

from pydantic import Field

from scheduler import clock, words
from scheduler.activities.queries import find_activity
from scheduler.guarding import guard
from scheduler.json_api import Api, ApiModel
from scheduler.participation.actions import Stranger, is_told_by_mail
from scheduler.participation.signing import Company, Named, SignUp
from scheduler.parties.actions import PersonFacts
from scheduler.parties.login import current_actor
from scheduler.parties.queries import find_me
from scheduler.parties.shapes import LineStep, line_step
from scheduler.series import actions, queries
from scheduler.series.models import Series
from scheduler.web import db_session

api = Api("series_api", __name__)


class SeriesIn(ApiModel):
    """Which dates and who: every time but for some months, or the dates by their ids."""

    position: int = Field(ge=0, le=1000)
    every: bool = False
    months_off: list[int] = []
    dates: list[int] = []
    name: str = ""
    kana: str = ""
    email: str = ""
    phone: str = ""
    by_line: bool = False
    language: str = "ja"
    adults: list[str] = []
    children_months: list[int] = []
    children_grades: list[str] = []
    answers: dict[str, str] = {}
    clash_ok: bool = False


class DateLine(ApiModel):
    """One date of a series: the sign-up for it, or why there is none."""

    slot_id: int
    participation_id: int | None
    state: str


class SeriesOut(ApiModel):
    """A sign-up for many dates as its own person sees it.

    Without a token, by e-mail, `id` is null and no date is shown, whatever stands: the mailbox is told.
    """

    id: int | None
    every: bool
    months_off: list[int]
    unproven: bool
    ended: bool
    dates: list[DateLine]
    line: LineStep | None = None


def _out(
    series: Series, not_joined: tuple[actions.NotJoined, ...] = (), line: LineStep | None = None
) -> SeriesOut:
    rows = queries.rows_of(db_session(), series.id, clock.now())
    lines = [DateLine(slot_id=row.slot_id, participation_id=row.id, state=row.state) for row in rows]
    lines += [DateLine(slot_id=one.slot.id, participation_id=None, state=one.code) for one in not_joined]
    return SeriesOut(
        id=series.id,
        every=series.every,
        months_off=list(series.months_off),
        unproven=series.unproven,
        ended=not series.is_live,
        dates=lines,
        line=line,
    )


def _company(body: SeriesIn) -> Company:
    grades = tuple(Named(grade=grade) for grade in body.children_grades)
    return Company(tuple(body.adults), tuple(body.children_months), grades)


def _as_if_new(body: SeriesIn) -> SeriesOut:
    off = sorted(set(body.months_off))
    return SeriesOut(id=None, every=body.every, months_off=off, unproven=True, ended=False, dates=[])


@api.operation("POST /activities/<int:activity_id>/join", SeriesOut, body=SeriesIn, status=201)
def join(activity_id: int, body: SeriesIn) -> SeriesOut:
    """Sign up for many dates of an activity; the same again gets what stands."""
    actor, now = current_actor(), clock.now()
    activity = find_activity(db_session(), actor, activity_id)
    wish = actions.Wish(body.position, body.every, tuple(body.months_off), tuple(body.dates))
    yes = SignUp(0, company=_company(body), clash_ok=body.clash_ok, answers=body.answers)
    if actor.person_id is None:
        language = words.known_language(body.language)
        typed = {name: getattr(body, name) for name in ("name", "kana", "email", "phone", "by_line")}
        stranger = Stranger(PersonFacts(**typed, language=language))
        guard("join", *stranger.contacts)
        done = actions.join_as_stranger(db_session(), activity, wish, yes, now, stranger=stranger)
        if is_told_by_mail(stranger):
            db_session().commit()
            return _as_if_new(body)
    else:
        known = replace(yes, contact_id=find_me(db_session(), actor).id)
        done = actions.join(db_session(), activity, wish, known, now)
    step = line_step(done.series.contact, activity.organization, unproven=done.series.unproven)
    db_session().commit()
    return _out(done.series, done.not_joined, step)


@api.operation("GET /series/<int:series_id>", SeriesOut)
def series(series_id: int) -> SeriesOut:
    """Show one's own sign-up for many dates."""
    return _out(queries.find_own_series(db_session(), current_actor(), series_id))


class ProveSeriesIn(ApiModel):
    """Whether it counts although there is something else at the time of a date."""

    clash_ok: bool = False


@api.operation("POST /series/<int:series_id>/prove", SeriesOut, body=ProveSeriesIn)
def prove(series_id: int, body: ProveSeriesIn) -> SeriesOut:
    """Confirm the address for all dates; once more is the same."""
    found = queries.find_own_series(db_session(), current_actor(), series_id)
    actions.prove(db_session(), found, clock.now(), clash_ok=body.clash_ok)
    db_session().commit()
    return _out(found)


class MonthsIn(ApiModel):
    """The months in which one does not come, 1 to 12."""

    months_off: list[int]


@api.operation("POST /series/<int:series_id>/months", SeriesOut, body=MonthsIn)
def months(series_id: int, body: MonthsIn) -> SeriesOut:
    """Say in which months one does not come."""
    found = queries.find_own_series(db_session(), current_actor(), series_id)
    actions.set_months_off(db_session(), found, body.months_off, clock.now())
    db_session().commit()
    return _out(found)


@api.operation("POST /series/<int:series_id>/end", SeriesOut)
def end(series_id: int) -> SeriesOut:
    """End it; once more is the same."""
    actor = current_actor()
    found = queries.find_own_series(db_session(), actor, series_id)
    actions.end(db_session(), found, actor.person_id, clock.now())
    db_session().commit()
    return _out(found)
