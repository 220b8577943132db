"""The desk, for programs."""

from datetime import datetime

from scheduler import clock
from scheduler.board.homes import say_no, take_back
from scheduler.board.queries import find_date_to_enter
from scheduler.desk.queries import find_desk
from scheduler.desk.tasks import Task
from scheduler.json_api import Api, ApiModel
from scheduler.participation.guards import what_clashes
from scheduler.parties.login import current_actor
from scheduler.parties.queries import find_enterable_household
from scheduler.web import db_session, settings

api = Api("desk_api", __name__)


class TaskOut(ApiModel):
    """One thing to do: a code, whose it is, until when, what it is about, and how many people it concerns.

    `change_id` is the change of which they have to be told, where it is one.
    """

    what: str
    body: str
    due_at: datetime | None
    date_id: int | None
    activity_id: int | None
    change_id: int | None
    count: int
    urgent: bool


class DeskOut(ApiModel):
    """What there is to do, the most pressing first."""

    tasks: list[TaskOut]


@api.operation("GET /desk", DeskOut, scope="organise")
def desk() -> DeskOut:
    """Return what there is to do for the bodies that the caller organises."""
    has_server = settings().mail_leaves
    found = find_desk(db_session(), current_actor(), clock.now(), has_mail_server=has_server)
    return DeskOut(tasks=[_out(task) for task in found.tasks])


class HomeNoIn(ApiModel):
    """That nobody of a home comes; or, with `back`, that this was a mistake of the last half hour.

    `say_so` says that the home has said so: a block leader needs it where that ends a sign-up for another body's date.
    """

    back: bool = False
    say_so: bool = False


class ClashOut(ApiModel):
    """A sign-up that stands again while its contact has signed up for something else at that time, by its title."""

    sign_up_id: int
    what: str


class HomeNoOut(ApiModel):
    """Whether a home stands as not coming now.

    Where that was taken back: which sign-ups wait, as their place has gone meanwhile, and which clash with others.
    """

    stays_away: bool
    waiting: list[int] = []
    clashes: list[ClashOut] = []


@api.operation(
    "POST /dates/<int:occurrence_id>/homes/<int:household_id>", HomeNoOut, body=HomeNoIn, scope="organise"
)
def stay_away(occurrence_id: int, household_id: int, body: HomeNoIn) -> HomeNoOut:
    """Enter that nobody of a home comes: all of its sign-ups end. Or take that back."""
    session, actor = db_session(), current_actor()
    occurrence = find_date_to_enter(session, actor, occurrence_id)
    home = find_enterable_household(session, actor, occurrence.activity.organization, household_id)
    if not body.back:
        say_no(session, occurrence, home, actor, clock.now(), say_so=body.say_so)
        session.commit()
        return HomeNoOut(stays_away=True)
    back = take_back(session, occurrence, home, actor, clock.now())
    session.commit()
    clashes = [ClashOut(sign_up_id=row.id, what=what_clashes(other)) for row, other in back.clashes]
    return HomeNoOut(stays_away=False, waiting=[row.id for row in back.lost], clashes=clashes)


def _out(task: Task) -> TaskOut:
    return TaskOut(
        what=task.what,
        body=task.body.slug,
        due_at=task.due_at,
        date_id=task.occurrence.id if task.occurrence else None,
        activity_id=task.activity.id if task.activity else None,
        change_id=task.change_id or None,
        count=task.count,
        urgent=task.urgent,
    )
