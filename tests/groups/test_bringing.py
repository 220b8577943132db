"""One more comes along with a party that is there already."""

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from scheduler.activities.models import Slot
from scheduler.errors import Conflict, Invalid
from scheduler.participation.actions import join
from scheduler.participation.bringing import bring_along, may_bring
from scheduler.participation.signing import Company, Named, SignUp
from tests import mailbox, make
from tests.cast import Cast
from tests.conftest import NOW
from tests.participation.signing import people, yes
from tests.program import done
from tests.signed_in import browser_of, program_of

CHILD = Named(grade="e3")


@pytest.fixture
def slot(session: Session, cast: Cast) -> Slot:
    return make.slot(session, cast.midori, NOW, places=3)


def test_a_child_more_is_counted_told_and_taken_back(
    app: Flask, session: Session, cast: Cast, slot: Slot
) -> None:
    row = yes(session, slot, cast.ben)
    session.commit()
    mailbox.new_mails(app, "ben@example.jp")
    ben, page = browser_of(app, cast.ben), f"/participations/{row.id}"
    assert f'href="{page}/company"' in ben.text(page)
    assert ben.submit(f"{page}/more", f"{page}/company", age="9", name="").location == page
    assert "人数を2人に変えました" in mailbox.new_mail(app, "ben@example.jp")["Subject"]
    shown = ben.text(page)
    assert ("お子さん（9歳）" in shown, shown.count(f'action="{page}/fewer/back"')) == (True, 1)
    assert "元の人数にもどす" in ben.text(page)
    session.rollback()
    assert (row.people, slot.taken) == (2, 2)
    ben.submit(f"{page}/fewer/back", page=page)
    session.rollback()
    session.expire_all()
    assert (row.people, row.companions, slot.taken, row.state) == (1, [], 1, "confirmed")


def test_where_no_place_is_free_all_stays_as_it_was(
    app: Flask, session: Session, cast: Cast, slot: Slot
) -> None:
    row = yes(session, slot, cast.ben, 3)
    session.commit()
    refused = browser_of(app, cast.ben).submit(
        f"/participations/{row.id}/more", f"/participations/{row.id}/company", name="山田 一郎"
    )
    assert (refused.status_code, "空きがないので、人を加えられません。" in refused.text) == (409, True)
    assert 'value="山田 一郎"' in refused.text
    session.rollback()
    session.expire_all()
    assert (row.people, len(row.companions), slot.taken) == (3, 2, 3)


def test_nobody_is_brought_past_somebody_who_waits(session: Session, cast: Cast, slot: Slot) -> None:
    other, waits = people(session, 2)
    row, there = yes(session, slot, cast.ben), yes(session, slot, other)
    yes(session, slot, waits, 2)
    there.slot.places = 4
    session.flush()
    with pytest.raises(Conflict, match="full_to_bring"):
        bring_along(session, row, CHILD, NOW)


def test_a_child_who_is_too_young_is_said_at_the_age_and_whom_to_ask(
    app: Flask, session: Session, cast: Cast, slot: Slot
) -> None:
    row = yes(session, slot, cast.ben)
    slot.min_age = 3
    session.commit()
    refused = browser_of(app, cast.ben).submit(
        f"/participations/{row.id}/more", f"/participations/{row.id}/company", age="8か月"
    )
    assert (refused.status_code, 'href="#age"' in refused.text) == (409, True)
    assert (
        "この役割は3歳からです。小さいお子さんを連れて来てよいかは、世話人に聞いてください。" in refused.text
    )


def test_who_cannot_be_brought_along(session: Session, cast: Cast, slot: Slot) -> None:
    row = yes(session, slot, cast.ben)
    with pytest.raises(Invalid, match="nobody_to_bring"):
        bring_along(session, row, Named(" "), NOW)
    slot.min_age = 12
    with pytest.raises(Conflict, match="too_young_to_bring"):
        bring_along(session, row, CHILD, NOW)
    slot.closes_before = 60
    with pytest.raises(Conflict, match="closed_to_bring"):
        bring_along(session, row, Named("山田 一郎"), slot.closes_at)
    slot.policy = "approval"
    # Nor is it offered.
    assert not may_bring(row, NOW)
    with pytest.raises(Conflict, match="ask_to_bring"):
        bring_along(session, row, Named("山田 一郎"), NOW)


def test_a_program_brings_one_along(app: Flask, session: Session, cast: Cast, slot: Slot) -> None:
    row = join(session, slot, SignUp(cast.ben.id, company=Company(others=(CHILD,))), NOW)
    session.commit()
    ben = program_of(app, cast.ben)
    told = done(ben.post(f"/participations/{row.id}/more", name="山田 一郎"))
    company = ben.read(f"/participations/{row.id}/company")["company"]
    assert (told["people"], [one["name"] for one in company]) == (3, ["", "山田 一郎"])
