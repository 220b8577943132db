"""People and families without any body who answer the public call: each signs up where there is room."""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import select

from scheduler.activities.models import Occurrence, Slot
from scheduler.demo.entries import MAIL_DOMAIN, CrowdEntry, names
from scheduler.demo.stage import Stage
from scheduler.participation.signing import Company, SignUp
from scheduler.parties.actions import PersonFacts, add_household, person
from scheduler.parties.models import Household, Person


def gather(stage: Stage, occurrence: Occurrence, entry: CrowdEntry) -> None:
    """Sign the crowd up for a date, for parts that ask for nobody trained."""
    room = _room(stage, occurrence)
    parties = ["person"] * entry.people + ["family"] * entry.families
    stage.dice.shuffle(parties)
    for facts, party in zip(_facts(stage, len(parties)), parties, strict=True):
        at = stage.sign_up_moment(occurrence)
        contact = person(stage.session, facts, at)
        sign_up = SignUp(contact.id) if party == "person" else _family(stage, contact, entry.ages, at)
        open_to = [slot for slot, left in room.items() if left >= sign_up.people]
        if open_to:
            slot = stage.dice.choice(open_to)
            room[slot] -= sign_up.people
            stage.join(slot, sign_up, at)


def _room(stage: Stage, occurrence: Occurrence) -> dict[Slot, int]:
    wanted = select(Slot, Slot.places - Slot.taken - Slot.reserved).where(Slot.occurrence_id == occurrence.id)
    rows = stage.session.execute(wanted.where(Slot.competence.is_(None)).order_by(Slot.position))
    return dict(rows.tuples().all())


def _facts(stage: Stage, number: int) -> Iterator[PersonFacts]:
    for at, one in enumerate(stage.invented(number), start=1):
        yield PersonFacts(one.name, one.kana, f"neighbour{at:03}@{MAIL_DOMAIN}")


def _family(stage: Stage, contact: Person, ages: tuple[int, int], at: datetime) -> SignUp:
    surname = contact.name.split(" ")[0]
    partner = f"{surname} {stage.dice.choice(names().given).name}"
    children = tuple(stage.dice.randint(*ages) for _ in range(stage.dice.randint(1, 2)))
    home = add_household(stage.session, Household(name=f"{surname}家", created_at=at), [contact])
    return SignUp(contact.id, household_id=home.id, company=Company((partner,), children))
