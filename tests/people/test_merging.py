"""Two rows become one person: what follows, what is freed, what is left of the other, and who may do it."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from scheduler.activities.models import Slot
from scheduler.checking import wrong_counters
from scheduler.db import Base
from scheduler.errors import Conflict, Invalid, NotFound
from scheduler.history import changes_of
from scheduler.notices.actions import Telling, queue
from scheduler.notices.models import ContactPoint, Delivery, Notice
from scheduler.notices.queries import points_of
from scheduler.participation.actions import join
from scheduler.participation.models import Participation
from scheduler.participation.signing import SignUp
from scheduler.parties import actions
from scheduler.parties.access import Actor
from scheduler.parties.actions import PersonFacts
from scheduler.parties.models import Household, Membership, Person
from scheduler.parties.queries import find_by_personal_token, live_token
from scheduler.parties.tokens import derived, personal
from scheduler.people import merging
from scheduler.reach import coming
from scheduler.reach.wishes import Wishes, want, wishes
from tests import cast as casting
from tests import make
from tests.cast import Cast
from tests.conftest import NOW

SECRET = "a secret"
MINORU = PersonFacts("田中 実", "たなか みのる", phone="090-1234-5678")
LATER = NOW + timedelta(minutes=5)


@pytest.fixture
def pair(session: Session) -> tuple[Person, Person]:
    """The one who is kept and the one who is dropped, of one telephone."""
    keep, drop = (actions.person(session, MINORU, NOW) for _ in range(2))
    return keep, drop


@pytest.fixture
def slot(session: Session, cast: Cast) -> Slot:
    return make.slot(session, cast.midori, NOW, places=4)


def _merge(session: Session, pair: tuple[Person, Person], by_id: int | None = None) -> None:
    session.flush()
    merging.merge(session, *pair, by_id, LATER)
    session.flush()


def _people_of(rows: list[Participation]) -> set[tuple[int | None, int, str]]:
    return {(row.person_id, row.contact_id, row.state) for row in rows}


def test_sign_ups_offices_and_consents_follow(
    session: Session, cast: Cast, slot: Slot, pair: tuple[Person, Person]
) -> None:
    keep, drop = pair
    row = make.participation(session, slot, drop, NOW)
    held = casting.hold_office(session, drop, cast.midori, "block_leader", NOW)
    _merge(session, pair)
    assert _people_of([row]) == {(keep.id, keep.id, "confirmed")}
    assert session.get_one(Membership, held.id).person_id == keep.id
    assert (session.get_one(Slot, slot.id).taken, wrong_counters(session)) == (1, [])


def test_of_two_sign_ups_for_one_part_one_stays_and_the_place_is_free(
    session: Session, cast: Cast, slot: Slot, pair: tuple[Person, Person]
) -> None:
    keep, drop = pair
    rows = [make.participation(session, slot, person, NOW) for person in (drop, keep)]
    _merge(session, pair, cast.aiko.id)
    assert _people_of(rows) == {(keep.id, keep.id, "confirmed"), (keep.id, keep.id, "cancelled")}
    assert (session.get_one(Slot, slot.id).taken, wrong_counters(session)) == (1, [])
    (change,) = [one for one in changes_of(session, "participation", rows[1].id) if one.verb == "merge"]
    assert (change.before, change.after, change.by_id) == ("confirmed", "cancelled", cast.aiko.id)


def test_the_place_that_is_free_is_offered_and_nobody_is_told_to_have_withdrawn(
    session: Session, cast: Cast, pair: tuple[Person, Person]
) -> None:
    slot = make.slot(session, cast.midori, NOW, places=2)
    for person in pair:
        make.participation(session, slot, person, NOW)
    waits = join(session, slot, SignUp(cast.ben.id, or_wait=True), NOW)
    _merge(session, pair)
    assert (waits.state, wrong_counters(session)) == ("offered", [])
    assert "withdrawn" not in {notice.kind for notice in session.query(Notice)}


@pytest.mark.parametrize("came", [0, 1])
def test_the_sign_up_that_came_is_the_one_that_stays(
    session: Session, slot: Slot, pair: tuple[Person, Person], came: int
) -> None:
    rows = [make.participation(session, slot, person, NOW) for person in pair]
    rows[came].came_people, rows[came].state = 1, "done"
    _merge(session, pair)
    assert (rows[came].state, rows[1 - came].state) == ("done", "cancelled")
    assert wrong_counters(session) == []


def test_nothing_personal_is_left_of_the_other(session: Session, pair: tuple[Person, Person]) -> None:
    keep, drop = pair
    actions.add_household(session, Household(name="田中家", created_at=NOW), [drop])
    home_id = drop.household_id
    drop.limits = {"no_heavy": True}
    _merge(session, pair)
    left = [drop.name, drop.kana, drop.kana_key, drop.phone, drop.email, drop.phone_key, drop.limits]
    assert not any(left)
    assert (drop.merged_into_id, drop.household_id) == (keep.id, None)
    assert (keep.household_id, keep.limits, keep.name) == (home_id, {"no_heavy": True}, "田中 実")


CONTACTS = [
    (("", "090-1234-5678"), ("minoru@example.jp", "090-1234-5678"), ("minoru@example.jp", "+819012345678")),
    (("minoru@example.jp", ""), ("", "090-1234-5678"), ("minoru@example.jp", "+819012345678")),
    (("a@example.jp", "090-1234-5678"), ("b@example.jp", "090-8765-4321"), ("a@example.jp", "+819012345678")),
]


@pytest.mark.parametrize(("kept", "dropped", "then"), CONTACTS)
def test_a_missing_way_to_reach_them_is_taken_over(
    session: Session, kept: tuple[str, str], dropped: tuple[str, str], then: tuple[str, str]
) -> None:
    keep, drop = (
        actions.person(session, PersonFacts("田中 実", "たなか みのる", *reach), NOW)
        for reach in (kept, dropped)
    )
    _merge(session, (keep, drop))
    assert (keep.email, keep.phone) == then
    again = actions.person(session, PersonFacts("田中", "たなか みのる", then[0]), NOW)
    assert again.id == keep.id


def test_every_door_of_the_other_is_closed(session: Session, pair: tuple[Person, Person]) -> None:
    _keep, drop = pair
    own_page = personal(SECRET, drop.id, drop.link_salt)
    actions.new_feed_token(session, drop.id, NOW)
    asked = actions.new_sign_in(session, drop, SECRET, NOW)
    signed_in = actions.sign_in_by_link(session, derived(SECRET, "sign-in", asked.salt), NOW)
    # Signed in when nobody yet wrote down that this proves an address.
    drop.email_verified_at = None
    _merge(session, pair)
    assert live_token(session, drop.id, "feed") is None
    assert actions.signed_in_person(session, signed_in, LATER) is None
    with pytest.raises(NotFound):
        find_by_personal_token(session, own_page, SECRET)


def test_a_link_that_is_in_the_mail_does_not_open_the_other(
    session: Session, pair: tuple[Person, Person]
) -> None:
    asked = actions.new_sign_in(session, pair[1], SECRET, NOW)
    _merge(session, pair)
    with pytest.raises(Invalid):
        actions.sign_in_by_link(session, derived(SECRET, "sign-in", asked.salt), LATER)


def test_both_histories_name_both(session: Session, cast: Cast, pair: tuple[Person, Person]) -> None:
    _merge(session, pair, cast.aiko.id)
    ids = {"kept": pair[0].id, "merged": pair[1].id}
    found = [changes_of(session, "person", person.id)[-1] for person in pair]
    assert [(one.verb, one.facts, one.by_id) for one in found] == [
        ("merge", ids, cast.aiko.id),
        ("be_merged", ids, cast.aiko.id),
    ]


def test_nobody_is_merged_twice_nor_into_somebody_who_is_gone(
    session: Session, pair: tuple[Person, Person]
) -> None:
    third = actions.person(session, MINORU, NOW)
    _merge(session, pair)
    for keep, drop in (pair, pair[::-1], (pair[1], third)):
        with pytest.raises(Conflict) as refused:
            merging.merge(session, keep, drop, None, LATER)
        assert refused.value.code == "already_merged"


def test_whoever_has_proved_an_address_is_kept(session: Session, pair: tuple[Person, Person]) -> None:
    actions.verify_email(session, pair[1], NOW)
    with pytest.raises(Conflict) as refused:
        merging.merge(session, *pair, None, LATER)
    assert (refused.value.code, pair[1].merged_into_id) == ("proved_is_kept", None)
    _merge(session, pair[::-1])
    assert pair[0].merged_into_id == pair[1].id


def _may_merge(session: Session, officer: Person, slug: str, pair: tuple[Person, Person]) -> bool:
    try:
        ids = {"keep_id": pair[0].id, "drop_id": pair[1].id}
        merging.find_pair(session, Actor(NOW.date(), officer.id), slug, **ids)
    except NotFound:
        return False
    return True


def test_only_organisers_of_a_body_where_both_took_part_may(
    session: Session, cast: Cast, slot: Slot, pair: tuple[Person, Person]
) -> None:
    make.participation(session, slot, pair[0], NOW)
    assert not _may_merge(session, cast.aiko, "midori", pair)
    make.participation(session, slot, pair[1], NOW)
    assert _may_merge(session, cast.aiko, "midori", pair)
    assert _may_merge(session, cast.aiko, "midori", pair[::-1])
    assert not _may_merge(session, cast.ben, "midori", pair)
    assert not _may_merge(session, cast.chie, "midori", pair)
    assert not _may_merge(session, cast.chie, "library", pair)


@pytest.mark.parametrize("holder", [0, 1])
def test_an_office_elsewhere_is_not_the_organisers_to_move(
    session: Session, cast: Cast, slot: Slot, pair: tuple[Person, Person], holder: int
) -> None:
    for person in pair:
        make.participation(session, slot, person, NOW)
    casting.hold_office(session, pair[holder], cast.midori, "secretary", NOW)
    assert _may_merge(session, cast.aiko, "midori", pair)
    casting.hold_office(session, pair[holder], cast.library, "staff", NOW)
    assert not _may_merge(session, cast.aiko, "midori", pair)


def test_people_who_do_not_look_alike_are_not_merged(session: Session, cast: Cast, slot: Slot) -> None:
    people = make.person(session, 1, NOW), make.person(session, 2, NOW)
    for person in people:
        make.participation(session, slot, person, NOW)
    assert not _may_merge(session, cast.aiko, "midori", people)
    assert not _may_merge(session, cast.aiko, "midori", (people[0], people[0]))


def test_ways_wishes_answers_and_what_is_to_be_told_follow_once(
    session: Session, cast: Cast, slot: Slot, pair: tuple[Person, Person]
) -> None:
    keep, drop = pair
    for person in pair:
        session.add(_device(person.id, "https://push.example.com/both"))
        coming.answer(session, slot.occurrence, person.id, "late" if person is drop else "yes", NOW)
    session.add(_device(drop.id, "https://push.example.com/drop"))
    want(session, drop.id, ("still_coming",), 60, NOW)
    session.flush()
    queue(session, Telling("decision", "occurrence", slot.occurrence_id, 1, NOW), [drop.id], NOW)
    queue(session, Telling("decision", "occurrence", slot.occurrence_id, 2, NOW), [keep.id, drop.id], NOW)
    _merge(session, pair)
    assert [point.address[-4:] for point in points_of(session, keep.id)] == ["both", "drop"]
    assert wishes(session, keep.id) == Wishes(("still_coming",), 60)
    assert coming.answers(session, slot.occurrence) == {keep.id: "yes"}
    assert points_of(session, drop.id) == []
    told = [(row.person_id, row.state) for row in session.query(Delivery).order_by(Delivery.id)]
    assert told == [(keep.id, "planned"), (keep.id, "planned"), (drop.id, "dropped")]


def _device(person_id: int, address: str) -> ContactPoint:
    facts = {"channel": "push", "address": address, "facts": {}, "position": 0, "off_reason": ""}
    return ContactPoint(person_id=person_id, created_at=NOW, **facts)


# Who did or entered something is written down for good; these end or are closed, or point to the merged row itself.
STAYS = {
    "participation.entered_by_id",
    "sign_in.printed_by_id",
    "printed_sheet.printed_by_id",
    "home_no.by_id",
    "consent.entered_by_id",
    "activity.created_by_id",
    "occurrence.decided_by_id",
    "access_token.person_id",
    "decision.by_id",
    "decision.entered_by_id",
    "decision_link.person_id",
    "api_token.person_id",
    "series.entered_by_id",
    "series_change.by_id",
    "series_change.undone_by_id",
    "calendar_import.by_id",
    "closed_day.created_by_id",
    "line_code.person_id",
    "sign_in.person_id",
    "signed_in.person_id",
    "person.merged_into_id",
}


def test_whatever_points_to_a_person_follows_or_is_known_to_stay() -> None:
    tables = Base.metadata.tables.values()
    keys = [key for table in tables for key in table.foreign_keys if key.column.table.name == "person"]
    pointing = {f"{key.parent.table.name}.{key.parent.name}" for key in keys}
    # The outbox knows persons as plain numbers.
    pointing |= {f"{table.name}.person_id" for table in tables if "person_id" in table.columns}
    following = (*merging.FOLLOWS, *merging.FOLLOWS_ONCE)
    follows = {f"{column.class_.__tablename__}.{column.key}" for column in following}
    assert pointing == follows | STAYS
