"""The board for programs: the same actions, the same refusals."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from scheduler.activities.models import Slot
from scheduler.activities.parts import SlotFacts
from scheduler.participation.models import Participation
from tests import make
from tests.board.people import block, counter, two_slots
from tests.cast import Cast
from tests.conftest import NOW
from tests.program import Program, done, refusal
from tests.signed_in import program_of

BOARD = "/dates/1/board"
CALLER = {"name": "佐藤 花子", "kana": "さとう はなこ", "phone": "090-1234-5678"}


@pytest.fixture
def slots(session: Session, cast: Cast) -> list[Slot]:
    """Two slots of one date; Ben and Chie come to the first, which is full then."""
    made = two_slots(session, cast, min_people=3, first=3)
    for person in (cast.ben, cast.chie):
        make.participation(session, made[0], person, NOW)
    session.commit()
    return made


@pytest.fixture
def aiko(app: Flask, cast: Cast, slots: list[Slot]) -> Program:
    """Aiko's program; she organises the date."""
    return program_of(app, cast.aiko)


def test_the_board_is_shown_with_what_is_to_do(aiko: Program) -> None:
    shown = aiko.read(BOARD)
    assert [(slot["name"], slot["short"], slot["left"]) for slot in shown["slots"]] == [
        ("積込み", 1, 1),
        ("受付", 0, 2),
    ]
    assert [line["name"] for line in shown["slots"][0]["sign_ups"]] == ["千田 知恵", "別所 勉"]
    assert shown["todos"] == [{"what": "short", "slot_id": shown["slots"][0]["id"], "participation_id": None}]


def test_somebody_is_entered_moved_removed_and_taken_back(aiko: Program, slots: list[Slot]) -> None:
    entered = done(aiko.post(f"{BOARD}/add", slot_id=slots[0].id, **CALLER))
    assert (entered["state"], entered["entered_by"], entered["phone"]) == (
        "confirmed",
        "青木 愛子",
        "+819012345678",
    )
    one = f"{BOARD}/{entered['id']}"
    moved = done(aiko.post(f"{one}/move", slot_id=slots[1].id, agreed="電話"))
    assert moved["slot_id"] == slots[1].id
    removed = done(aiko.post(f"{one}/remove", reason="都合により"))
    assert removed["state"] == "declined"
    assert done(aiko.post(f"/board/undo/{removed['undo']}")) == {"state": "confirmed", "places": None}


def test_yes_no_and_a_question(app: Flask, session: Session, cast: Cast) -> None:
    slot = make.slot(session, cast.midori, NOW, slots=(SlotFacts("係", 1, policy="approval"),))
    for person in (cast.ben, cast.chie):
        make.participation(session, slot, person, NOW)
    aiko = program_of(app, cast.aiko)
    assert done(aiko.post(f"{BOARD}/1/ask", question="車ですか"))["state"] == "applied"
    assert done(aiko.post(f"{BOARD}/1/approve"))["state"] == "confirmed"
    assert refusal(aiko.post(f"{BOARD}/2/approve")) == (409, "full")
    assert done(aiko.post(f"{BOARD}/2/approve", or_wait=True))["waits_because"] == "full"
    assert done(aiko.post(f"{BOARD}/2/decline", reason="満員です"))["state"] == "declined"


def test_places_are_lowered_only_with_those_who_were_named(aiko: Program, slots: list[Slot]) -> None:
    sent: dict[str, Any] = {"slot_id": slots[0].id, "places": 1}
    assert refusal(aiko.post(f"{BOARD}/places", **sent)) == (409, "places_taken")
    affected = done(aiko.post(f"{BOARD}/places/affected", **sent))
    assert affected["names"] == ["千田 知恵"]
    lowered = done(aiko.post(f"{BOARD}/places", **sent, waits=affected["waits"]))
    assert (lowered["places"], lowered["taken"], lowered["waits"]) == (1, 1, affected["waits"])
    assert done(aiko.post(f"/board/undo/{lowered['undo']}"))["places"] == 3


def test_people_and_a_paper_consent(aiko: Program, session: Session) -> None:
    assert done(aiko.post(f"{BOARD}/1/people", people=2))["people"] == 2
    assert refusal(aiko.post(f"{BOARD}/1/people", people=9)) == (409, "full")
    done(aiko.post(f"{BOARD}/1/consent", guardian="別所 母", how="telephone"))
    assert refusal(aiko.post(f"{BOARD}/1/consent", guardian="別所 母", how="fax")) == (422, "choice_unknown")
    session.rollback()
    assert session.get_one(Participation, 1).guardian == "別所 母"


def test_a_message_is_shown_before_it_is_sent(aiko: Program, slots: list[Slot]) -> None:
    shown = done(aiko.post(f"{BOARD}/message", text="雨具"))
    assert (shown["sent"], shown["people"], shown["by_mail"]) == (False, 2, 2)
    assert done(aiko.post(f"{BOARD}/message", text="雨具", send=True, slot_id=slots[0].id))["sent"] is True
    assert refusal(aiko.post(f"{BOARD}/message", text="", send=True)) == (422, "message_missing")
    assert refusal(aiko.post(f"{BOARD}/message", text="雨具", slot_id=999)) == (404, "not_found")


def test_known_people_are_found_and_look_alikes_stop_a_second_row(
    aiko: Program, session: Session, slots: list[Slot]
) -> None:
    (known,) = done(aiko.post(f"{BOARD}/find", kana="べっしょ"))["people"]
    assert known["name"] == "別所 勉"
    alike = {"name": "別所 弁", "kana": "べっしょ べん"}
    assert refusal(aiko.post(f"{BOARD}/add", slot_id=slots[1].id, **alike)) == (409, "looks_alike")
    assert done(aiko.post(f"{BOARD}/add", slot_id=slots[1].id, person_id=known["id"], clash_ok=True))


def test_a_block_leader_and_the_counter_enter_but_do_not_see_the_board(
    app: Flask, session: Session, cast: Cast, slots: list[Slot]
) -> None:
    own = block(session, cast)
    clerk, leader = program_of(app, counter(session, cast)), program_of(app, own.leader)
    for program in (clerk, leader):
        assert refusal(program.get(BOARD)) == (404, "not_found")
    assert refusal(leader.post(f"{BOARD}/add", slot_id=slots[1].id, **CALLER)) == (403, "not_on_your_list")
    done(leader.post(f"{BOARD}/add", slot_id=slots[1].id, person_id=own.member.id))
    entered = done(clerk.post(f"{BOARD}/add", slot_id=slots[1].id, **CALLER))
    assert done(clerk.post(f"/board/undo/{entered['undo']}"))["state"] == "cancelled"
    assert refusal(leader.post(f"/board/undo/{entered['undo']}")) == (404, "not_found")
