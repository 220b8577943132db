"""How one is told, for programs."""

from pydantic import Field

from scheduler import clock
from scheduler.activities.queries import find_organised_occurrence
from scheduler.errors import NotFound
from scheduler.json_api import Api, ApiModel
from scheduler.notices.models import ContactPoint
from scheduler.parties.access import SESSION
from scheduler.parties.login import current_actor
from scheduler.parties.queries import find_me
from scheduler.reach import coming, subscriptions, ways
from scheduler.reach.news import news_about, news_of_change
from scheduler.reach.reached import (
    Round,
    dates_of_change,
    find_change_round,
    find_organised_change,
    find_round,
    tick_off,
    tick_one,
)
from scheduler.reach.told import Told
from scheduler.reach.wishes import want, wishes
from scheduler.web import db_session, settings

api = Api("reach_api", __name__)


class ChannelIn(ApiModel):
    """What to do with one way: `first`, `off`, `on`, `plain`, `rich` or `test`; `point` is its key."""

    point: str
    verb: str


class ChannelOut(ApiModel):
    """One way on which the person is told; the first that is on is used."""

    key: str
    channel: str
    address: str
    is_on: bool
    off_reason: str
    plain: bool


class ChannelsOut(ApiModel):
    """All ways, in order."""

    channels: list[ChannelOut]


class PushIn(ApiModel):
    """A browser's subscription, as its PushManager gives it."""

    endpoint: str
    p256dh: str
    auth: str
    device: str = ""


class WishesIn(ApiModel):
    """Which notices are wanted, and how many minutes before a date one more, if any."""

    kinds: list[str] = []
    own_minutes: int | None = None


class WishesOut(ApiModel):
    """Which notices are wanted, and how many minutes before a date one more, if any."""

    kinds: list[str]
    own_minutes: int | None


def _channel(point: ContactPoint) -> ChannelOut:
    return ChannelOut(
        key=point.key,
        channel=point.channel,
        # The others are keys of a device or a chat, of use to the service alone.
        address=point.address if point.channel in {"email", "sms", "phone"} else "",
        is_on=point.is_live,
        off_reason=point.off_reason,
        plain=bool(point.facts.get("plain")),
    )


def _channels() -> ChannelsOut:
    me = find_me(db_session(), current_actor())
    return ChannelsOut(
        channels=[_channel(point) for point in ways.current_points(db_session(), me, clock.now())]
    )


@api.operation("GET /me/channels", ChannelsOut, scope="read")
def own_channels() -> ApiModel:
    """List the ways on which one is told, in order."""
    return _channels()


@api.operation("POST /me/channels", ChannelsOut, body=ChannelIn, scope=SESSION)
def change_channel(body: ChannelIn) -> ApiModel:
    """Change one of the ways on which one is told."""
    me = find_me(db_session(), current_actor())
    ways.change(db_session(), me, body.point, body.verb, clock.now())
    db_session().commit()
    return _channels()


@api.operation("POST /me/sms", ChannelsOut, scope=SESSION)
def add_sms() -> ApiModel:
    """Be told by SMS on the telephone that is known; 404 where the service has no gateway."""
    if not settings().has_sms:
        raise NotFound
    ways.add_sms(db_session(), find_me(db_session(), current_actor()), clock.now())
    db_session().commit()
    return _channels()


def _wishes(person_id: int) -> WishesOut:
    wanted = wishes(db_session(), person_id)
    return WishesOut(kinds=list(wanted.kinds), own_minutes=wanted.own_minutes)


@api.operation("GET /me/wishes", WishesOut, scope="read")
def own_wishes() -> ApiModel:
    """Say which notices one wants."""
    return _wishes(find_me(db_session(), current_actor()).id)


@api.operation("PUT /me/wishes", WishesOut, body=WishesIn, scope="sign_up")
def choose_notices(body: WishesIn) -> ApiModel:
    """Choose which notices one wants, and when one more."""
    me = find_me(db_session(), current_actor())
    want(db_session(), me.id, body.kinds, body.own_minutes, now=clock.now())
    db_session().commit()
    return _wishes(me.id)


@api.operation("POST /me/push", ChannelsOut, body=PushIn, scope=SESSION)
def subscribe(body: PushIn) -> ApiModel:
    """Let a browser show one's notices."""
    me = find_me(db_session(), current_actor())
    typed = subscriptions.Subscription(**body.model_dump())
    subscriptions.subscribe(db_session(), me, typed, clock.now())
    db_session().commit()
    return _channels()


