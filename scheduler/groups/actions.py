"""What changes of groups: one signs up with a number, its people are named, one by one or from a list, and removed.

Whoever speaks for a body or a household must have the right to: an office, the own household, or the link of a share.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from scheduler.activities.models import Slot, SlotShare
from scheduler.db import claim
from scheduler.errors import Conflict, Forbidden, Invalid, NotFound
from scheduler.participation import actions as sign_ups
from scheduler.participation import guards, places, reconfirming
from scheduler.participation.actions import Stranger, companion_of
from scheduler.participation.bringing import grows_past_others
from scheduler.participation.capacity import THE_CONTACT, as_asked, change_people
from scheduler.participation.grades import years_of
from scheduler.participation.models import GONE, Companion, Participation
from scheduler.participation.signing import Company, Named, SignUp
from scheduler.participation.standing import Change, settle, tell_again
from scheduler.parties.access import Actor, represented_bodies
from scheduler.parties.models import Person
from scheduler.parties.names import email_key, kana_key, names_in
from scheduler.parties.tokens import new_token
from scheduler.text import text_in

# Younger children come with an adult, whatever the activity says.
SCHOOL_AGE = 6


@dataclass(frozen=True)
class Speaker:
    """Who speaks for a group, and by what right: as somebody known, as a stranger, with the link of a share."""

    actor: Actor
    stranger: Stranger | None = None
    share: SlotShare | None = None


def join(session: Session, slot: Slot, sign_up: SignUp, speaker: Speaker, now: datetime) -> Participation:
    """Sign a group up with a number of people; the same again gets the sign-up that it has.

    Raise Forbidden for a body of which the speaker is no officer, NotFound for another's household, and Conflict where
    somebody else has signed this body up, more is wanted of a share than is left, or the slot counts families.
    """
    places.lock(session, slot)
    whole = _with_right(session, sign_up, speaker)
    if slot.unit == "family":
        raise Conflict("families_sign_up_alone")
    if _is_there(session, slot, whole, speaker) is None and speaker.share is not None:
        _check_share(session, speaker.share, whole.people)
    if speaker.stranger is not None:
        return sign_ups.join_as_stranger(session, slot, speaker.stranger, whole, now)
    return sign_ups.join(session, slot, whole, now)


def _with_right(session: Session, sign_up: SignUp, speaker: Speaker) -> SignUp:
    if speaker.share is not None:
        body_id = speaker.share.organization_id
        return replace(sign_up, organization_id=body_id, household_id=None, group_name="")
    if sign_up.organization_id is not None:
        own = {body.id for body in represented_bodies(session, speaker.actor)}
        if sign_up.organization_id not in own:
            raise Forbidden("not_your_body")
        return replace(sign_up, household_id=None, group_name="")
    if sign_up.household_id is not None:
        _check_household(session, sign_up.household_id, speaker.actor)
        return replace(sign_up, group_name="")
    if not text_in(sign_up.group_name):
        raise Invalid("group_name_missing")
    return sign_up


def _check_household(session: Session, household_id: int, actor: Actor) -> None:
    person = session.get(Person, actor.own_id) if actor.is_signed_in and actor.own_id is not None else None
    if person is None or person.household_id != household_id:
        raise NotFound


def _is_there(session: Session, slot: Slot, sign_up: SignUp, speaker: Speaker) -> Participation | None:
    # A body or household has one sign-up for a slot. Nobody else may see or change it by asking for the same, and who
    # is not signed in may be anybody: the answer does not say whether the address typed is that of who speaks for it.
    parties = {key: value for key, value in sign_up.party_values.items() if value is not None}
    if "person_id" in parties:
        return None
    wanted = select(Participation).where(Participation.slot_id == slot.id, Participation.state.not_in(GONE))
    there = session.scalar(wanted.filter_by(**parties))
    if there is not None and not _is_contact(there, sign_up, speaker):
        raise Conflict("group_signed_up")
    return there


def _is_contact(there: Participation, sign_up: SignUp, speaker: Speaker) -> bool:
    if sign_up.request_key is not None and there.request_key == sign_up.request_key:
        return True
    return speaker.stranger is None and there.contact_id == sign_up.contact_id


def tell_speaker(session: Session, share: SlotShare, email: str, now: datetime) -> None:
    """Write to the mailbox that has signed a body up how that stands, where it is this one; nothing to any other."""
    wanted = select(Participation).join(Person, Person.id == Participation.contact_id)
    of_body = wanted.where(
        Participation.slot_id == share.slot_id,
        Participation.organization_id == share.organization_id,
        Participation.state.not_in(GONE),
        Person.email_key == email_key(email),
    )
    if there := session.scalar(of_body):
        tell_again(session, there, now)


def _check_share(session: Session, share: SlotShare, people: int) -> None:
    session.refresh(share)
    if share.released_at is not None:
        raise Conflict("share_open_to_all")
    if people > share.remaining:
        raise Conflict("share_too_small", left=share.remaining)


def add_name(session: Session, row: Participation, one: Named, by_id: int | None, now: datetime) -> bool:
    """Name one of a group's people; say whether that is somebody new. Locks the slot.

    Somebody of the same name and reading is the same person: a second tap must not make two. Raise Conflict once all
    are named (invariant 4), and for somebody too young.
    """
    return add_names(session, row, [one], by_id, now) == 1


def add_names(
    session: Session, row: Participation, people: Iterable[Named], by_id: int | None, now: datetime
) -> int:
    """Name several people, all of them or nobody; return how many are new. Locks the slot."""
    _lock(session, row, now)
    new = sum([_add(session, row, one) for one in people])
    settle(session, row, Change("name", by_id), now)
    return new


def _lock(session: Session, row: Participation, now: datetime) -> None:
    places.lock_of(session, row)
    session.expire(row, ["companions"])
    if not row.is_live:
        raise Conflict("hold_over")
    guards.check_date(row.slot, now)


def _add(session: Session, row: Participation, one: Named) -> bool:
    name, kana = names_in(one.name, one.kana)
    if any((name, kana_key(kana)) == known for known in _known(row)):
        return False
    _check_age(row, one)
    if one.grade and not row.has_grown_up:
        # The yes that was said before was not said for this one.
        row.consent, row.consent_id = None, None
    free = update(Participation).where(
        Participation.id == row.id, Participation.is_pledge, Participation.named < Participation.people
    )
    if not claim(session, free.values(named=Participation.named + 1)):
        raise Conflict("all_named", people=row.people)
    row.companions.append(companion_of(row.id, replace(one, kana=kana)))
    session.flush()
    session.refresh(row, ["named"])
    return True


def _known(row: Participation) -> set[tuple[str, str]]:
    named = {(one.name, kana_key(one.kana)) for one in row.companions}
    return named | ({(row.contact.name, row.contact.kana_key)} if row.contact_comes else set())


def _check_age(row: Participation, one: Named) -> None:
    there = as_asked(row)
    guards.check_ages(row.slot, replace(there, company=Company(others=(*there.company.others, one))))


def remove_name(session: Session, row: Participation, name_id: int, by_id: int, now: datetime) -> None:
    """Take somebody's name off a group again; twice is the same as once. Locks the slot."""
    _lock(session, row, now)
    there = next((one for one in row.companions if one.id == name_id), None)
    if there is None:
        return
    if not there.name or not row.is_pledge:
        raise NotFound
    session.execute(delete(Companion).where(Companion.id == name_id))
    session.execute(
        update(Participation).where(Participation.id == row.id).values(named=Participation.named - 1)
    )
    session.expire(row, ["companions", "named"])
    settle(session, row, Change("unname", by_id), now)


