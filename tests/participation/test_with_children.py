"""A part for parents and children: nobody takes a family's place without a child, on whatever way the yes comes."""

import re
from contextlib import nullcontext
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from scheduler.activities.models import Slot, SlotTemplate
from scheduler.activities.parts import SlotFacts
from scheduler.errors import Conflict, Invalid, Refused
from scheduler.groups.actions import Speaker, add_name
from scheduler.groups.actions import join as group
from scheduler.paper.actions import By, Field, KeyedLine, key_in
from scheduler.participation import guards
from scheduler.participation.actions import join
from scheduler.participation.capacity import change_people
from scheduler.participation.models import Participation
from scheduler.participation.signing import Company, Named, SignUp
from scheduler.participation.typed_ages import ages_in
from tests import make
from tests.board.people import actor
from tests.cast import Cast
from tests.conftest import NOW
from tests.paper.streets import sheet, street
from tests.program import Program, done, refusal
from tests.signed_in import browser_of, program_of
from tests.visitor import Visitor

HANAKO = {"name": "山田 花子", "kana": "やまだ はなこ", "email": "hanako@example.jp"}
WITH_BABY = Company(("",), (8,))
# (who comes, how many children are asked for) -> code
PARTIES: list[tuple[SignUp, int, str | None]] = [
    (SignUp(1, company=Company(("", ""))), 1, "children_missing"),
    (SignUp(1, company=Company(("", ""))), 0, None),
    (SignUp(1, company=WITH_BABY), 1, None),
    (SignUp(1, company=WITH_BABY), 2, "children_missing"),
    (SignUp(1, company=Company(others=(Named(grade="e1"), Named(grade="p")))), 2, None),
    (SignUp(1, contact_grade="h2"), 1, "children_missing"),
    (SignUp(1, contact_comes=False, company=WITH_BABY), 1, None),
    (SignUp(1, pledged=6), 1, None),
]


def test_a_part_for_small_children_takes_their_big_brothers_too(session: Session, cast: Cast) -> None:
    slot = make.slot(session, cast.midori, NOW, slots=(SlotFacts("親子", 4, min_children=1, max_age=3),))
    for months in ((47,), (8, 110)):
        guards.check_ages(slot, SignUp(1, company=Company(children_months=months)))
    with pytest.raises(Refused, match="too_old"):
        guards.check_ages(slot, SignUp(1, company=Company(children_months=(48, 110))))


def test_who_is_too_old_alone_may_bring_whom_it_is_for_and_a_group_names_the_oldest_first(
    session: Session, cast: Cast
) -> None:
    slot = make.slot(session, cast.midori, NOW, slots=(SlotFacts("あそび", 4, max_age=8),))
    with pytest.raises(Refused, match="too_old"):
        guards.check_ages(slot, SignUp(1, contact_grade="h1"))
    guards.check_ages(slot, SignUp(1, contact_grade="h1", company=Company(children_months=(80,))))
    pledge = group(
        session, slot, SignUp(cast.ben.id, group_name="子ども会", pledged=3), Speaker(actor(cast.ben)), NOW
    )
    for grade in ("e6", "e1"):
        add_name(session, pledge, Named(f"山田 {grade}", f"やまだ {grade}", grade=grade), None, NOW)
    assert pledge.named == 3


@pytest.fixture
def part(session: Session, cast: Cast) -> Slot:
    """A session of the library's kind: four families, each with a child."""
    slots = (SlotFacts("親子", 4, unit="family", min_children=1), SlotFacts("手伝い", 3))
    made = make.slot(session, cast.midori, NOW, slots=slots)
    session.commit()
    return made


def _signed_up(session: Session) -> list[tuple[int, int]]:
    session.rollback()
    rows = session.query(Participation).order_by(Participation.id)
    return [(row.people, sum(one.is_minor for one in row.companions)) for row in rows]


@pytest.mark.parametrize(("sign_up", "children", "code"), PARTIES)
def test_who_brings_enough_children(
    session: Session, cast: Cast, sign_up: SignUp, children: int, code: str | None
) -> None:
    slot = make.slot(session, cast.midori, NOW, slots=(SlotFacts("親子", 4, min_children=children),))
    refused = nullcontext() if code is None else pytest.raises(Refused, match=code)
    with refused:
        guards.check_ages(slot, sign_up)


def test_the_page_asks_for_the_child_keeps_what_was_typed_and_takes_the_family(
    session: Session, part: Slot, visitor: Visitor
) -> None:
    path = f"/slots/{part.id}/join"
    assert "お子さんといっしょの方" in visitor.text(f"/dates/{part.occurrence_id}")
    assert re.search(r'<input[^>]*id="children-0"[^>]* required', visitor.text(path))
    answer = visitor.submit(path, **HANAKO, grown_ups="1")
    assert answer.status_code == 422
    assert "お子さん（1人以上）の年齢を入れてください。" in answer.text
    assert 'href="#children-0"' in answer.text
    assert 'value="山田 花子"' in answer.text
    # All that is missing is named at once.
    answer = visitor.submit(path, **HANAKO | {"email": "", "children-0": " "})
    assert ('href="#email"' in answer.text, 'href="#children-0"' in answer.text) == (True, True)
    assert visitor.submit(path, **HANAKO, **{"children-0": "8"}).status_code == 303
    assert _signed_up(session) == [(2, 1)]


