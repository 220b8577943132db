"""What changes of sign-ups: join, withdraw. Every path that takes a place goes through `take_places`."""

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from scheduler.activities.models import TAKES_SIGN_UPS, Slot
from scheduler.activities.recurrence import to_local
from scheduler.db import claim, insert_once
from scheduler.errors import Conflict, Forbidden, Invalid
from scheduler.history import StateChange, record
from scheduler.notices.actions import Telling, queue
from scheduler.participation.models import GONE, Companion, Participation
from scheduler.parties.access import has_competence
from scheduler.text import text_in

# One sign-up by one person; larger groups pledge a number as a body.
MAX_PEOPLE = 60
MAX_AGE_MONTHS = 12 * 18


@dataclass(frozen=True)
class Company:
    """Who comes with the party: adults beside the first, and each child's age in months."""

    adults: tuple[str, ...] = ()
    children_months: tuple[int, ...] = ()

    @property
    def people(self) -> int:
        """How many they are, without the first."""
        return len(self.adults) + len(self.children_months)


@dataclass(frozen=True)
class SignUp:
    """A yes as asked for: who says it, for which party, with whom, and who entered it.

    The party is the contact alone, or the household or body that the contact speaks for; a body may pledge a number.
    """

    contact_id: int
    household_id: int | None = None
    organization_id: int | None = None
    pledged: int | None = None
    company: Company = field(default_factory=Company)
    entered_by_id: int | None = None
    note: str = ""

    @property
    def people(self) -> int:
        """How many heads: the pledged number, or the contact and the company."""
        return self.pledged if self.pledged is not None else 1 + self.company.people

    @property
    def party_values(self) -> dict[str, int | None]:
        """The party columns of the row, exactly one of them filled."""
        if self.organization_id is not None:
            return {"person_id": None, "household_id": None, "organization_id": self.organization_id}
        if self.household_id is not None:
            return {"person_id": None, "household_id": self.household_id, "organization_id": None}
        return {"person_id": self.contact_id, "household_id": None, "organization_id": None}


def take_places(session: Session, slot_id: int, places: int) -> bool:
    """Take places of a slot where there are so many left; the one function that does (invariant 1)."""
    enough = update(Slot).where(Slot.id == slot_id, Slot.taken + places <= Slot.places)
    return claim(session, enough.values(taken=Slot.taken + places))


def give_back(session: Session, slot_id: int, places: int) -> None:
    """Give places of a slot back."""
    session.execute(
        update(Slot)
        .where(Slot.id == slot_id)
        .values(taken=Slot.taken - places)
        .execution_options(synchronize_session=False)
    )


def join(session: Session, slot: Slot, sign_up: SignUp, now: datetime) -> Participation:
    """Sign a party up for a slot, all of it or nobody.

    The same party again gets the sign-up that it has. Raise Conflict when the slot is full, the date takes no
    sign-ups any more, or the party stands with another number of people; Forbidden where a needed competence is
    missing; Invalid for an impossible number. The row is written before the place is taken, so that a second tap
    can never take a second place; the edge rolls both back.
    """
    _check_date(slot, now)
    _check_party(session, slot, sign_up, now)
    places = 1 if slot.unit == "family" else sign_up.people
    new_id = insert_once(session, Participation, _values(slot, sign_up, places, now))
    if new_id is None:
        # None where it was withdrawn, on another screen, in this very moment: then they sign up anew.
        return _same(_standing(session, slot, sign_up), sign_up) or join(session, slot, sign_up, now)
    if not take_places(session, slot.id, places):
        raise Conflict("full", slot=slot.name)
    _write_company(session, new_id, sign_up.company)
    return _welcome(session, session.get_one(Participation, new_id), now)


def _check_date(slot: Slot, now: datetime) -> None:
    if slot.occurrence.state not in TAKES_SIGN_UPS:
        raise Conflict("takes_no_sign_ups")
    if slot.starts_at <= now:
        raise Conflict("already_begun")


