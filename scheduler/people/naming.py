"""Correcting one's own name: whoever is signed in has the say on it."""

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from scheduler.errors import Conflict
from scheduler.parties.models import Person
from scheduler.parties.names import kana_key, names_in


def rename(session: Session, me: Person, name: str, kana: str) -> None:
    """Give somebody this name and reading, wherever it is shown from now on.

    Raise Invalid where one of them cannot be used, Conflict where another person of the same address has that reading.
    """
    named, reading = names_in(name, kana)
    try:
        with session.begin_nested():
            me.name, me.kana, me.kana_key = named, reading, kana_key(reading)
    except IntegrityError as error:
        raise Conflict("reading_known") from error