class ToldOut(ApiModel):
    """How far the newest word about a date has come for one person: reached, waiting, by_hand or missed.

    `kept` is mail that is only in the outbox's folder, as the service has no mail server.
    """

    delivery_id: int
    name: str
    group: str
    channel: str
    reason: str


class ReachedOut(ApiModel):
    """Everybody who comes and has been written to, in walking order."""

    people: list[ToldOut]


class ToldIn(ApiModel):
    """The deliveries that somebody has told themselves; those that were ticked off by mistake in the last half hour."""

    delivery_ids: list[int] = Field(max_length=5000)
    mistaken_ids: list[int] = Field(default=[], max_length=50)


def _reached(rows: list[Told]) -> ReachedOut:
    return ReachedOut(
        people=[
            ToldOut(
                delivery_id=row.delivery_id,
                name=row.person.name,
                group=row.group,
                channel=row.channel,
                reason=row.reason,
            )
            for row in rows
        ]
    )


@api.operation("GET /dates/<int:occurrence_id>/reached", ReachedOut, scope="organise")
def reached(occurrence_id: int) -> ApiModel:
    """List whom the latest news of a date has reached: a decision, a change or a message; for its organisers."""
    occurrence = find_organised_occurrence(db_session(), current_actor(), occurrence_id)
    news = news_about(db_session(), occurrence, has_mail_server=settings().mail_leaves)
    return _reached(news.rows if news else [])


@api.operation("POST /dates/<int:occurrence_id>/reached", ReachedOut, body=ToldIn, scope="organise")
def tick(occurrence_id: int, body: ToldIn) -> ApiModel:
    """Write down who was told by hand; return what is left of the list."""
    _tick(find_round(db_session(), current_actor(), occurrence_id), body)
    return _reached(find_round(db_session(), current_actor(), occurrence_id).rows)


def _tick(found: Round, body: ToldIn) -> None:
    by_id, session, now = current_actor().person_id, db_session(), clock.now()
    assert by_id is not None
    tick_off(session, found, body.delivery_ids, by_id, now)
    for number in body.mistaken_ids:
        tick_one(session, found, number, by_id, now, told=False)
    session.commit()


@api.operation("GET /changes/<int:edit_id>/reached", ReachedOut, scope="organise")
def change_reached(edit_id: int) -> ApiModel:
    """List whom the latest news of a change has reached, whichever of its dates they come to; for its organisers."""
    activity = find_organised_change(db_session(), current_actor(), edit_id)
    dates = dates_of_change(db_session(), activity.id, edit_id)
    news = news_of_change(db_session(), dates, edit_id, has_mail_server=settings().mail_leaves)
    return _reached(news.rows if news else [])


@api.operation("POST /changes/<int:edit_id>/reached", ReachedOut, body=ToldIn, scope="organise")
def tick_change(edit_id: int, body: ToldIn) -> ApiModel:
    """Write down who was told of a change by hand; return what is left of the list."""
    _tick(find_change_round(db_session(), current_actor(), edit_id), body)
    return _reached(find_change_round(db_session(), current_actor(), edit_id).rows)


class AskedOut(ApiModel):
    """How many people are asked now who were not asked before."""

    asked: int


class ComingIn(ApiModel):
    """Whether one still comes: yes, late or cannot."""

    answer: str


@api.operation("POST /dates/<int:occurrence_id>/ask", AskedOut, scope="organise")
def ask(occurrence_id: int) -> ApiModel:
    """Ask everybody who comes to a date whether they still do."""
    actor = current_actor()
    occurrence = find_organised_occurrence(db_session(), actor, occurrence_id)
    asked = coming.ask(db_session(), occurrence, actor.person_id, clock.now())
    db_session().commit()
    return AskedOut(asked=asked)


@api.operation("POST /dates/<int:occurrence_id>/coming", ComingIn, body=ComingIn, scope="sign_up")
def answer(occurrence_id: int, body: ComingIn) -> ApiModel:
    """Answer whether one still comes; who cannot has withdrawn by that."""
    actor = current_actor()
    occurrence, me = coming.find_own_date(db_session(), actor, occurrence_id), find_me(db_session(), actor)
    coming.answer(db_session(), occurrence, me.id, body.answer, clock.now())
    db_session().commit()
    return body
