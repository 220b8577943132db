"""Signing in and out, for programs."""

from flask import Flask
from sqlalchemy.orm import Session

from scheduler.parties.tokens import personal
from tests import mailbox
from tests.cast import Cast
from tests.program import Program, done, refusal
from tests.signed_in import browser_of, program_of

AIKO = "aiko@example.jp"


def test_known_and_unknown_addresses_get_the_same_answer(app: Flask, cast: Cast) -> None:
    answers = [
        Program(app).post("/sign-in", email=email) for email in (AIKO, "dan@example.jp", "", "\0" * 999)
    ]
    assert [(answer.status_code, answer.json) for answer in answers] == [(202, {"done": True})] * 4
    assert len(mailbox.new_mails(app, AIKO)) == 1
    assert len(mailbox.mails(app)) == 1


def test_the_digits_are_exchanged_for_a_token(app: Flask, cast: Cast) -> None:
    program = Program(app)
    program.post("/sign-in", email=AIKO)
    digits = mailbox.code(mailbox.new_mail(app, AIKO))
    program.token = done(program.post("/sign-in/code", email=AIKO, code=digits))["token"]
    assert program.read("/me")["name"] == "青木 愛子"
    assert refusal(program.post("/sign-in/code", email=AIKO, code=digits)) == (422, "code_wrong")


def test_five_wrong_codes_end_it(app: Flask, cast: Cast) -> None:
    program = Program(app)
    program.post("/sign-in", email=AIKO)
    digits = mailbox.code(mailbox.new_mail(app, AIKO))
    for number in range(5):
        wrong = f"{(int(digits) + number + 1) % 1_000_000:06d}"
        assert refusal(program.post("/sign-in/code", email=AIKO, code=wrong)) == (422, "code_wrong")
    assert refusal(program.post("/sign-in/code", email=AIKO, code=digits)) == (422, "code_wrong")


def test_signing_out_ends_the_token(app: Flask, cast: Cast) -> None:
    program = program_of(app, cast.aiko)
    assert done(program.post("/sign-out")) == {"done": True}
    assert refusal(program.get("/me")) == (401, "sign_in_needed")
    assert refusal(Program(app).post("/sign-out")) == (401, "sign_in_needed")


def test_without_a_token_or_with_a_wrong_one_one_is_nobody(app: Flask, cast: Cast) -> None:
    for token in ("", "wrong", "1.wrong", "1.花子".encode().decode("latin-1")):
        assert refusal(Program(app, token).get("/me")) == (401, "sign_in_needed")


def test_a_browsers_cookie_is_not_looked_at(app: Flask, cast: Cast) -> None:
    browser = browser_of(app, cast.aiko)
    assert browser.get("/api/v1/me").status_code == 401
    assert browser.get("/api/v1/organizations/midori/hours/2026").status_code == 404


def test_a_personal_link_opens_the_own_page_and_no_office(app: Flask, session: Session, cast: Cast) -> None:
    program = Program(app, personal(app.config["TSUDOI"].secret_key, cast.aiko.id, cast.aiko.link_salt))
    assert program.read("/me")["name"] == "青木 愛子"
    assert refusal(program.get("/organizations/midori/hours/2026")) == (404, "not_found")
