"""Many dates at once: every time but not in August, single absences, new dates, one letter for all."""

from datetime import date, timedelta

import pytest
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from scheduler.activities.actions import make_dates
from scheduler.activities.models import Activity
from scheduler.activities.parts import Question, SlotFacts
from scheduler.checking import wrong_counters
from scheduler.errors import Conflict, Forbidden, Invalid
from scheduler.notices.models import Notice
from scheduler.participation import answering
from scheduler.participation.actions import Stranger, withdraw
from scheduler.participation.models import Answer, Participation
from scheduler.participation.signing import Company, SignUp
from scheduler.participation.waiting import lapse
from scheduler.parties.actions import PersonFacts
from scheduler.series import actions
from scheduler.series.actions import Wish
from scheduler.series.queries import clashes_of, rows_of, slots_ahead
from tests import make
from tests.cast import Cast
from tests.conftest import NOW

HANAKO = PersonFacts("山田 花子", "やまだ はなこ", "hanako@example.jp")
EVERY = Wish(0, every=True)


@pytest.fixture
def monthly(session: Session, cast: Cast) -> Activity:
    """The second Sunday of each month, two places."""
    return make.activity(session, cast.midori, NOW, rule=make.SECOND_SUNDAY, first_on=date(2026, 12, 13))


def states(session: Session, series_id: int) -> list[str]:
    """Return the states of all dates of a series, in order."""
    return [row.state for row in rows_of(session, series_id, NOW)]


def told(session: Session) -> list[str]:
    """Return the kinds of everything that was told."""
    return list(session.scalars(select(Notice.kind).order_by(Notice.id)))


def months(session: Session, series_id: int) -> set[int]:
    """Return the months in which somebody comes."""
    return {row.slot.starts_at.month for row in rows_of(session, series_id, NOW) if row.is_live}


def test_every_time_but_not_in_august(session: Session, cast: Cast, monthly: Activity) -> None:
    wish = Wish(0, every=True, months_off=(8,))
    joined = actions.join(session, monthly, wish, SignUp(cast.ben.id), NOW)
    assert months(session, joined.series.id) == set(range(1, 13)) - {8}
    assert joined.not_joined == ()


def test_many_dates_are_one_letter(session: Session, cast: Cast, monthly: Activity) -> None:
    actions.join(session, monthly, EVERY, SignUp(cast.ben.id), NOW)
    assert told(session) == ["series_joined"]


def test_only_the_chosen_dates(session: Session, cast: Cast, monthly: Activity) -> None:
    chosen = [slot.occurrence_id for slot in slots_ahead(session, monthly.id, 0, NOW)][1:3]
    joined = actions.join(session, monthly, Wish(0, dates=tuple(chosen)), SignUp(cast.ben.id), NOW)
    rows = rows_of(session, joined.series.id, NOW)
    assert [row.slot.occurrence_id for row in rows] == chosen


def test_full_dates_are_waited_for(session: Session, cast: Cast, monthly: Activity) -> None:
    first = slots_ahead(session, monthly.id, 0, NOW)[0]
    for number in (1, 2):
        make.participation(session, first, make.person(session, number, NOW), NOW)
    joined = actions.join(session, monthly, EVERY, SignUp(cast.ben.id), NOW)
    assert states(session, joined.series.id)[:2] == ["waitlisted", "confirmed"]
    assert wrong_counters(session) == []


def test_the_same_again_is_the_same_series(session: Session, cast: Cast, monthly: Activity) -> None:
    one, other = (actions.join(session, monthly, EVERY, SignUp(cast.ben.id), NOW) for _ in range(2))
    assert one.series.id == other.series.id
    assert told(session) == ["series_joined"]


def test_a_single_absence_stays_one_and_new_dates_are_joined(
    session: Session, cast: Cast, monthly: Activity
) -> None:
    joined = actions.join(session, monthly, EVERY, SignUp(cast.ben.id), NOW).series
    withdraw(session, rows_of(session, joined.id, NOW)[0], cast.ben.id, NOW)
    later = NOW + timedelta(days=62)
    make_dates(session, monthly, later)
    assert actions.follow(session, joined, later) == 2
    assert actions.follow(session, joined, later) == 0
    assert states(session, joined.id)[0] == "cancelled"


def test_whoever_left_a_date_may_come_after_all(session: Session, cast: Cast, monthly: Activity) -> None:
    joined = actions.join(session, monthly, EVERY, SignUp(cast.ben.id), NOW).series
    row = rows_of(session, joined.id, NOW)[0]
    withdraw(session, row, cast.ben.id, NOW)
    actions.come_after_all(session, row, NOW)
    assert (row.state, row.slot.taken) == ("confirmed", 1)


