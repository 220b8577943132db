"""The letters of this feature: the one with which a person tries a way out, and the question who still comes."""

from dataclasses import replace
from datetime import datetime
from functools import partial

from sqlalchemy.orm import Session

from scheduler.activities.facts import time_version
from scheduler.activities.models import Occurrence
from scheduler.notices.crowd import once
from scheduler.notices.models import ContactPoint, Delivery, Notice
from scheduler.notices.outlet import Kind, Letter
from scheduler.participation.letters import date_letter
from scheduler.participation.queries import comes_to
from scheduler.parties.letters import Sender
from scheduler.parties.models import Person
from scheduler.reach.coming import KIND, answers


def still_coming_kind(sender: Sender) -> Kind:
    """Return the kind of notice that asks whether somebody still comes, until they have answered."""

    def still_true(session: Session, notice: Notice, delivery: Delivery, now: datetime) -> str | None:
        occurrence = session.get(Occurrence, notice.subject_id)
        if occurrence is None or not occurrence.takes_place:
            return "cancelled"
        if time_version(occurrence) != notice.version:
            return "superseded"
        if not comes_to(session, delivery.person_id, occurrence.id):
            return "left"
        said = once(session, ("answers", occurrence.id), partial(answers, session, occurrence))
        return "answered" if delivery.person_id in said else None

    def compose(session: Session, notice: Notice, delivery: Delivery) -> Letter | None:
        letter = date_letter(sender, "still_coming", session, notice, delivery, coming=True)
        if letter is None:
            return None
        link = f"{letter.facts['personal_link']}/dates/{notice.subject_id}/coming"
        return replace(letter, facts={**letter.facts, "answer_link": link})

    return Kind(still_true, compose, group=KIND)


def channel_test_kind(sender: Sender) -> Kind:
    """Return the kind of notice that goes to one contact point alone, asked for by its person."""

    def still_true(session: Session, notice: Notice, delivery: Delivery, now: datetime) -> str | None:
        point = session.get(ContactPoint, notice.subject_id)
        return None if point is not None and point.person_id == delivery.person_id else "removed"

    def compose(session: Session, notice: Notice, delivery: Delivery) -> Letter | None:
        return sender.letter(session.get(Person, delivery.person_id), "channel_test")

    def fits(notice: Notice, point: ContactPoint) -> bool:
        return point.id == notice.subject_id

    return Kind(still_true, compose, fits=fits)
