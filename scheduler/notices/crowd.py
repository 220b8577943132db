"""What a claim asks of the database once for all whom it concerns, instead of once for each of them.

Whoever reads something of one person says here how to read it of many. Outside of a claim nothing is remembered.
"""

from collections.abc import Callable, Collection, Hashable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

from sqlalchemy.orm import Session

from scheduler.db import rows_held

_CROWD = "crowd"
_T = TypeVar("_T")


@dataclass
class _Crowd:
    """Whom a claim concerns, and what is known of them by now."""

    people: frozenset[int]
    known: dict[Hashable, Any] = field(default_factory=dict)


@contextmanager
def crowd(session: Session, people: Collection[int]) -> Iterator[None]:
    """Remember, until the end of the block, what is asked of these people; only their deliveries may change in it."""
    session.info[_CROWD] = _Crowd(frozenset(people))
    try:
        with rows_held(session):
            yield
    finally:
        del session.info[_CROWD]


def once(session: Session, what: Hashable, ask: Callable[[], _T]) -> _T:
    """Return what `ask` returns, asked once in a claim."""
    here: _Crowd | None = session.info.get(_CROWD)
    if here is None:
        return ask()
    if what not in here.known:
        here.known[what] = ask()
    known: _T = here.known[what]
    return known


def of_person(
    session: Session, what: Hashable, person_id: int, ask: Callable[[Collection[int]], Mapping[int, _T]]
) -> _T | None:
    """Return what `ask` finds of one person; in a claim it is asked once, of all whom the claim concerns."""
    here: _Crowd | None = session.info.get(_CROWD)
    if here is None or person_id not in here.people:
        return ask([person_id]).get(person_id)
    return once(session, what, lambda: ask(here.people)).get(person_id)


def forget(session: Session, what: Hashable) -> None:
    """Ask anew the next time: it has changed."""
    here: _Crowd | None = session.info.get(_CROWD)
    if here is not None:
        here.known.pop(what, None)