def test_months_off_may_be_chosen_later(session: Session, cast: Cast, monthly: Activity) -> None:
    joined = actions.join(session, monthly, EVERY, SignUp(cast.ben.id), NOW).series
    actions.set_months_off(session, joined, [7, 8], NOW)
    assert months(session, joined.id) == set(range(1, 13)) - {7, 8}
    assert actions.follow(session, joined, NOW) == 0
    with pytest.raises(Invalid):
        actions.set_months_off(session, joined, [13], NOW)


def test_ending_it_leaves_all_dates_ahead_with_one_letter(
    session: Session, cast: Cast, monthly: Activity
) -> None:
    joined = actions.join(session, monthly, EVERY, SignUp(cast.ben.id), NOW).series
    assert actions.end(session, joined, cast.ben.id, NOW) == len(states(session, joined.id))
    assert actions.end(session, joined, cast.ben.id, NOW) == 0
    assert set(states(session, joined.id)) == {"cancelled"}
    assert told(session) == ["series_joined", "series_ended"]


def test_a_stranger_confirms_all_dates_at_once(session: Session, monthly: Activity) -> None:
    joined = actions.join_as_stranger(
        session, monthly, EVERY, SignUp(0), NOW, stranger=Stranger(HANAKO)
    ).series
    assert (set(states(session, joined.id)), told(session)) == ({"unverified"}, ["series_verify"])
    actions.prove(session, joined, NOW)
    assert set(states(session, joined.id)) == {"confirmed"}
    assert told(session) == ["series_verify", "series_joined"]


def test_an_address_not_confirmed_in_time_frees_all_and_says_so_once(
    session: Session, monthly: Activity
) -> None:
    joined = actions.join_as_stranger(
        session, monthly, EVERY, SignUp(0), NOW, stranger=Stranger(HANAKO)
    ).series
    later = NOW + timedelta(minutes=31)
    for row in rows_of(session, joined.id, NOW):
        lapse(session, row, later)
    actions.lapse(session, joined, later)
    assert set(states(session, joined.id)) == {"expired"}
    assert told(session) == ["series_verify", "series_expired"]
    with pytest.raises(Conflict, match="hold_over"):
        actions.prove(session, joined, later)


def test_nothing_chosen_is_asked_again(session: Session, cast: Cast, monthly: Activity) -> None:
    with pytest.raises(Invalid, match="no_date_chosen"):
        actions.join(session, monthly, Wish(0, dates=(999,)), SignUp(cast.ben.id), NOW)
    with pytest.raises(Invalid, match="no_date_chosen"):
        actions.join(session, monthly, Wish(7, every=True), SignUp(cast.ben.id), NOW)


def test_what_no_date_allows_leaves_nothing_behind(session: Session, cast: Cast) -> None:
    slots = (SlotFacts("草刈り", 3, competence="mower"),)
    weekly = make.activity(session, cast.midori, NOW, rule="FREQ=WEEKLY;COUNT=3", slots=slots)
    session.commit()
    # Where all dates refuse the same, that is said.
    with pytest.raises(Forbidden, match="competence_missing"):
        actions.join(session, weekly, EVERY, SignUp(cast.ben.id), NOW)
    session.rollback()
    assert session.query(Participation).count() == 0
    first, second, _third = slots_ahead(session, weekly.id, 0, NOW)
    first.min_children, second.policy = 1, "assigned"
    session.commit()
    with pytest.raises(Conflict, match="no_date_joined"):
        actions.join(session, weekly, EVERY, SignUp(cast.ben.id), NOW)


def test_company_comes_to_new_dates_too(session: Session, cast: Cast, monthly: Activity) -> None:
    yes = SignUp(cast.ben.id, company=Company(adults=("妹",)))
    joined = actions.join(session, monthly, EVERY, yes, NOW).series
    later = NOW + timedelta(days=31)
    make_dates(session, monthly, later)
    actions.follow(session, joined, later)
    assert {row.people for row in rows_of(session, joined.id, NOW)} == {2}


