"""What changes of a body's own words: write them, or go back to the usual ones."""

from dataclasses import asdict
from datetime import datetime

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from scheduler.db import insert_once
from scheduler.errors import Invalid
from scheduler.history import StateChange, record
from scheduler.parties.models import Organization
from scheduler.text import text_in
from scheduler.wordings.kinds import Texts, unknown_blanks
from scheduler.wordings.models import OwnWords
from scheduler.wordings.queries import usual

LONGEST = 1000


def cleaned(texts: Texts) -> Texts:
    """Return words as they are stored; raise Invalid for a blank that nobody can fill in, or for too many."""
    found = Texts(**{name: text_in(text, lines=True) for name, text in asdict(texts).items()})
    for text in asdict(found).values():
        if len(text) > LONGEST:
            raise Invalid("words_too_long", most=LONGEST)
        for name in unknown_blanks(text):
            raise Invalid("blank_unknown", name=name)
    return found


def write(
    session: Session, body: Organization, kind: str, texts: Texts, now: datetime, *, by_id: int | None
) -> None:
    """Let letters or messages of this kind say a body's own words from now on; the usual ones leave no trace."""
    found = cleaned(texts)
    if found == cleaned(usual(kind)):
        return reset(session, body, kind, by_id, now)
    key = {"organization_id": body.id, "kind": kind}
    insert_once(session, OwnWords, {**key, **asdict(found), "changed_at": now})
    own = update(OwnWords).filter_by(**key).values(**asdict(found), changed_at=now)
    session.execute(own.execution_options(synchronize_session=False))
    _record(session, body, f"write_words {kind}", by_id, now)


def reset(session: Session, body: Organization, kind: str, by_id: int | None, now: datetime) -> None:
    """Let letters or messages of this kind say what they say for everybody."""
    own = delete(OwnWords).where(OwnWords.organization_id == body.id, OwnWords.kind == kind)
    session.execute(own.execution_options(synchronize_session=False))
    _record(session, body, f"reset_words {kind}", by_id, now)


def _record(session: Session, body: Organization, what: str, by_id: int | None, now: datetime) -> None:
    verb, _, kind = what.partition(" ")
    facts = {"subject": "organization", "subject_id": body.id, "verb": verb, "why": kind}
    record(session, StateChange(at=now, by_id=by_id, **facts))
