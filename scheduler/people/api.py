"""Who may be on a body's lists twice, merging them, and correcting names and contacts, for programs."""

from datetime import datetime

from scheduler import clock
from scheduler.json_api import Api, ApiModel
from scheduler.parties.access import may_see_all
from scheduler.parties.actions import PersonFacts
from scheduler.parties.login import current_actor
from scheduler.parties.models import Person
from scheduler.parties.queries import find_kept_household, find_me
from scheduler.people import members, merging, naming
from scheduler.web import db_session, settings

api = Api("people_api", __name__)


class PersonOut(ApiModel):
    """Somebody as the organiser sees them, to be told from a look-alike."""

    id: int
    name: str
    kana: str
    email: str | None
    phone: str | None
    is_proved: bool
    since: datetime
    sign_ups: int


class PairOut(ApiModel):
    """Two rows that may be one person."""

    people: list[PersonOut]


class PairsOut(ApiModel):
    """All such pairs of a body."""

    pairs: list[PairOut]


class MergedOut(ApiModel):
    """The row that was kept, and the number of the one that is gone."""

    kept: PersonOut
    merged_id: int


class NameBody(ApiModel):
    """What one is called, and how that is read."""

    name: str
    kana: str


class MemberBody(NameBody):
    """Somebody of a household, as they are to stand on its list; empty for no address and no number."""

    email: str = ""
    phone: str = ""


@api.operation("POST /me/name", NameBody, body=NameBody)
def set_my_name(body: NameBody) -> NameBody:
    """Correct the own name and its reading."""
    me = find_me(db_session(), current_actor())
    naming.rename(db_session(), me, body.name, body.kana)
    db_session().commit()
    return NameBody(name=me.name, kana=me.kana)


@api.operation(
    "POST /households/<int:household_id>/members/<int:member_id>",
    NameBody,
    body=MemberBody,
    scope="households",
)
def correct_member(household_id: int, member_id: int, body: MemberBody) -> NameBody:
    """Correct somebody whom others have put on the list of a household; what is not shown stays as it is known."""
    actor = current_actor()
    home, block = find_kept_household(db_session(), actor, household_id)
    one = members.find_member(db_session(), home, member_id)
    shows = home.releases_contact or may_see_all(db_session(), actor, block)
    email, phone = (body.email, body.phone) if shows else (one.email or "", one.phone)
    facts = PersonFacts(body.name, body.kana, email, phone)
    members.correct(
        db_session(), block, one, facts, (actor.person_id, clock.now()), sends=settings().mail_leaves
    )
    db_session().commit()
    return NameBody(name=one.name, kana=one.kana)


def _person_out(one: Person, counts: dict[int, int]) -> PersonOut:
    return PersonOut(
        id=one.id,
        name=one.name,
        kana=one.kana,
        email=one.email,
        phone=one.phone or None,
        is_proved=one.email_verified_at is not None,
        since=one.created_at,
        sign_ups=counts.get(one.id, 0),
    )


@api.operation("GET /organizations/<slug>/people/duplicates", PairsOut, scope="organise")
def duplicates(slug: str) -> PairsOut:
    """Show the pairs among a body's people that may be one person each."""
    body, pairs = merging.find_pairs(db_session(), current_actor(), slug)
    counts = merging.sign_ups_at(db_session(), body.id, {one.id for pair in pairs for one in pair})
    return PairsOut(pairs=[PairOut(people=[_person_out(one, counts) for one in pair]) for pair in pairs])


@api.operation(
    "POST /organizations/<slug>/people/<int:keep_id>/merge/<int:drop_id>", MergedOut, scope="organise"
)
def merge(slug: str, keep_id: int, drop_id: int) -> MergedOut:
    """Make two rows one; it cannot be undone."""
    actor = current_actor()
    body, keep, drop = merging.find_pair(db_session(), actor, slug, keep_id=keep_id, drop_id=drop_id)
    merging.merge(db_session(), keep, drop, actor.person_id, clock.now())
    db_session().commit()
    counts = merging.sign_ups_at(db_session(), body.id, {keep_id})
    return MergedOut(kept=_person_out(keep, counts), merged_id=drop_id)
