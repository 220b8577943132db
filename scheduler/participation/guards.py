"""What is looked at before a party may sign up for a slot; each guard raises with a code when the answer is no."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler.activities.codes import GROWN_UP
from scheduler.activities.models import TAKES_SIGN_UPS, Activity, Occurrence, Slot
from scheduler.activities.recurrence import to_local
from scheduler.errors import Conflict, Forbidden, Invalid
from scheduler.participation.grades import GRADES
from scheduler.participation.models import COMING, GONE, Participation
from scheduler.participation.signing import Named, SignUp
from scheduler.parties.access import has_competence
from scheduler.text import text_in

# One sign-up by one person; larger groups pledge a number as a body.
MAX_PEOPLE = 60
MAX_AGE_MONTHS = 12 * 18
MAX_ANSWER = 400


def check(session: Session, slot: Slot, sign_up: SignUp, now: datetime) -> None:
    """Raise where this party may not sign up for this slot now, whether or not there is a place."""
    check_date(slot, now)
    if not sign_up.by_organiser:
        check_window(slot, now)
    check_party(slot, sign_up)
    check_ages(slot, sign_up)
    check_training_of(session, slot, sign_up.contact_id, now)
    check_answers(slot, sign_up)
    # A stranger may have typed anybody's address: that one reads of a clash when confirming it.
    if sign_up.contact_comes and sign_up.proven and not sign_up.clash_ok:
        check_clash(session, slot, sign_up.contact_id)


def check_date(slot: Slot, now: datetime) -> None:
    """Raise where the date is not on, or the part has begun."""
    if slot.occurrence.state not in TAKES_SIGN_UPS:
        raise Conflict("takes_no_sign_ups")
    if slot.starts_at <= now:
        raise Conflict("already_begun")


def check_window(slot: Slot, now: datetime) -> None:
    """Raise before sign-up opens, after it has closed, and where only the organiser gives places."""
    if slot.policy == "assigned":
        raise Conflict("assigned_by_organiser")
    if slot.opens_at is not None and now < slot.opens_at:
        raise Conflict("not_open_yet")
    if now >= slot.closes_at:
        raise Conflict("sign_up_closed")


def check_party(slot: Slot, sign_up: SignUp) -> None:
    """Raise for an impossible number of people."""
    if not 1 <= sign_up.people <= MAX_PEOPLE:
        raise Invalid("people_out_of_range", most=MAX_PEOPLE)
    if sign_up.pledged is not None and sign_up.company.people > sign_up.pledged:
        raise Invalid("more_named_than_pledged")


def check_ages(slot: Slot, sign_up: SignUp) -> None:
    """Raise for impossible ages, for somebody too young, for children without the adult asked for, for too few of them.

    Where all under age are older than a part is for, it is not for them, whether they come alone or along. What a body
    pledges is a number, which says nothing of ages yet: its people are named one by one, the youngest maybe last.
    """
    everybody = sign_up.everybody
    if any(not _is_possible(one) for one in everybody):
        raise Invalid("age_out_of_range")
    minors = [one.years for one in everybody if one.years is not None]
    if slot.min_age is not None and any(years < slot.min_age for years in minors):
        raise Conflict("too_young", age=slot.min_age)
    is_whole = sign_up.pledged is None
    if slot.max_age is not None and is_whole and minors and min(minors) > slot.max_age:
        raise Conflict("too_old", age=slot.max_age)
    if minors:
        _check_minors(slot, grown_ups=len(everybody) - len(minors))
    if is_whole and sign_up.company.children < slot.min_children:
        raise Invalid("children_missing", count=slot.min_children)


def _is_possible(one: Named) -> bool:
    known = one.grade in GRADES or not one.grade
    return known and (one.age_months is None or 0 <= one.age_months <= MAX_AGE_MONTHS)


def _check_minors(slot: Slot, grown_ups: int) -> None:
    rule = slot.occurrence.activity.minors
    if rule == "no":
        raise Conflict("too_young", age=GROWN_UP)
    if rule == "present" and not grown_ups:
        raise Conflict("guardian_must_come")


def check_training_of(session: Session, slot: Slot, contact_id: int, now: datetime) -> None:
    """Raise where a needed competence (invariant 6) or a briefing before the date is missing."""
    activity = slot.occurrence.activity
    if slot.competence is not None:
        today = to_local(now, activity.timezone).date()
        if not has_competence(session, contact_id, activity.organization_id, slot.competence, today):
            raise Forbidden("competence_missing")
    if slot.briefing_id is not None and not is_briefed(session, slot, contact_id):
        briefing = session.get_one(Activity, slot.briefing_id)
        raise Conflict("briefing_missing", briefing=briefing.title)


def check_stranger_of(slots: Iterable[Slot]) -> None:
    """Raise for who is not signed in where a part needs training: the answer would tell whether somebody has it."""
    if any(slot.competence is not None or slot.briefing_id is not None for slot in slots):
        raise Forbidden("trained_sign_in")


def is_briefed(session: Session, slot: Slot, contact_id: int) -> bool:
    """Say whether this person has been at a date of the slot's briefing, or has signed up for one before it."""
    wanted = (
        select(Participation.id)
        .join(Participation.slot)
        .join(Slot.occurrence)
        .where(
            Occurrence.activity_id == slot.briefing_id,
            Occurrence.ends_at <= slot.starts_at,
            Participation.contact_id == contact_id,
            # Whoever sends others there has not heard it.
            Participation.contact_comes,
            Participation.state.in_(set(COMING) - {"absent"}),
        )
    )
    return session.scalar(wanted.limit(1)) is not None


