"""A body's own words in the letters about its dates, below the facts."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, cast

from sqlalchemy.orm import Session

from scheduler.notices.crowd import once
from scheduler.notices.models import Delivery, Notice
from scheduler.notices.outlet import Kind, Letter
from scheduler.wordings.kinds import Texts
from scheduler.wordings.queries import words_at


def with_own_words(kinds: Mapping[str, Kind], names: Mapping[str, str]) -> dict[str, Kind]:
    """Return kinds of letters, those that are named with the own words of that name."""
    return {**kinds, **{kind: _with(kinds[kind], name) for kind, name in names.items()}}


def _with(kind: Kind, name: str) -> Kind:
    def compose(session: Session, notice: Notice, delivery: Delivery) -> Letter | None:
        letter = kind.compose(session, notice, delivery)
        return letter and _carrying(letter, _own(session, letter, name))

    def gather(session: Session, letters: Sequence[Letter]) -> Letter:
        every = [cast(Mapping[int, Texts], letter.facts.get("own", {})) for letter in letters]
        return _carrying(
            kind.gather(session, letters), {date: own for one in every for date, own in one.items()}
        )

    return replace(kind, compose=compose, gather=gather)


def _carrying(letter: Letter, own: Mapping[int, Texts]) -> Letter:
    return replace(letter, facts={**letter.facts, "own": own})


def _own(session: Session, letter: Letter, name: str) -> dict[int, Texts]:
    """Return the own words by the date that they are about: it, and the one with which it is joined."""
    date, decision = cast(Any, letter.facts["date"]), cast(Any, letter.facts.get("decision"))
    own = once(session, ("words", date.id, name), partial(words_at, session, date.id, name))
    joined = [decision.next.id] if decision is not None and decision.next is not None else []
    return dict.fromkeys((date.id, *joined), own) if own is not None else {}
