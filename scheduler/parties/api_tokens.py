"""Tokens with which programs act for a person or a body, within the scopes ticked; only hashes are kept."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlalchemy import JSON, ForeignKey, Select, String, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from scheduler.db import Base, claim
from scheduler.errors import Conflict, Invalid, NotFound
from scheduler.history import StateChange, record
from scheduler.parties.access import BODY_SCOPES, OWN_SCOPES, Actor, may_organise
from scheduler.parties.models import Organization, Person
from scheduler.parties.tokens import hashed, new_token
from scheduler.text import fitting, text_in

# So that programs which look for lost keys, and our own logs, know one when they see it.
PREFIX = "tsudoi_"
MOST = 20
LONGEST = 365


class ApiToken(Base):
    """A token of the person who made it; with a body, it acts as that body's organiser and not for the person."""

    __tablename__ = "api_token"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    organization_id: Mapped[int | None] = mapped_column(ForeignKey("organization.id"), index=True)
    scopes: Mapped[list[str]] = mapped_column(JSON)
    name: Mapped[str] = mapped_column(String(80))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime]
    last_used_on: Mapped[date | None]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]

    person: Mapped[Person] = relationship()
    organization: Mapped[Organization | None] = relationship()


@dataclass(frozen=True)
class Wish:
    """What is asked for: a name, scopes, how many days."""

    name: str
    scopes: tuple[str, ...]
    days: int


@dataclass(frozen=True)
class Owner:
    """Whose tokens: a person's own, or those of a body, made by that person."""

    person_id: int
    organization_id: int | None = None

    @property
    def scopes(self) -> tuple[str, ...]:
        """What such a token can be good for."""
        return OWN_SCOPES if self.organization_id is None else BODY_SCOPES


def make(session: Session, owner: Owner, wish: Wish, now: datetime) -> tuple[ApiToken, str]:
    """Make a token and return its row and itself, which is shown this once."""
    _check(session, owner, wish, now)
    token = PREFIX + new_token()
    row = ApiToken(
        person_id=owner.person_id,
        organization_id=owner.organization_id,
        scopes=[scope for scope in owner.scopes if scope in wish.scopes],
        name=fitting(wish.name, 80),
        token_hash=hashed(token),
        created_at=now,
        expires_at=now + timedelta(days=wish.days),
    )
    session.add(row)
    session.flush()
    _record(session, row, "make", owner.person_id, now)
    return row, token


def _check(session: Session, owner: Owner, wish: Wish, now: datetime) -> None:
    if not text_in(wish.name):
        raise Invalid("token_name_missing")
    if not wish.scopes:
        raise Invalid("token_scopes_missing")
    if not set(wish.scopes) <= set(owner.scopes):
        raise Invalid("choice_unknown")
    if not 1 <= wish.days <= LONGEST:
        raise Invalid("token_lifetime_out_of_range", most=LONGEST)
    if len(tokens_of(session, owner, now)) >= MOST:
        raise Conflict("too_many_tokens", most=MOST)


def revoke(session: Session, row: ApiToken, by_id: int, now: datetime) -> None:
    """Close a token; once more is the same."""
    live = update(ApiToken).where(ApiToken.id == row.id, ApiToken.revoked_at.is_(None))
    if claim(session, live.values(revoked_at=now)):
        _record(session, row, "revoke", by_id, now)


def _record(session: Session, row: ApiToken, verb: str, by_id: int, now: datetime) -> None:
    # The record stays for good: what somebody has called their own stays out of it.
    why = row.name if row.organization_id is not None else ""
    change = StateChange(at=now, subject="api_token", subject_id=row.id, verb=verb, by_id=by_id, why=why)
    change.facts = {"scopes": row.scopes, "organization_id": row.organization_id}
    record(session, change)


def _of(owner: Owner) -> Select[tuple[ApiToken]]:
    if owner.organization_id is not None:
        return select(ApiToken).where(ApiToken.organization_id == owner.organization_id)
    own = ApiToken.organization_id.is_(None)
    return select(ApiToken).where(own, ApiToken.person_id == owner.person_id)


def tokens_of(session: Session, owner: Owner, now: datetime) -> list[ApiToken]:
    """Return the tokens that are still good, the newest first; a body's whoever made them."""
    live = _of(owner).where(ApiToken.revoked_at.is_(None), ApiToken.expires_at > now)
    return list(session.scalars(live.order_by(ApiToken.id.desc())))


def find_token_of(session: Session, owner: Owner, token_id: int) -> ApiToken:
    """Return one of these tokens, closed or not."""
    row = session.scalar(_of(owner).where(ApiToken.id == token_id))
    if row is None:
        raise NotFound
    return row


def find_actor(session: Session, token: str, today: date, now: datetime) -> tuple[Actor, int]:
    """Return who acts with this token, and its row's id.

    Raise NotFound for one that is unknown, closed or too old, or whose maker does not organise its body any more.
    """
    live = (ApiToken.token_hash == hashed(token), ApiToken.revoked_at.is_(None), ApiToken.expires_at > now)
    row = session.scalar(select(ApiToken).where(*live)) if token.startswith(PREFIX) else None
    if row is None:
        raise NotFound
    maker = Actor(today, row.person_id)
    if row.organization_id is not None and not may_organise(session, maker, row.organization_id):
        raise NotFound
    return replace(maker, scopes=frozenset(row.scopes), body_id=row.organization_id), row.id


def used_on(session: Session, token_id: int) -> date | None:
    """Return the last day on which a token was used; at which hour is nobody's business."""
    return session.scalar(select(ApiToken.last_used_on).where(ApiToken.id == token_id))


def note_use(session: Session, token_id: int, today: date) -> None:
    """Write down that a token was used today."""
    session.execute(update(ApiToken).where(ApiToken.id == token_id).values(last_used_on=today))
