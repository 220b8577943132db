"""Signing a group up: by what right, once, and out of which places."""

from dataclasses import replace

import pytest
from sqlalchemy.orm import Session

from scheduler.activities.models import Slot, SlotShare
from scheduler.activities.parts import SlotFacts
from scheduler.checking import wrong_counters
from scheduler.errors import Conflict, Forbidden, Invalid, NotFound
from scheduler.groups.actions import Speaker, join
from scheduler.participation.actions import Stranger, join_as_stranger, withdraw
from scheduler.participation.models import Participation
from scheduler.participation.signing import SignUp
from scheduler.parties.access import Actor
from scheduler.parties.actions import PersonFacts, add_household
from scheduler.parties.models import Household
from tests import make
from tests.cast import Cast, block, hold_office
from tests.conftest import NOW
from tests.groups.conftest import TODAY, actor

DAN = Stranger(PersonFacts("団野 段", "だんの だん", "dan@example.jp"))


def _share(session: Session) -> SlotShare:
    return session.query(SlotShare).one()


def test_a_group_without_a_page_signs_up_under_its_name(
    session: Session, slot: Slot, pledge: Participation
) -> None:
    assert (pledge.party_name, pledge.people, pledge.named, pledge.state) == ("駅前商店会", 5, 1, "pledged")
    assert (slot.taken, slot.reserved) == (5, 6)
    assert wrong_counters(session) == []


def test_a_group_needs_a_name(session: Session, cast: Cast, slot: Slot) -> None:
    with pytest.raises(Invalid, match="group_name_missing"):
        join(session, slot, SignUp(cast.ben.id, group_name=" \0", pledged=5), Speaker(actor(cast.ben)), NOW)


def test_an_officer_signs_the_body_up_and_uses_its_share(session: Session, cast: Cast, slot: Slot) -> None:
    yes = SignUp(cast.chie.id, organization_id=cast.library.id, pledged=8)
    made = join(session, slot, yes, Speaker(actor(cast.chie)), NOW)
    assert (made.party_name, made.kept_places, slot.taken, slot.reserved) == ("市立図書館", 6, 8, 0)


@pytest.mark.parametrize("asker", ["ben", "aiko", "nobody"])
def test_nobody_else_signs_the_body_up(session: Session, cast: Cast, slot: Slot, asker: str) -> None:
    who = Actor(TODAY) if asker == "nobody" else actor(getattr(cast, asker))
    yes = SignUp(who.person_id or cast.ben.id, organization_id=cast.library.id, pledged=8)
    with pytest.raises(Forbidden, match="not_your_body"):
        join(session, slot, yes, Speaker(who), NOW)


def test_a_personal_link_is_no_office(session: Session, cast: Cast, slot: Slot) -> None:
    yes = SignUp(cast.chie.id, organization_id=cast.library.id, pledged=8)
    with pytest.raises(Forbidden):
        join(session, slot, yes, Speaker(Actor(TODAY, cast.chie.id, by_link=True)), NOW)


def test_a_block_leader_signs_the_block_up(session: Session, cast: Cast, slot: Slot) -> None:
    first = block(session, cast.midori, "midori-1", NOW)
    hold_office(session, cast.ben, first, "block_leader", NOW)
    yes = SignUp(cast.ben.id, organization_id=first.id, pledged=4)
    assert join(session, slot, yes, Speaker(actor(cast.ben)), NOW).organization_id == first.id


def test_a_household_is_signed_up_by_its_own_people_alone(session: Session, cast: Cast, slot: Slot) -> None:
    home = add_household(session, Household(name="別所家", created_at=NOW), [cast.ben])
    yes = SignUp(cast.ben.id, household_id=home.id, pledged=3)
    assert join(session, slot, yes, Speaker(actor(cast.ben)), NOW).party_name == "別所家"
    for other in (actor(cast.chie), Actor(TODAY)):
        with pytest.raises(NotFound):
            join(session, slot, replace(yes, contact_id=cast.chie.id), Speaker(other), NOW)


def test_a_second_tap_is_the_same_sign_up(session: Session, cast: Cast, slot: Slot) -> None:
    yes = SignUp(cast.chie.id, organization_id=cast.library.id, pledged=6)
    one, other = (join(session, slot, yes, Speaker(actor(cast.chie)), NOW) for _ in range(2))
    assert (one.id, slot.taken) == (other.id, 6)


def test_another_officer_is_told_that_the_body_has_signed_up(
    session: Session, cast: Cast, slot: Slot
) -> None:
    hold_office(session, cast.ben, cast.library, "secretary", NOW)
    for person, wanted in ((cast.chie, None), (cast.ben, "group_signed_up")):
        yes = SignUp(person.id, organization_id=cast.library.id, pledged=6)
        if wanted is None:
            join(session, slot, yes, Speaker(actor(person)), NOW)
            continue
        with pytest.raises(Conflict, match=wanted):
            join(session, slot, yes, Speaker(actor(person)), NOW)


