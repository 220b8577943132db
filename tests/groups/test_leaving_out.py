"""Who of a party does not come: somebody who comes along, or whoever has signed the others up."""

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from scheduler.activities.models import Slot
from scheduler.errors import Conflict, Invalid
from scheduler.groups.actions import leave_out
from scheduler.participation.actions import join
from scheduler.participation.capacity import THE_CONTACT
from scheduler.participation.models import Participation
from scheduler.participation.signing import Company, Named, SignUp
from scheduler.participation.undoing import come_all
from tests import mailbox, make
from tests.cast import Cast
from tests.conftest import NOW
from tests.signed_in import browser_of

FATHER, CHILD = Named("山田 一郎", "やまだ いちろう"), Named(grade="e3")


@pytest.fixture
def slot(session: Session, cast: Cast) -> Slot:
    return make.slot(session, cast.midori, NOW, places=5)


def _family(session: Session, slot: Slot, cast: Cast, *others: Named) -> Participation:
    return join(session, slot, SignUp(cast.ben.id, company=Company(others=others)), NOW)


def test_the_mother_is_ill_and_the_others_come(app: Flask, session: Session, cast: Cast, slot: Slot) -> None:
    row = _family(session, slot, cast, FATHER, CHILD)
    session.commit()
    ben, page = browser_of(app, cast.ben), f"/participations/{row.id}"
    assert f"{cast.ben.name}（ご本人）" in ben.text(f"{page}/company")
    ben.submit(f"{page}/fewer", f"{page}/company", without=str(THE_CONTACT))
    session.rollback()
    session.refresh(row)
    assert (row.people, row.contact_comes, row.state, slot.taken) == (2, False, "confirmed", 2)
    shown = ben.text(page)
    assert f"{cast.ben.name}（ご本人）を外し、2人に変えました。世話人にも見えます。" in shown
    assert "来る方" in shown
    assert "申し込んだ方は来ません" in browser_of(app, cast.aiko).text(f"/dates/{slot.occurrence_id}/board")
    ben.submit(f"{page}/fewer/back", page=page)
    session.rollback()
    session.refresh(row)
    assert (row.people, row.contact_comes, slot.taken) == (3, True, 3)


def test_who_lets_the_children_come_alone_has_said_yes_for_them(
    session: Session, cast: Cast, slot: Slot
) -> None:
    row = _family(session, slot, cast, CHILD)
    leave_out(session, row, [THE_CONTACT], NOW)
    assert (row.state, row.people, row.guardian) == ("confirmed", 1, cast.ben.name)


@pytest.mark.parametrize(
    ("others", "comes"), [((FATHER, CHILD), False), ((CHILD, Named(age_months=9)), True)]
)
def test_who_may_let_children_come_alone_reads_what_that_means(
    app: Flask, session: Session, cast: Cast, slot: Slot, others: tuple[Named, ...], comes: bool
) -> None:
    yes = SignUp(cast.ben.id, contact_comes=comes, company=Company(others=others))
    row = join(session, slot, yes, NOW)
    session.commit()
    page = browser_of(app, cast.ben).text(f"/participations/{row.id}/company")
    assert ("（ご本人）" in page, "保護者として同意したことになります。" in page) == (comes, True)
    other = next(one.id for one in row.companions if one.grade != CHILD.grade)
    leave_out(session, row, [THE_CONTACT, other], NOW)
    assert (row.people, row.guardian) == (1, cast.ben.name)


def test_children_stay_with_an_adult_where_that_is_the_rule(session: Session, cast: Cast, slot: Slot) -> None:
    slot.occurrence.activity.minors = "present"
    row = _family(session, slot, cast, FATHER, CHILD)
    with pytest.raises(Conflict, match="children_alone"):
        leave_out(session, row, [THE_CONTACT, row.companions[0].id], NOW)
    leave_out(session, row, [row.companions[1].id, THE_CONTACT], NOW)
    assert (row.people, row.contact_comes) == (1, False)


