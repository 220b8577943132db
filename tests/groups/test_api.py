"""Groups, names and shares for programs."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from scheduler.activities.models import Slot
from scheduler.participation.models import Participation
from tests.cast import Cast
from tests.program import PREFIX, Program, done, refusal
from tests.signed_in import program_of

DAN: dict[str, Any] = {"name": "団野 段", "kana": "だんの だん", "email": "dan@example.jp"}
IZUMI = {"name": "池田 泉", "kana": "いけだ いずみ"}


def _path(url: str) -> str:
    return url.removeprefix("http://localhost")


def test_an_officer_signs_the_body_up_and_gets_the_address_for_names(
    app: Flask, slot: Slot, cast: Cast
) -> None:
    sent: dict[str, Any] = {"organization_id": cast.library.id, "people": 6, "contact_comes": False}
    joined = done(program_of(app, cast.chie).post(f"/slots/{slot.id}/join/group", **sent))
    assert (joined["party"], joined["people"], joined["named"]) == ("市立図書館", 6, 0)
    naming = done(Program(app).post(_path(joined["names_url"]), **IZUMI))
    assert (naming["party"], naming["people"], naming["named"]) == ("市立図書館", 6, 1)


def test_a_stranger_gets_no_address_before_the_mail_is_confirmed(app: Flask, slot: Slot) -> None:
    sent = DAN | {"group_name": "駅前商店会", "people": 12}
    joined = done(Program(app).post(f"/slots/{slot.id}/join/group", **sent))
    assert (joined["state"], joined["names_url"]) == ("unverified", "")


REFUSED = [
    ({"organization_id": 1, "people": 3}, 403, "not_your_body"),
    ({"organization_id": 10**12, "people": 3}, 403, "not_your_body"),
    ({"as_household": True, "people": 3}, 404, "not_found"),
    ({"people": 3}, 422, "group_name_missing"),
    ({"group_name": "商店会", "people": 0}, 422, "people_out_of_range"),
    ({"group_name": "商店会", "people": 61}, 422, "people_out_of_range"),
    ({"group_name": "商店会", "people": 25}, 409, "full"),
    ({"share": "1.AAAA", "people": 3}, 404, "not_found"),
]


@pytest.mark.parametrize(("sent", "status", "code"), REFUSED)
def test_a_refusal_has_a_code(
    app: Flask, slot: Slot, cast: Cast, sent: dict[str, Any], status: int, code: str
) -> None:
    assert refusal(program_of(app, cast.ben).post(f"/slots/{slot.id}/join/group", **sent)) == (status, code)


def test_the_shares_of_a_date_are_the_organisers(app: Flask, slot: Slot, cast: Cast) -> None:
    path = f"/dates/{slot.occurrence_id}/shares"
    (share,) = program_of(app, cast.aiko).read(path)["shares"]
    assert (share["organization"], share["asked"], share["come"], share["left"]) == ("市立図書館", 6, 0, 6)
    assert (share["until"], share["is_kept"]) == ("2026-11-20T23:00:00Z", True)
    token = share["join_url"].partition("?share=")[2]
    done(Program(app).post(f"/slots/{slot.id}/join/group", **DAN, share=token, people=4))
    (share,) = program_of(app, cast.aiko).read(path)["shares"]
    assert (share["come"], share["named"], share["left"]) == (4, 1, 2)


def test_names_are_added_read_and_removed(app: Flask, pledge: Participation, cast: Cast) -> None:
    program, path = program_of(app, cast.ben), f"/participations/{pledge.id}/names"
    added = done(
        program.post(path, names=[IZUMI, IZUMI, {"name": "上野 海", "kana": "うえの うみ", "grade": "h2"}])
    )
    assert ([one["name"] for one in added["names"]], added["group"]["named"]) == (["池田 泉", "上野 海"], 3)
    assert program.read(path) == added
    for _ in range(2):
        left = done(program.post(f"{path}/{added['names'][0]['id']}/remove"))
        assert [one["grade"] for one in left["names"]] == ["h2"]


def test_the_number_changes_and_the_address_is_renewed(app: Flask, pledge: Participation, cast: Cast) -> None:
    program, path = program_of(app, cast.ben), f"/participations/{pledge.id}"
    before = program.read(f"{path}/names")["group"]["names_url"]
    assert done(program.post(f"{path}/people", people=8))["people"] == 8
    after = done(program.post(f"{path}/names/link"))["names_url"]
    assert refusal(Program(app).get(_path(before))) == (404, "not_found")
    assert Program(app).read(_path(after))["people"] == 8


def test_an_unknown_grade_is_refused(app: Flask, pledge: Participation, cast: Cast) -> None:
    sent = [IZUMI | {"grade": "x9"}]
    answer = program_of(app, cast.ben).post(f"/participations/{pledge.id}/names", names=sent)
    assert refusal(answer) == (422, "age_out_of_range")


def test_who_names_oneself_sees_no_name(
    app: Flask, session: Session, pledge: Participation, cast: Cast
) -> None:
    url = program_of(app, cast.ben).read(f"/participations/{pledge.id}/names")["group"]["names_url"]
    answer = Program(app).client.get(f"{PREFIX}{_path(url)}")
    assert (answer.status_code, "別所" in answer.text) == (200, False)
