"""Terms for programs."""

from typing import Any

from scheduler import clock
from scheduler.activities.models import SlotTemplate
from scheduler.activities.parts import Need, Question, ShareFacts, SlotFacts, facts_of
from scheduler.errors import Invalid
from scheduler.json_api import Api, ApiModel
from scheduler.parties.login import current_actor
from scheduler.terms import actions, queries
from scheduler.web import db_session

api = Api("terms_api", __name__)


class PartTerms(ApiModel):
    """The terms of a part; what is left out stays. Moments are minutes before it begins."""

    policy: str | None = None
    min_people: int | None = None
    target: int | None = None
    opens_before: int | None = None
    closes_before: int | None = None
    cancel_before: int | None = None
    offer_hours: int | None = None
    first_timers: int | None = None
    min_age: int | None = None
    max_age: int | None = None
    min_children: int | None = None
    briefing_id: int | None = None
    needs: list[dict[str, int]] | None = None
    shares: list[dict[str, int]] | None = None
    questions: list[dict[str, Any]] | None = None


_MAY_BE_EMPTY = {"target", "opens_before", "min_age", "max_age", "briefing_id"}


class PartTermsOut(ApiModel):
    """A part with its terms, and how many dates that are there already followed."""

    position: int
    name: str
    terms: PartTerms
    dates: int = 0


def _out(part: SlotTemplate, dates: int = 0) -> PartTermsOut:
    terms = PartTerms(**{name: getattr(part, name) for name in PartTerms.model_fields})
    return PartTermsOut(position=part.position, name=part.name, terms=terms, dates=dates)


@api.operation("GET /activities/<int:activity_id>/terms/<int:position>", PartTermsOut, scope="organise")
def read(activity_id: int, position: int) -> PartTermsOut:
    """Show the terms of a part to its organisers."""
    return _out(queries.find_organised_part(db_session(), current_actor(), activity_id, position))


@api.operation(
    "POST /activities/<int:activity_id>/terms/<int:position>", PartTermsOut, body=PartTerms, scope="organise"
)
def change(activity_id: int, position: int, body: PartTerms) -> PartTermsOut:
    """Change the terms of a part; dates to come follow."""
    actor = current_actor()
    part = queries.find_organised_part(db_session(), actor, activity_id, position)
    facts = _facts(part, body)
    dates = actions.set_part_terms(db_session(), part, facts, actor.person_id, clock.now())
    db_session().commit()
    return _out(part, dates)


def _facts(part: SlotTemplate, body: PartTerms) -> SlotFacts:
    sent = body.model_dump(exclude_unset=True)
    # Nothing is no number: only what may be empty can be emptied.
    typed = {name: value for name, value in sent.items() if value is not None or name in _MAY_BE_EMPTY}
    before = vars(facts_of(part))
    lists = {"needs": Need, "shares": ShareFacts, "questions": Question}
    for name, kind in lists.items():
        if typed.get(name) is not None:
            typed[name] = _listed(kind, typed[name])
    return SlotFacts(**{**before, **typed})


def _listed(kind: Any, rows: list[dict[str, Any]]) -> tuple[Any, ...]:
    try:
        return tuple(kind(**{name: _frozen(value) for name, value in row.items()}) for row in rows)
    except TypeError as error:
        raise Invalid("json_unreadable", detail=str(error)) from error


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