def check_answers(slot: Slot, sign_up: SignUp) -> None:
    """Raise where a question that must be answered is not, or an answer is none of those to choose from."""
    for question in slot.questions:
        answer = text_in(sign_up.answers.get(question["key"], ""))
        if question["required"] and not answer and not (sign_up.by_organiser or sign_up.follows):
            raise Invalid("answer_missing", question=question["label"])
        if answer and not _is_answer(question["kind"], question["choices"], answer):
            raise Invalid("answer_unusable", question=question["label"])


def usable_answers(slot: Slot, answers: Mapping[str, str]) -> dict[str, str]:
    """Return those of older answers that a slot still asks for and takes."""
    asked = {question["key"]: question for question in slot.questions}
    return {
        key: answer
        for key, answer in answers.items()
        if key in asked and _is_answer(asked[key]["kind"], asked[key]["choices"], answer)
    }


def _is_answer(kind: str, choices: list[str], answer: str) -> bool:
    if kind == "choice":
        return answer in choices
    if kind == "yes_no":
        return answer in {"yes", "no"}
    if kind == "number":
        return answer.isascii() and answer.isdecimal() and len(answer) <= 6
    return len(answer) <= MAX_ANSWER


def check_clash(session: Session, slot: Slot, contact_id: int) -> None:
    """Raise where the person comes to another part at the same time: a second tap is needed (invariant 3)."""
    other = clash(session, slot, contact_id)
    if other is not None:
        raise Conflict("clash", what=what_clashes(other))


def clash_of(session: Session, row: Participation) -> str:
    """Return what the contact of a sign-up that is not confirmed yet has taken on at its time; else nothing."""
    if row.state != "unverified" or not row.contact_comes:
        return ""
    other = clash(session, row.slot, row.contact_id)
    return what_clashes(other) if other is not None else ""


def what_clashes(other: Participation) -> str:
    """Return how a part that clashes is called."""
    return f"{other.slot.occurrence.activity.title}・{other.slot.name}"


def clash(session: Session, slot: Slot, contact_id: int) -> Participation | None:
    """Return a sign-up of this person for another part that overlaps this one."""
    near = timedelta(days=15)
    wanted = (
        select(Participation)
        .join(Participation.slot)
        .join(Slot.occurrence)
        .where(
            Participation.contact_id == contact_id,
            Participation.contact_comes,
            Participation.slot_id != slot.id,
            Participation.state.not_in((*GONE, "applied", "waitlisted", "absent")),
            Occurrence.state.in_(TAKES_SIGN_UPS),
            Occurrence.starts_at.between(slot.starts_at - near, slot.ends_at + near),
        )
        .order_by(Participation.id)
    )
    overlapping = (
        row
        for row in session.scalars(wanted)
        if row.slot.starts_at < slot.ends_at and slot.starts_at < row.slot.ends_at
    )
    return next(overlapping, None)


def is_in(session: Session, row: Participation, slot_id: int) -> bool:
    """Say whether the party of this sign-up has another, live one for a slot (invariant 3)."""
    party = ("person_id", "household_id", "organization_id")
    same = [getattr(Participation, name) == getattr(row, name) for name in party if getattr(row, name)]
    wanted = select(Participation.id).where(
        *same,
        Participation.slot_id == slot_id,
        Participation.id != row.id,
        Participation.state.not_in(GONE),
    )
    return session.scalar(wanted.limit(1)) is not None