def test_a_small_child_never_comes_alone(session: Session, cast: Cast, slot: Slot) -> None:
    row = _family(session, slot, cast, CHILD, Named(age_months=9))
    with pytest.raises(Conflict, match="children_alone"):
        leave_out(session, row, [THE_CONTACT], NOW)


def test_whoever_had_to_be_trained_cannot_send_others(session: Session, cast: Cast, slot: Slot) -> None:
    row = _family(session, slot, cast, FATHER)
    slot.competence = "mower"
    with pytest.raises(Conflict, match="contact_must_come"):
        leave_out(session, row, [THE_CONTACT], NOW)


def test_not_everybody_can_be_left_out_so(session: Session, cast: Cast, slot: Slot) -> None:
    row = _family(session, slot, cast, FATHER)
    with pytest.raises(Invalid, match="nobody_left"):
        leave_out(session, row, [THE_CONTACT, row.companions[0].id], NOW)


def test_who_withdraws_and_comes_again_can_still_be_as_many_as_before(
    app: Flask, session: Session, cast: Cast, slot: Slot
) -> None:
    row = _family(session, slot, cast, FATHER, CHILD)
    session.commit()
    ben, page = browser_of(app, cast.ben), f"/participations/{row.id}"
    ben.submit(f"{page}/fewer", f"{page}/company", without=str(row.companions[1].id))
    assert "お子さんのいない申し込みになりました" in ben.text(page)
    ben.submit(f"{page}/withdraw")
    assert "元の人数にもどす" not in ben.text(page)
    ben.submit(f"{page}/back", page=page)
    assert "元の人数にもどす" in ben.text(page)
    ben.submit(f"{page}/fewer/back", page=page)
    session.rollback()
    session.refresh(row)
    assert (row.people, len(row.companions), row.state, slot.taken) == (3, 2, "confirmed", 3)


def test_who_has_taken_on_something_else_meanwhile_does_not_come_back_unseen(
    session: Session, cast: Cast, slot: Slot
) -> None:
    row = _family(session, slot, cast, FATHER)
    leave_out(session, row, [THE_CONTACT], NOW)
    join(session, make.slot(session, cast.midori, NOW), SignUp(cast.ben.id), NOW)
    with pytest.raises(Conflict, match="clash"):
        come_all(session, row, NOW)


def test_who_is_asked_again_and_leaves_somebody_out_has_said_yes_for_the_others(
    app: Flask, session: Session, cast: Cast, slot: Slot
) -> None:
    row = _family(session, slot, cast, FATHER, CHILD)
    row.asked_again = "postponed"
    slot.cancel_before = 60 * 24 * 90
    session.commit()
    ben, page = browser_of(app, cast.ben), f"/participations/{row.id}"
    assert f'href="{page}/company"' in ben.text(f"{page}/again")
    assert "お返事したことになります" in ben.text(f"{page}/company")
    session.rollback()
    answer = ben.submit(f"{page}/fewer", f"{page}/company", without=str(row.companions[1].id))
    shown = ben.text(answer.location)
    assert ("<h1>申し込みのようす" in shown, shown.count(f'action="{page}/fewer/back"')) == (True, 1)
    session.rollback()
    session.refresh(row)
    assert (row.asked_again, row.people, row.state) == ("", 2, "confirmed")
    come_all(session, row, NOW)
    assert (row.asked_again, row.people) == ("", 3)


def test_the_mail_about_the_number_names_who_was_left_out(
    app: Flask, session: Session, cast: Cast, slot: Slot
) -> None:
    row = _family(session, slot, cast, CHILD, Named(age_months=9))
    session.commit()
    mailbox.new_mails(app, "ben@example.jp")
    leave_out(session, row, [row.companions[1].id], NOW)
    session.commit()
    text = mailbox.text(mailbox.new_mail(app, "ben@example.jp"))
    assert "人数を2人に変えました。\n来なくなった方：お子さん（9か月）\n" in text