def _check_party(session: Session, slot: Slot, sign_up: SignUp, now: datetime) -> None:
    if not 1 <= sign_up.people <= MAX_PEOPLE:
        raise Invalid("people_out_of_range", most=MAX_PEOPLE)
    if any(not 0 <= age <= MAX_AGE_MONTHS for age in sign_up.company.children_months):
        raise Invalid("age_out_of_range")
    if slot.competence is None:
        return
    activity = slot.occurrence.activity
    today = to_local(now, activity.timezone).date()
    if not has_competence(session, sign_up.contact_id, activity.organization_id, slot.competence, today):
        raise Forbidden("competence_missing")


def _values(slot: Slot, sign_up: SignUp, places: int, now: datetime) -> dict[str, object]:
    return sign_up.party_values | {
        "slot_id": slot.id,
        "contact_id": sign_up.contact_id,
        "entered_by_id": sign_up.entered_by_id,
        "people": sign_up.people,
        "places": places,
        "state": "pledged" if sign_up.pledged is not None else "confirmed",
        "note": text_in(sign_up.note)[:400],
        "created_at": now,
        "changed_at": now,
    }


def _standing(session: Session, slot: Slot, sign_up: SignUp) -> Participation | None:
    wanted = select(Participation).where(Participation.slot_id == slot.id, Participation.state.not_in(GONE))
    for column, value in sign_up.party_values.items():
        if value is not None:
            wanted = wanted.where(getattr(Participation, column) == value)
    return session.scalars(wanted).one_or_none()


def _same(standing: Participation | None, sign_up: SignUp) -> Participation | None:
    # A second tap is the same answer; another number of people is another question.
    if standing is not None and standing.people != sign_up.people:
        raise Conflict("already_with_another_number", people=standing.people)
    return standing


def _write_company(session: Session, participation_id: int, company: Company) -> None:
    for name in company.adults:
        session.add(Companion(participation_id=participation_id, name=text_in(name)[:120]))
    for age in company.children_months:
        session.add(Companion(participation_id=participation_id, age_months=age))


def _welcome(session: Session, participation: Participation, now: datetime) -> Participation:
    _record(session, participation, ("join", None, participation.state), participation.entered_by_id, now)
    _tell(session, "joined", participation, now)
    return participation


def withdraw(session: Session, participation: Participation, by_id: int | None, now: datetime) -> None:
    """Free a party's place. Withdrawing twice is the same as once; raise Conflict once the part has begun."""
    if not participation.is_live:
        return
    if participation.slot.starts_at <= now:
        raise Conflict("already_begun")
    before = participation.state
    live = update(Participation).where(Participation.id == participation.id, Participation.state.not_in(GONE))
    if not claim(session, live.values(state="cancelled", changed_at=now)):
        return
    give_back(session, participation.slot_id, participation.places)
    session.refresh(participation)
    _record(session, participation, ("withdraw", before, "cancelled"), by_id, now)
    _tell(session, "withdrawn", participation, now)


def _tell(session: Session, kind: str, participation: Participation, now: datetime) -> None:
    until = participation.slot.occurrence.ends_at
    telling = Telling(kind, "participation", participation.id, 0, due_at=now, deadline_at=until, priority=1)
    queue(session, telling, [participation.contact_id], now)


def _record(
    session: Session,
    participation: Participation,
    change: tuple[str, str | None, str],
    by_id: int | None,
    now: datetime,
) -> None:
    verb, before, after = change
    by_proxy = by_id is not None and by_id != participation.contact_id
    record(
        session,
        StateChange(
            at=now,
            subject="participation",
            subject_id=participation.id,
            verb=verb,
            before=before,
            after=after,
            by_id=by_id if by_id is not None else participation.contact_id,
            on_behalf_of=f"person:{participation.contact_id}" if by_proxy else None,
        ),
    )
