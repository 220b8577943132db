"""Who may be one person written down twice; read-only. Nobody is merged by a likeness alone."""

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import Session, aliased

from scheduler.parties.models import Person

_Other = aliased(Person)


def _alike() -> ColumnElement[bool]:
    # The same reading, and one way to reach them or one home. NULL equals nothing, so what is unknown is not alike.
    shared = or_(
        Person.email_key == _Other.email_key,
        Person.phone_key == _Other.phone_key,
        Person.household_id == _Other.household_id,
    )
    still_there = and_(Person.merged_into_id.is_(None), _Other.merged_into_id.is_(None))
    return and_(Person.kana_key == _Other.kana_key, Person.id != _Other.id, shared, still_there)


def look_alikes(session: Session, person: Person) -> list[Person]:
    """Return the other rows that may be this person, the oldest first."""
    wanted = select(_Other).join(Person, _alike()).where(Person.id == person.id)
    return list(session.scalars(wanted.order_by(_Other.id)))


def look_alikes_of_body(session: Session, people: Select[tuple[int]]) -> list[tuple[Person, Person]]:
    """Return each pair among these people (ids that a body knows) that may be one person, the older row first."""
    wanted = select(Person, _Other).join(_Other, _alike()).where(Person.id < _Other.id)
    both = wanted.where(Person.id.in_(people), _Other.id.in_(people))
    rows = session.execute(both.order_by(Person.kana_key, Person.id, _Other.id))
    return [(one, other) for one, other in rows]
