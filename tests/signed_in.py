"""Somebody who is signed in already, with a browser or with a program; what the test has prepared is committed."""

from flask import Flask
from sqlalchemy.orm import Session, object_session

from scheduler import clock
from scheduler.parties import actions
from scheduler.parties.models import Person
from scheduler.parties.tokens import derived
from tests.program import Program
from tests.visitor import Visitor


def browser_of(app: Flask, person: Person) -> Visitor:
    """Return a browser that is signed in as a person."""
    token = _sign_in(app, person)
    visitor = Visitor(app)
    with visitor.client.session_transaction() as cookie:
        cookie["token"] = token
    return visitor


def program_of(app: Flask, person: Person) -> Program:
    """Return a program that is signed in as a person."""
    return Program(app, _sign_in(app, person))


def _sign_in(app: Flask, person: Person) -> str:
    session, secret, now = _session_of(person), app.config["TSUDOI"].secret_key, clock.now()
    # What a session has read may be old by now, and SQLite lets nobody write on that: it begins anew.
    session.commit()
    asked = actions.new_sign_in(session, person, secret, now)
    token = actions.sign_in_by_link(session, derived(secret, "sign-in", asked.salt), now)
    session.commit()
    return token


def _session_of(person: Person) -> Session:
    session = object_session(person)
    assert session is not None
    return session