def test_dates_made_later_carry_the_answers_and_a_new_question_keeps_nobody_out(
    session: Session, cast: Cast
) -> None:
    size = Question("size", "シャツ", "choice", choices=("S", "M"), required=True, erase_days=7)
    parts = (SlotFacts("給水", 9, questions=(size,)),)
    monthly = make.activity(session, cast.midori, NOW, rule=make.SECOND_SUNDAY, slots=parts)
    yes = SignUp(cast.ben.id, answers={"size": "M", "other": "x"})
    series = actions.join(session, monthly, EVERY, yes, NOW).series
    later = NOW + timedelta(days=62)
    make_dates(session, monthly, later)
    newest = slots_ahead(session, monthly.id, 0, later)[-1]
    car = {**newest.questions[0], "key": "car", "kind": "yes_no"}
    newest.questions = [*newest.questions, car]
    assert actions.follow(session, series, later) == 2
    rows = rows_of(session, series.id, later)
    kept = [[(one.key, one.value, one.erase_on) for one in row.answers] for row in rows]
    assert kept == [[("size", "M", row.slot.ends_at.date() + timedelta(days=7))] for row in rows]
    assert rows[-1].state == "confirmed"
    assert told(session)[1:] == ["answer_missing"]
    assert actions.follow(session, series, later) == 0
    answering.answer(session, rows[-1], {"car": "yes"}, cast.ben.id, later)
    assert (told(session)[1:], rows[-1].missing_answers) == (["answer_missing"], frozenset())


def test_one_answer_counts_for_all_dates_that_lack_the_same(session: Session, cast: Cast) -> None:
    monthly = make.activity(session, cast.midori, NOW, rule=make.SECOND_SUNDAY)
    ahead = slots_ahead(session, monthly.id, 0, NOW)
    car = {"key": "car", "kind": "yes_no", "label": "車", "purpose": "", "choices": [], "required": True}
    for slot in ahead[1:]:
        slot.questions = [car | {"erase_days": 7}]
    series = actions.join(session, monthly, EVERY, SignUp(cast.ben.id), NOW).series
    assert told(session) == ["answer_missing", "series_joined"]
    rows = rows_of(session, series.id, NOW)
    with pytest.raises(Invalid, match="answer_missing"):
        answering.answer(session, rows[1], {"car": ""}, cast.ben.id, NOW)
    with pytest.raises(Conflict, match="already_begun"):
        answering.answer(session, rows[1], {"car": "no"}, cast.ben.id, rows[1].slot.starts_at)
    answering.answer(session, rows[1], {"car": "no"}, cast.ben.id, NOW)
    assert [[one.value for one in row.answers] for row in rows] == [[]] + [["no"]] * (len(rows) - 1)


def test_a_form_sent_twice_by_telephone_is_one_series(session: Session, monthly: Activity) -> None:
    ume = Stranger(PersonFacts("佐藤 梅", "さとう うめ", phone="090-1234-5678"))
    sent = [
        actions.join_as_stranger(
            session, monthly, EVERY, SignUp(0, request_key=key * 43), NOW, stranger=ume
        ).series.id
        for key in "kkj"
    ]
    assert (sent[0] == sent[1], sent[0] == sent[2]) == (True, False)


def test_who_confirms_reads_of_a_clash_and_who_types_the_address_does_not(
    session: Session, cast: Cast, monthly: Activity
) -> None:
    row = rows_of(session, actions.join(session, monthly, EVERY, SignUp(cast.ben.id), NOW).series.id, NOW)[0]
    same = make.activity(session, cast.midori, NOW, rule=make.SECOND_SUNDAY, first_on=date(2026, 12, 13))
    ben = Stranger(PersonFacts("別所 勉", "べっしょ べん", "ben@example.jp"))
    series = actions.join_as_stranger(session, same, EVERY, SignUp(0), NOW, stranger=ben).series
    assert set(states(session, series.id)) == {"unverified"}
    assert row.slot.occurrence.activity.title in min(clashes_of(session, series, NOW).values())
    with pytest.raises(Conflict, match="clash"):
        actions.prove(session, series, NOW)
    actions.prove(session, series, NOW, clash_ok=True)
    assert set(states(session, series.id)) == {"confirmed"}


def test_the_answers_go_with_those_of_the_last_date(session: Session, cast: Cast) -> None:
    parts = (SlotFacts("給水", 9, questions=(Question("wish", "希望"),)),)
    monthly = make.activity(session, cast.midori, NOW, rule=make.SECOND_SUNDAY, slots=parts)
    yes = SignUp(cast.ben.id, answers={"wish": "木かげ"})
    series = actions.join(session, monthly, EVERY, yes, NOW).series
    actions.end(session, series, cast.ben.id, NOW)
    actions.forget_answers(session)
    assert series.answers == {"wish": "木かげ"}
    session.execute(delete(Answer))
    actions.forget_answers(session)
    assert series.answers == {}
