"""Who is told by hand once there is something to tell: the list before a date is decided; read-only."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler.activities.models import Occurrence
from scheduler.notices.models import BY_HAND, BY_NEIGHBOURS
from scheduler.participation.queries import people_to_tell
from scheduler.parties.access import Actor
from scheduler.parties.models import Household, Organization, Person
from scheduler.reach.reached import Round, own_part
from scheduler.reach.told import Told, Word
from scheduler.reach.ways import told_by_hand

# There is no news yet, and so no delivery either.
_NOTHING = Word(0, "", 0)


def would_be_told(session: Session, actor: Actor, occurrence: Occurrence) -> Round:
    """Return the list as news of a date would make it now; whoever decides is not told themselves.

    Raise NotFound for who neither organises it nor leads a block.
    """
    people = set(people_to_tell(session, occurrence.id)) - {actor.person_id}
    wanted = (
        select(Person, Household, Organization)
        .outerjoin(Household, Household.id == Person.household_id)
        .outerjoin(Organization, Organization.id == Household.block_id)
        .where(Person.id.in_(told_by_hand(session, people)))
    )
    rows = [
        Told(0, person, household, block, _NOTHING, BY_NEIGHBOURS[0], BY_HAND, "", None, None)
        for person, household, block in session.execute(wanted)
    ]
    told = sorted(rows, key=lambda row: row.walking_order)
    return own_part(session, actor, Round(occurrence.activity, [occurrence], told, whole=True))
