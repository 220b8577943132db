"""Sign-ups for programs."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from scheduler.activities.models import Slot
from scheduler.activities.parts import SlotFacts
from scheduler.participation.models import Participation
from scheduler.parties.models import Person
from scheduler.parties.tokens import personal
from tests import make
from tests.cast import Cast
from tests.conftest import NOW
from tests.moments import at
from tests.program import Program, done, refusal
from tests.signed_in import program_of

HANAKO: dict[str, Any] = {"name": "山田 花子", "kana": "やまだ はなこ", "email": "hanako@example.jp"}


@pytest.fixture
def slot(session: Session, cast: Cast) -> Slot:
    """A slot of five places, counted in people."""
    made = make.slot(session, cast.midori, NOW, places=5)
    session.commit()
    return made


def test_a_party_signs_up_with_company(app: Flask, slot: Slot) -> None:
    sent = HANAKO | {"adults": ["山田 一郎"], "children_months": [8, 30]}
    joined = done(Program(app).post(f"/slots/{slot.id}/join", **sent))
    assert (joined["people"], joined["slot"], joined["date"]["id"]) == (4, "積込み", slot.occurrence_id)
    assert Program(app).read(f"/dates/{slot.occurrence_id}")["slots"][0]["left"] == 1


def test_the_same_again_gets_the_sign_up_that_stands(app: Flask, slot: Slot) -> None:
    answers = [Program(app).post(f"/slots/{slot.id}/join", **HANAKO) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json == answers[1].json


def test_who_is_known_needs_no_name(app: Flask, session: Session, slot: Slot, cast: Cast) -> None:
    done(program_of(app, cast.ben).post(f"/slots/{slot.id}/join"))
    session.rollback()
    assert session.query(Participation).one().contact_id == cast.ben.id


def test_a_language_that_we_do_not_speak_is_japanese(app: Flask, session: Session, slot: Slot) -> None:
    for number, language in enumerate(["en", "xx", "ja\0"]):
        sent = HANAKO | {"kana": f"やまだ {number}", "language": language}
        done(Program(app).post(f"/slots/{slot.id}/join", **sent))
    session.rollback()
    told = session.query(Person.language).filter_by(email="hanako@example.jp").order_by(Person.kana)
    assert [language for (language,) in told] == ["en", "ja", "ja"]


REFUSED: list[tuple[dict[str, Any], int, str]] = [
    ({"name": ""}, 422, "name_missing"),
    ({"kana": "\0"}, 422, "name_missing"),
    ({"email": "hanako@"}, 422, "email_unusable"),
    ({"email": "花子@example.jp"}, 422, "email_unusable"),
    ({"children_months": [-1]}, 422, "age_out_of_range"),
    ({"children_months": [10**30]}, 422, "age_out_of_range"),
    ({"adults": ["あ"] * 60}, 422, "people_out_of_range"),
    ({"adults": ["あ"] * 5}, 409, "full"),
    ({"adults": "あ"}, 422, "json_unreadable"),
    ({"children_months": ["young"]}, 422, "json_unreadable"),
]


@pytest.mark.parametrize(("changes", "status", "code"), REFUSED, ids=lambda value: str(value)[:40])
def test_a_refusal_has_a_code_and_leaves_nothing_behind(
    app: Flask, session: Session, slot: Slot, changes: dict[str, Any], status: int, code: str
) -> None:
    assert refusal(Program(app).post(f"/slots/{slot.id}/join", **HANAKO | changes)) == (status, code)
    session.rollback()
    assert (session.query(Participation).count(), slot.taken) == (0, 0)


@pytest.mark.parametrize("field", ["name", "kana", "adults"])
def test_what_is_typed_without_end_is_refused(app: Flask, slot: Slot, field: str) -> None:
    long = {"name": "花" * 9999, "kana": "か" * 9999, "adults": ["太" * 9999]}
    answer = Program(app).post(f"/slots/{slot.id}/join", **HANAKO | {field: long[field]})
    code = "kana_too_long" if field == "kana" else "name_too_long"
    assert refusal(answer) == (422, code)


def test_what_has_begun_is_refused_by_name(app: Flask, slot: Slot) -> None:
    with at("2026-11-22 08:00"):
        answer = Program(app).post(f"/slots/{slot.id}/join", **HANAKO)
    assert refusal(answer) == (409, "already_begun")


def test_a_part_for_the_trained_is_forbidden_to_others(app: Flask, session: Session, cast: Cast) -> None:
    mowing = make.slot(session, cast.midori, NOW, slots=(SlotFacts("草刈り", 3, competence="mower"),))
    session.commit()
    assert refusal(program_of(app, cast.ben).post(f"/slots/{mowing.id}/join")) == (403, "competence_missing")
    assert refusal(Program(app).post(f"/slots/{mowing.id}/join", **HANAKO)) == (403, "trained_sign_in")


def test_withdrawing_once_more_is_the_same(app: Flask, session: Session, slot: Slot, cast: Cast) -> None:
    row = make.participation(session, slot, cast.ben, NOW)
    program = program_of(app, cast.ben)
    states = [done(program.post(f"/participations/{row.id}/withdraw"))["state"] for _ in range(2)]
    assert states == ["cancelled", "cancelled"]
    session.rollback()
    assert slot.taken == 0


def test_the_own_sign_ups_are_the_own_only(app: Flask, session: Session, slot: Slot, cast: Cast) -> None:
    for person in (cast.ben, cast.chie):
        make.participation(session, slot, person, NOW)
    mine = program_of(app, cast.ben).read("/me")
    assert (mine["name"], len(mine["sign_ups"])) == ("別所 勉", 1)
    assert mine["sign_ups"][0]["starts_at"] == "2026-11-21T23:00:00Z"


def test_a_personal_link_is_a_token_for_the_own_things(
    app: Flask, session: Session, slot: Slot, cast: Cast
) -> None:
    make.participation(session, slot, cast.aiko, NOW)
    session.commit()
    token = personal(app.config["TSUDOI"].secret_key, cast.aiko.id, cast.aiko.link_salt)
    assert len(Program(app, token).read("/me")["sign_ups"]) == 1
    assert refusal(Program(app, token).get(f"/dates/{slot.occurrence_id}/roster")) == (404, "not_found")


def test_the_roster_is_the_organisers(app: Flask, session: Session, slot: Slot, cast: Cast) -> None:
    make.participation(session, slot, cast.ben, NOW)
    path = f"/dates/{slot.occurrence_id}/roster"
    (line,) = program_of(app, cast.aiko).read(path)["sign_ups"]
    assert (line["name"], line["kana"], line["people"], line["came_people"]) == (
        "別所 勉",
        "べっしょ べん",
        1,
        None,
    )
    for other in (Program(app), program_of(app, cast.ben), program_of(app, cast.chie)):
        assert refusal(other.get(path)) == (404, "not_found")