def change_number(session: Session, row: Participation, people: int, now: datetime) -> None:
    """Let who speaks for a group change how many people it is. Locks the slot.

    Raise Conflict once it is too late for that, and where it would grow past somebody who waits; and whatever
    `capacity.change_people` raises.
    """
    _lock(session, row, now)
    if people > row.people and now >= row.slot.closes_at:
        raise Conflict("sign_up_closed")
    if people < row.people and row.comes and now >= row.slot.cancel_until:
        raise Conflict("too_late_to_withdraw")
    if row.holds and people > row.people and grows_past_others(session, row, people - row.people, now):
        raise Conflict("full", slot=row.slot.name)
    change_people(session, row, people, row.contact_id, now)


def leave_out(session: Session, row: Participation, without: Collection[int], now: datetime) -> None:
    """Let a party say who of it does not come, by the ids of companions and THE_CONTACT; the others stay.

    Who lets the children come alone has said yes for them as their guardian. Where the party was asked whether it comes
    after all, that is its yes, and not too late after the cut-off. Raise Invalid where nobody is named or
    nobody would be left, Conflict once it is too late for that, where an adult or the one who was trained must come,
    and whatever `capacity.change_people` raises. Locks the slot.
    """
    _lock(session, row, now)
    if row.comes and not row.is_asked_again and now >= row.slot.cancel_until:
        raise Conflict("too_late_to_withdraw")
    gone = [one.id for one in row.companions if one.id in without]
    if THE_CONTACT in without and row.contact_comes:
        _check_contact(row)
        gone.append(THE_CONTACT)
    if not gone:
        raise Invalid("nobody_left_out")
    if len(gone) >= row.people:
        raise Invalid("nobody_left")
    if leaves_children_alone(row, gone):
        _let_children_come(session, row, gone, now)
    if row.is_asked_again:
        # Before the number, which can be taken back as long as it is what was said last.
        reconfirming.answer(session, row, "yes", row.contact_id, now)
    change_people(session, row, row.people - len(gone), row.contact_id, now, without=gone)


def _check_contact(row: Participation) -> None:
    if not may_stay_away(row):
        raise Conflict("contact_must_come")


def may_stay_away(row: Participation) -> bool:
    """Say whether whoever signed a party up may let the others come without them."""
    trained = row.slot.competence is not None or row.slot.briefing_id is not None
    return row.contact_comes and bool(row.companions) and not row.is_pledge and not trained


def leaves_children_alone(row: Participation, gone: Collection[int]) -> bool:
    """Say whether children would be left without an adult when these do not come."""
    staying = [one.is_minor for one in row.companions if one.id not in gone]
    if row.contact_comes and THE_CONTACT not in gone:
        staying.append(bool(row.contact_grade))
    return bool(staying) and all(staying) and row.has_grown_up


def may_come_alone(row: Participation, children: Iterable[Companion]) -> bool:
    """Say whether these children may come without an adult, where their guardian agrees."""
    by_rule = row.slot.occurrence.activity.minors != "present"
    return by_rule and all(years_of(one.grade, one.age_months) >= SCHOOL_AGE for one in children)


def _let_children_come(session: Session, row: Participation, gone: Collection[int], now: datetime) -> None:
    if not may_come_alone(row, [one for one in row.companions if one.id not in gone]):
        raise Conflict("children_alone")
    # Somebody under age consents to nothing: their guardian has, or is asked.
    if not row.contact_grade:
        sign_ups.consent(session, row, row.contact.name, row.contact_id, now)


def renew_link(row: Participation) -> None:
    """Close the address with which a group's people name themselves; from now on there is another one."""
    row.names_salt = new_token()