def test_the_last_child_cannot_be_left_out_and_one_without_is_not_moved_there(
    session: Session, cast: Cast, part: Slot
) -> None:
    row = join(session, part, SignUp(cast.ben.id, company=Company(("",), (8, 30))), NOW)
    first, second = (one.id for one in row.companions if one.is_minor)
    change_people(session, row, 3, cast.aiko.id, NOW, without=[first])
    with pytest.raises(Conflict, match="children_must_come"):
        change_people(session, row, 2, cast.aiko.id, NOW, without=[second])


def test_the_telephone_asks_the_same(app: Flask, session: Session, cast: Cast, part: Slot) -> None:
    aiko, path = browser_of(app, cast.aiko), f"/dates/{part.occurrence_id}/board/add"
    typed = {"slot": str(part.id), "name": "佐藤 花子", "kana": "さとう はなこ", "people": "2"}
    answer = aiko.submit(path, **typed)
    assert answer.status_code == 422
    assert 'href="#children-0"' in answer.text
    assert aiko.submit(path, **typed, **{"children-0": "1"}).status_code == 303
    assert _signed_up(session) == [(2, 1)]


def test_a_sheet_is_keyed_in_with_the_ages_that_stand_on_it(
    app: Flask, session: Session, cast: Cast, part: Slot
) -> None:
    printed = sheet(session, cast, street(session, cast, 3), part.occurrence)
    session.commit()
    aiko, path = browser_of(app, cast.aiko), f"/sheets/{printed.code}"
    typed = {
        f"n-1-{part.id}": "3",
        f"c-1-{part.id}": "1歳半、小2",
        f"n-2-{part.id}": "2",
        f"c-2-{part.id}": "?",
    }
    answer = aiko.submit(path, **typed, **{f"n-3-{part.id}": "1", f"c-3-{part.id}": "4"})
    assert answer.status_code == 409
    assert "お子さんの年齢が読み取れません" in answer.text
    assert "人数には、大人もお子さんも数えます" in answer.text
    assert f'name="c-2-{part.id}" value="?"' in answer.text
    assert _signed_up(session) == [(3, 2)]


def test_a_line_without_ages_is_refused_and_ages_without_a_number_are_not_lost(
    session: Session, cast: Cast, part: Slot
) -> None:
    printed = sheet(session, cast, street(session, cast, 2), part.occurrence)
    lines = [
        KeyedLine(1, {part.id: Field(2)}),
        KeyedLine(2, {part.id: Field(None, children=(Named(age_months=8),))}),
    ]
    outcomes = key_in(session, printed, lines, By(actor(cast.aiko), NOW))
    assert [one.refusal and one.refusal.code for one in outcomes] == [
        "children_missing",
        "children_over_people",
    ]
    by, child = By(actor(cast.aiko), NOW), (Named(age_months=8),)
    stands = [Field(2, children=child), Field(2, 2, child), Field(3, 2, child), Field(3, 2)]
    # Of a line that stands only the number is changed, and nothing is dropped without a word.
    found = [key_in(session, printed, [KeyedLine(1, {part.id: one})], by)[0] for one in stands]
    assert [one.refusal.code if one.refusal else one.what for one in found] == [
        "joined",
        "same",
        "ages_stand_already",
        "changed",
    ]


AGES: list[tuple[str, tuple[Named, ...] | None]] = [
    ("", ()),
    ("９か月", (Named(age_months=9),)),
    ("1歳、3歳", (Named(age_months=12), Named(age_months=36))),
    ("2 4", (Named(age_months=24), Named(age_months=48))),
    ("1歳半・1才3ヶ月", (Named(age_months=18), Named(age_months=15))),
    ("小2，中学1年", (Named(grade="e2"), Named(grade="j1"))),
    ("1y, 9m", (Named(age_months=12), Named(age_months=9))),
    ("小7", None),
    ("30", None),
    ("3歳と", None),
    ("、".join(["1歳6か月"] * 59), (Named(age_months=18),) * 59),
    ("1歳、" * 150, None),
]


@pytest.mark.parametrize(("typed", "children"), AGES)
def test_ages_are_read_as_people_write(typed: str, children: tuple[Named, ...] | None) -> None:
    assert ages_in(typed) == children


def test_programs_are_asked_for_the_child_too(app: Flask, cast: Cast, part: Slot) -> None:
    program = Program(app)
    assert program.read(f"/dates/{part.occurrence_id}")["slots"][0]["min_children"] == 1
    path = f"/slots/{part.id}/join"
    who: dict[str, Any] = HANAKO | {"adults": ["山田 一郎"]}
    assert refusal(program.post(path, None, **who)) == (422, "children_missing")
    assert done(program.post(path, None, **who, children_months=[8]))["people"] == 3
    every = f"/activities/{part.occurrence.activity_id}/join"
    ben = program_of(app, cast.ben)
    assert done(ben.post(every, position=0, dates=[part.occurrence_id], children_grades=["p"]))["dates"]


