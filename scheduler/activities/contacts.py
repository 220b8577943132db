"""Whom to ask about an activity, as easy Japanese reads the names and as English writes them."""

from collections.abc import Callable

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from scheduler.activities.models import Activity
from scheduler.latin import name_in_latin
from scheduler.notices.crowd import once
from scheduler.parties.models import Household, Membership, Organization, Person
from scheduler.parties.names import phone_key
from scheduler.parties.queries import office_holders


def contact_texts(session: Session, activity: Activity) -> dict[str, str]:
    """Return whom to ask in easy Japanese and in English, in the manner of texts that an organiser translates.

    A name becomes `{藤野|ふじの}` and `Fujino 藤野` where the service knows how it is read.
    """
    return once(session, ("contact", activity.id), lambda: _texts(session, activity))


def _texts(session: Session, activity: Activity) -> dict[str, str]:
    if not activity.contact:
        return {"contact_easy": "", "contact_en": ""}
    body, names = activity.organization, _family_names(session, activity)
    easy = {body.name: body.name_easy} | {name: f"{{{name}|{kana}}}" for name, kana in names.items()}
    english = {body.name: body.name_en} | {
        name: f"{name_in_latin(kana)} {name}".strip() for name, kana in names.items()
    }
    return {
        "contact_easy": _each(activity.contact, lambda word: easy.get(word) or word),
        "contact_en": _each(activity.contact, lambda word: english.get(word) or word),
    }


def _each(text: str, said: Callable[[str], str]) -> str:
    return " ".join(said(word) for word in text.split(" "))


def _family_names(session: Session, activity: Activity) -> dict[str, str]:
    """Return the family names of who organises there, or ever did, and of whose telephone it is, with their reading."""
    ever = select(Person).where(Person.id.in_(office_holders(session, activity.organization_id)))
    asked = [*session.scalars(ever.order_by(Person.id)), *_called_at(session, activity)]
    parts = [(one.name.split(), one.kana.split()) for one in asked]
    # Of a name in two parts the first is the family's, as is the first of its reading.
    return {name[0]: kana[0] for name, kana in parts if len(name) == len(kana) == 2}


def _called_at(session: Session, activity: Activity) -> list[Person]:
    numbers = [key for word in activity.contact.split() if (key := phone_key(word))]
    if not numbers:
        return []
    # Nobody but people of that body: a reading that appears would tell that the service knows such a name and number.
    bodies = select(Organization.id).where(
        or_(
            Organization.id == activity.organization_id,
            Organization.parent_id == activity.organization_id,
        )
    )
    members = select(Membership.person_id).where(Membership.organization_id.in_(bodies))
    homes = select(Household.id).where(Household.block_id.in_(bodies))
    theirs = or_(Person.id.in_(members), Person.household_id.in_(homes))
    return list(session.scalars(select(Person).where(Person.phone_key.in_(numbers), theirs)))
