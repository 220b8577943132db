"""The dates to come that fit a wish, and what can be wished for; read-only, and of public dates alone."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, String, and_, cast, exists, func, or_, select
from sqlalchemy.orm import Session, aliased, contains_eager

from scheduler.activities.codes import GROWN_UP
from scheduler.activities.former import former_starts
from scheduler.activities.models import TAKES_SIGN_UPS, Activity, Occurrence, Slot, Tag
from scheduler.activities.plans import HORIZON
from scheduler.activities.queries import DateLine, ahead, lines_of, youngest_in
from scheduler.activities.tags import CALLED, tags_in_use
from scheduler.activities.wishes import Wish, span_of, spans_of_days
from scheduler.parties.models import Organization

# Weeks and months are those of the town.
HOME_ZONE = ZoneInfo("Asia/Tokyo")


def dates_for(
    session: Session, wish: Wish, now: datetime, page: int, size: int
) -> tuple[list[DateLine], bool]:
    """Return a page of the dates that fit a wish, the next first, and whether more come after it."""
    wanted = _narrowed(ahead(now), wish, now).limit(size + 1).offset((page - 1) * size)
    lines = lines_of(session, wanted)
    return lines[:size], len(lines) > size


def count_for(session: Session, wish: Wish, now: datetime) -> int:
    """Return how many dates fit a wish."""
    found = _narrowed(ahead(now), wish, now).with_only_columns(Occurrence.id).order_by(None)
    return session.scalar(select(func.count()).select_from(found.subquery())) or 0


def dates_between(session: Session, wish: Wish, now: datetime, first: date, last: date) -> list[DateLine]:
    """Return the dates that fit a wish and begin on these days."""
    return lines_of(session, _narrowed(ahead(now), wish, now).where(_on_days(first, last)))


def moved_away(
    session: Session, wish: Wish, now: datetime, first: date, last: date
) -> dict[date, list[DateLine]]:
    """Return by each day where they were once announced the dates that fit a wish and are on another day now."""
    former = former_starts(session, _midnight(first), _midnight(last + timedelta(days=1)), now)
    days: dict[int, set[date]] = {}
    for number, at in former:
        days.setdefault(number, set()).add(at.astimezone(HOME_ZONE).date())
    by_day: dict[date, list[DateLine]] = {}
    for line in lines_of(session, _narrowed(ahead(now), wish, now).where(Occurrence.id.in_(days))):
        for day in days[line.occurrence.id] - {line.starts.date()}:
            if line.occurrence.takes_place:
                by_day.setdefault(day, []).append(line)
    return by_day


@dataclass(frozen=True)
class Choices:
    """What can be chosen of all that is posted: an activity for every place, the bodies, the programmes."""

    places: list[Activity]
    bodies: list[Organization]
    tags: list[Tag]


def choices(session: Session) -> Choices:
    """Return the places, the bodies and the programmes that can be chosen, each once."""
    wanted = (
        select(Activity)
        .join(Activity.organization)
        .where(Activity.state == "published")
        .options(contains_eager(Activity.organization))
        .order_by(Activity.place, Organization.name, Activity.id)
    )
    posted = session.scalars(wanted).all()
    bodies = {activity.organization_id: activity.organization for activity in posted}
    return Choices(
        list({activity.place: activity for activity in reversed(posted)}.values())[::-1],
        sorted(bodies.values(), key=lambda body: (body.name, body.id)),
        tags_in_use(session),
    )


def _narrowed(wanted: Select[Any], wish: Wish, now: datetime) -> Select[Any]:
    today = now.astimezone(HOME_ZONE).date()
    found = wanted.where(*_when(wish, today), *_where_and_what(wish))
    return found.where(_has_part(wish)) if wish.about_parts else found


def _when(wish: Wish, today: date) -> list[ColumnElement[bool]]:
    conditions = [_on_days(*span_of(wish.when, today))] if wish.when else []
    if wish.days:
        first, last = span_of(wish.when, today) if wish.when else (today, today + HORIZON)
        spans = [_on_days(*span) for span in spans_of_days(wish.days, first, last)]
        conditions.append(or_(*spans) if spans else Occurrence.id < 0)
    return conditions


def _on_days(first: date, last: date) -> ColumnElement[bool]:
    begins, ends = _midnight(first), _midnight(last + timedelta(days=1))
    return and_(Occurrence.starts_at >= begins, Occurrence.starts_at < ends)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), HOME_ZONE)


def _where_and_what(wish: Wish) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wish.place:
        conditions.append(func.coalesce(Occurrence.own_place, Activity.place) == wish.place)
    if wish.body:
        conditions.append(Organization.slug == wish.body)
    if wish.tag:
        conditions.append(Activity.tags.any(Tag.slug == wish.tag))
    for word in wish.words.split():
        conditions.append(or_(*(column.icontains(word, autoescape=True) for column in _READ), _in_tags(word)))
    return conditions


def _in_tags(word: str) -> ColumnElement[bool]:
    """Say whether a word stands in what some programme of an activity is called, in any language."""
    known = [slug for slug, names in CALLED.items() if word.casefold() in names]
    own = Tag.name.icontains(word, autoescape=True)
    return Activity.tags.any(or_(own, Tag.slug.in_(known)))


_READ = (
    Activity.title,
    Activity.title_en,
    Activity.summary,
    Activity.summary_en,
    Activity.place,
    Activity.place_en,
    Activity.address,
    Activity.address_en,
    Organization.name,
    Organization.name_en,
)


def _has_part(wish: Wish) -> ColumnElement[bool]:
    part = aliased(Slot)
    fits = [part.occurrence_id == Occurrence.id]
    if wish.age:
        # Who is older than a part is meant for may come along with a smaller one; a search is for each.
        years = [int(age) for age in wish.age]
        fits.append(youngest_in(part) <= min(years))
        fits.append(func.coalesce(part.max_age, GROWN_UP) >= max(years))
    if wish.minutes:
        fits.append(part.minutes <= wish.minutes)
    if wish.free:
        fits += [part.taken + part.reserved < part.places, Occurrence.state.in_(TAKES_SIGN_UPS)]
    for code in wish.ease:
        burden = cast(part.burden, String).contains(f'"{code.removeprefix("not_")}"', autoescape=True)
        fits.append(~burden if code.startswith("not_") else burden)
    return exists().where(*fits)