# (from which age on, the ages typed) -> (what is said, at which child)
SMALL: list[tuple[int, tuple[str, ...], str, int]] = [
    (3, ("3", "6", "8か月"), "ここを空けると、ほかの方は申し込めます", 2),
    (3, ("8か月", "6"), "ここを空けると、ほかの方は申し込めます", 0),
    (3, ("1",), "この役割は3歳からです。ほかの活動を選んでください。", 0),
]


@pytest.mark.parametrize(("youngest", "ages", "said", "at"), SMALL)
def test_the_page_says_which_child_is_too_young_who_can_come_and_whom_to_ask(
    session: Session, cast: Cast, visitor: Visitor, youngest: int, ages: tuple[str, ...], said: str, at: int
) -> None:
    parts = (SlotFacts("親子", 4, unit="family", min_children=1, min_age=youngest, max_age=8),)
    slot = make.slot(session, cast.midori, NOW, slots=parts, contact="図書館 本庄 090-0000-0003")
    session.commit()
    path, typed = f"/slots/{slot.id}/join", {f"children-{number}": age for number, age in enumerate(ages)}
    answer = visitor.submit(path, **HANAKO, **typed)
    assert (answer.status_code, answer.text.count(said)) == (422, 2)
    assert re.findall(r'href="#(children-\d)"', answer.text) == [f"children-{at}"]
    assert "tel:090-0000-0003" in answer.text
    if len(ages) > 1:
        assert visitor.submit(path, **HANAKO, **typed | {f"children-{at}": ""}).status_code == 303


def test_older_brothers_and_sisters_are_welcome_where_the_age_is_said(
    session: Session, cast: Cast, visitor: Visitor
) -> None:
    slot = make.slot(session, cast.midori, NOW, slots=(SlotFacts("親子", 4, min_children=1, max_age=3),))
    session.commit()
    path = f"/slots/{slot.id}/join"
    for page in (path, f"/dates/{slot.occurrence_id}"):
        assert "3歳まで（上のきょうだいもどうぞ）" in visitor.text(page)
    answer = visitor.submit(path, **HANAKO, **{"children-0": "6"})
    assert "3歳までのお子さんといっしょに申し込んでください" in answer.text
    assert 'href="#children-0"' in answer.text


def test_whoever_takes_over_brings_a_child(app: Flask, session: Session, cast: Cast, part: Slot) -> None:
    row = join(session, part, SignUp(cast.ben.id, company=WITH_BABY), NOW)
    session.commit()
    ben = program_of(app, cast.ben)
    link = done(ben.post(f"/participations/{row.id}/stand-in", way="named"))["url"].removeprefix(
        "http://localhost"
    )
    chie = browser_of(app, cast.chie)
    assert chie.submit(link).status_code == 422
    assert chie.submit(link, **{"children-0": "小3"}).status_code == 303
    assert _signed_up(session) == [(3, 1), (2, 1)]


def test_an_organiser_posts_it_and_sets_how_many(
    app: Flask, session: Session, cast: Cast, part: Slot
) -> None:
    aiko, terms = browser_of(app, cast.aiko), f"/activities/{part.occurrence.activity_id}/terms"
    assert (
        aiko.submit(f"{terms}/0", policy="first_come", offer_hours="24", min_children="2").status_code == 303
    )
    session.rollback()
    posted = session.query(SlotTemplate).order_by(SlotTemplate.id).limit(1).one()
    assert (part.min_children, posted.min_children) == (2, 2)
    answer = aiko.submit(terms, minors="no", warn_days="3")
    assert answer.status_code == 422
    assert "18歳未満の方は参加できないことになっています" in answer.text
    with pytest.raises(Invalid, match="children_not_let_in"):
        make.slot(session, cast.midori, NOW, slots=(SlotFacts("親子", 4, min_children=1, min_age=18),))


def test_that_children_can_come_along_is_said_once_of_a_date_or_of_the_parts_that_take_them(
    session: Session, cast: Cast, app: Flask
) -> None:
    said, any_age = "子どももいっしょに来られます", SlotFacts("受付", 2)
    for slots, minors in (
        ((any_age, SlotFacts("積込み", 2)), "consent"),
        ((any_age, SlotFacts("積込み", 2, min_age=15)), "consent"),
        ((any_age,), "no"),
    ):
        make.activity(session, cast.midori, NOW, slots=slots, minors=minors)
    session.commit()
    visitor = Visitor(app)
    pages = [visitor.text(f"/dates/{number}") for number in (1, 2, 3)]
    assert [page.count(said) for page in pages] == [1, 1, 0]
    assert f'<p class="help">{said}</p>' in pages[0]