def test_the_link_of_a_share_lets_a_stranger_take_places_out_of_it(
    session: Session, cast: Cast, slot: Slot
) -> None:
    speaker = Speaker(Actor(TODAY), DAN, _share(session))
    made = join(session, slot, SignUp(0, group_name="ほか", pledged=4, contact_comes=False), speaker, NOW)
    assert (made.organization_id, made.group_name, made.kept_places) == (cast.library.id, "", 4)
    assert (made.state, slot.taken, slot.reserved, _share(session).remaining) == ("unverified", 4, 2, 2)


def test_a_second_tap_on_the_link_is_the_same_though_the_share_is_used_up(
    session: Session, slot: Slot
) -> None:
    speaker, yes = Speaker(Actor(TODAY), DAN, _share(session)), SignUp(0, pledged=6, request_key="k" * 43)
    one = join(session, slot, yes, speaker, NOW)
    slot.places = slot.taken + slot.reserved
    session.flush()
    other = join(session, slot, yes, speaker, NOW)
    assert (one.id, slot.taken) == (other.id, 6)


def test_the_link_opens_exactly_its_share(session: Session, slot: Slot) -> None:
    with pytest.raises(Conflict, match="share_too_small"):
        join(session, slot, SignUp(0, pledged=7), Speaker(Actor(TODAY), DAN, _share(session)), NOW)


def test_somebody_else_with_the_link_is_told_that_the_body_has_signed_up(
    session: Session, slot: Slot
) -> None:
    join(session, slot, SignUp(0, pledged=2), Speaker(Actor(TODAY), DAN, _share(session)), NOW)
    other = Stranger(PersonFacts("江藤 絵", "えとう え", "dan@example.jp"))
    # Whoever guesses the one who speaks for the body reads the same.
    for who in (other, DAN):
        with pytest.raises(Conflict, match="group_signed_up"):
            join(session, slot, SignUp(0, pledged=2), Speaker(Actor(TODAY), who, _share(session)), NOW)


def test_a_share_that_is_open_to_all_is_nobodys(session: Session, slot: Slot) -> None:
    share = _share(session)
    share.released_at, share.remaining, slot.reserved = NOW, 0, 0
    session.flush()
    with pytest.raises(Conflict, match="share_open_to_all"):
        join(session, slot, SignUp(0, pledged=2), Speaker(Actor(TODAY), DAN, share), NOW)


def test_what_a_body_gives_up_goes_back_into_its_share(session: Session, cast: Cast, slot: Slot) -> None:
    yes = SignUp(cast.chie.id, organization_id=cast.library.id, pledged=8)
    made = join(session, slot, yes, Speaker(actor(cast.chie)), NOW)
    withdraw(session, made, cast.chie.id, NOW)
    assert (slot.taken, slot.reserved, _share(session).remaining) == (0, 6, 6)


def test_families_sign_up_one_by_one(session: Session, cast: Cast) -> None:
    families = make.slot(session, cast.midori, NOW, slots=(SlotFacts("親子", 8, unit="family"),))
    yes = SignUp(cast.ben.id, group_name="子ども会", pledged=12)
    with pytest.raises(Conflict, match="families"):
        join(session, families, yes, Speaker(actor(cast.ben)), NOW)


def test_a_group_that_does_not_fit_waits_as_a_whole(session: Session, cast: Cast, slot: Slot) -> None:
    yes = SignUp(cast.ben.id, group_name="大学", pledged=25)
    with pytest.raises(Conflict, match="full"):
        join(session, slot, yes, Speaker(actor(cast.ben)), NOW)
    session.rollback()
    waits = join(session, slot, replace(yes, or_wait=True), Speaker(actor(cast.ben)), NOW)
    assert (waits.state, slot.taken) == ("waitlisted", 0)


def test_who_speaks_for_a_group_has_not_said_yes_as_a_guardian(session: Session, slot: Slot) -> None:
    yes = SignUp(0, group_name="高校2年1組", pledged=3, contact_comes=False)
    assert join(session, slot, yes, Speaker(Actor(TODAY), DAN), NOW).consent_id is None


def test_the_token_of_a_body_speaks_for_no_household(session: Session, cast: Cast, slot: Slot) -> None:
    home = add_household(session, Household(name="別所家", created_at=NOW), [cast.ben])
    program = Actor(TODAY, cast.ben.id, scopes=frozenset({"organise"}), body_id=cast.midori.id)
    with pytest.raises(NotFound):
        join(session, slot, SignUp(cast.ben.id, household_id=home.id, pledged=3), Speaker(program), NOW)


def test_a_group_is_refused_alike_whether_or_not_the_address_has_signed_up(
    session: Session, cast: Cast
) -> None:
    full = make.slot(session, cast.midori, NOW, 1)
    join_as_stranger(session, full, DAN, SignUp(0), NOW)
    for who in (DAN, Stranger(PersonFacts("団野 段", "だんの だん", "umi@example.jp"))):
        with pytest.raises(Conflict, match="full"):
            join(session, full, SignUp(0, group_name="商店会", pledged=2), Speaker(Actor(TODAY), who), NOW)
