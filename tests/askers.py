"""The askers of the access tables, and the world that they ask about."""

import re
import shutil
from dataclasses import dataclass
from datetime import time, timedelta
from pathlib import Path
from typing import Any

import flask
import time_machine
from flask import Flask
from flask_wtf.csrf import generate_csrf
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from scheduler.activities import actions as activities
from scheduler.activities.facts import decision_version
from scheduler.activities.models import Occurrence, Slot
from scheduler.activities.parts import SlotFacts
from scheduler.calendars import actions as calendars
from scheduler.closures import actions as closures
from scheduler.decisions import links as deciding
from scheduler.decisions.models import DecisionLink
from scheduler.groups.actions import add_name
from scheduler.groups.links import names_token
from scheduler.heartbeat import beat
from scheduler.history import changes_of
from scheduler.line import actions as line
from scheduler.paper import cards
from scheduler.paper.models import PrintedSheet
from scheduler.paper.printing import Wanted, print_sheet
from scheduler.participation.actions import join, withdraw
from scheduler.participation.capacity import change_places
from scheduler.participation.models import Participation
from scheduler.participation.signing import Named, SignUp
from scheduler.parties import actions as parties
from scheduler.parties import api_tokens
from scheduler.parties.access import Actor
from scheduler.parties.actions import PersonFacts
from scheduler.parties.models import Household, Organization, Person
from scheduler.parties.tokens import derived, personal, unsubscribing
from scheduler.series import actions as many
from scheduler.series import queries as many_queries
from scheduler.standins import actions as standins
from scheduler.standins.queries import token_of
from scheduler.web import db
from tests import cast as casting
from tests import make
from tests.cast import Cast
from tests.changes.wanting import make_change, one
from tests.conftest import NOW
from tests.visitor import Visitor

# A part with room for groups.
_KEPT = (SlotFacts("沿道", 20),)
_EVENT = ("UID:1", "SUMMARY:秋まつりの準備", "DTSTART:20261206T080000")
ICS = "\r\n".join(("BEGIN:VCALENDAR", "BEGIN:VEVENT", *_EVENT, "END:VEVENT", "END:VCALENDAR", "")).encode()
# What is sent along with a request, by method and rule.
Typed = dict[str, dict[str, Any]]


@dataclass(frozen=True)
class Row:
    """One line of a table: what is asked for, and what each asker is answered."""

    method: str
    rule: str
    variant: str
    answers: dict[str, str]

    @property
    def name(self) -> str:
        """What it is called in the application's list of routes."""
        return f"{self.method} {self.rule}"

    def __str__(self) -> str:
        return " ".join([self.name, *([f"({self.variant})"] if self.variant else [])])


def rows_of(table: str) -> list[Row]:
    """Read a table: a heading of askers, then a line for each row."""
    heading, *lines = table.strip().splitlines()
    return [_row(line, heading.split()) for line in lines]


def _row(line: str, askers: list[str]) -> Row:
    method, rule, *cells = line.split()
    variant = cells.pop(0).strip("()") if cells[0].startswith("(") else ""
    return Row(method, rule, variant, dict(zip(askers, cells, strict=True)))


@dataclass(frozen=True)
class World:
    """What addresses can name, and what each asker holds."""

    names: dict[str, Any]
    draft_id: int
    sessions: dict[str, str]
    links: dict[str, dict[str, str]]

    def path(self, row: Row, token: str = "") -> str:
        """Return a concrete address for a row."""
        return self.fill(row.rule, token=token, **self._named_by(row.variant))

    def _named_by(self, variant: str) -> dict[str, Any]:
        own = {"token_id": self.names["own_token_id"]}
        return {"draft": {"activity_id": self.draft_id}, "own": own}.get(variant, {})

    def fill(self, text: str, **more: Any) -> str:
        """Put what they name in place of `<names>`."""
        names = {**self.names, **more}
        return re.sub(r"<(\w+)>", lambda found: str(names[found[1]]), text)

    def link(self, row: Row, asker: str) -> str:
        """Return the key that an asker's address holds: that of the own page, of a feed, or of a sign-in."""
        return self.links[row.rule.split("/")[1]][asker]


def populate(session: Session, secret: str) -> World:
    """Write the world into a database; the caller commits."""
    cast = casting.make(session, NOW)
    emi = parties.person(session, PersonFacts("遠藤 絵美", "えんどう えみ", "emi@example.jp"), NOW)
    term = casting.hold_office(session, emi, cast.midori, "chair", NOW - timedelta(days=30))
    term.ends_on = (NOW - timedelta(days=1)).date()
    # It begins in an hour: people may still sign up, and the leader may already tick.
    slots = (SlotFacts("積込み", 2, name_en="Loading"), SlotFacts("受付", 2, name_en="Desk"))
    date = make.occurrence(session, cast.midori, NOW, first_on=NOW.date(), first_at=time(11, 0), slots=slots)
    bens = make.participation(session, date.slots[0], cast.ben, NOW)
    bens.guardian_id = cast.chie.id
    # Another day Ben and Chie come with groups; one of Ben's people is named.
    other = make.occurrence(session, cast.midori, NOW, first_on=NOW.date() + timedelta(days=9), slots=_KEPT)
    pledges = {
        name: join(session, other.slots[0], SignUp(person.id, group_name=group, pledged=3), NOW)
        for name, person, group in (("ben", cast.ben, "駅前商店会"), ("chie", cast.chie, "みどり子ども会"))
    }
    add_name(session, pledges["ben"], Named("池田 泉", "いけだ いずみ"), None, NOW)
    # Ben's household is of the only block, which Aiko keeps for the association.
    block = casting.block(session, cast.midori, "midori-1", NOW)
    block.name = f"{cast.midori.name} 3班"
    home = Household(name="別所家", block_id=block.id, created_at=NOW)
    twice = PersonFacts("山田 花子", "やまだ はなこ", phone="090-1234-5678")
    keep, drop = (parties.person(session, twice, NOW) for _ in range(2))
    for one_row in (keep, drop):
        withdraw(session, make.participation(session, date.slots[0], one_row, NOW), None, NOW)
    other = make.occurrence(session, cast.midori, NOW)
    names: dict[str, Any] = {
        "keep_id": keep.id,
        "drop_id": drop.id,
        "household_id": parties.add_household(session, home, [cast.ben]).id,
        "occurrence_id": date.id,
        "activity_id": date.activity_id,
        "slot_id": date.slots[0].id,
        "participation_id": bens.id,
        "change_id": _change(session, date.slots[1], cast.aiko),
        "pledge_id": pledges["ben"].id,
        "name_id": pledges["ben"].companions[0].id,
        "names_token": names_token(secret, pledges["ben"].id, pledges["ben"].names_salt),
        "slug": cast.midori.slug,
        "block_slug": block.slug,
        "kind": "reminder",
        "tag": "parks",
        "token_id": _token(session, cast.aiko, cast.midori),
        "own_token_id": _token(session, cast.ben, None),
        "edit_id": make_change(session, other, one(other, minutes=60)).id,
        "scope": "this",
        "outcome": "cancel",
        "revision": date.revision,
        "office_id": _counter(session, cast),
        "closed_day_id": _closed_day(session, cast.midori.id),
        "filename": "css/tokens.css",
        "year": 2026,
        "name": "0" * 40,
        "code": _sheet(session, date, cast, block).code,
        "card_person_id": _carded(session, home, cast.aiko, secret),
        "member_id": _by_hand(session, home, PersonFacts("別所 はる", "べっしょ はる")).id,
        "account_id": line.set_up(
            session, cast.midori.id, line.AccountFacts("@midori", 200, "s" * 32, "t" * 40), secret, NOW
        ).id,
    }
    names |= _series(session, cast)
    names |= _searches(session, cast, bens, emi, secret)
    names["import_id"] = calendars.hand_in(session, cast.midori.id, ICS, by_id=None, now=NOW).id
    draft = activities.post(session, cast.midori.id, make.facts(), None, NOW)
    people = {"ben": cast.ben, "aiko": cast.aiko, "chie": cast.chie, "emi": emi}
    beat(session, "tick", NOW)
    sessions = {name: _sign_in(session, person, secret) for name, person in people.items()}
    links = _links(session, people, secret) | {"names": _names_links(pledges, secret)}
    links["decide"] = _decision_links(session, date, cast, secret)
    mine, over = names["stand_in_token"], names["over_token"]
    links["stand-ins"] = {"ben": mine, "chie": mine, "made-up": "1.AAAA", "closed": over}
    return World(names, draft.id, sessions, links)


def _decision_links(session: Session, date: Occurrence, cast: Cast, secret: str) -> dict[str, str]:
    people = {"ben": cast.ben, "chie": cast.chie, "closed": cast.aiko}
    deciding.make_links(session, date, {person.id for person in people.values()}, NOW)
    version = decision_version(date)
    keys = {name: deciding.link_token(session, date, one, version, secret) for name, one in people.items()}
    closed = select(DecisionLink).where(DecisionLink.person_id == cast.aiko.id)
    session.scalars(closed).one().revoked_at = NOW
    return keys | {"made-up": "1.AAAA"}


def _names_links(pledges: dict[str, Participation], secret: str) -> dict[str, str]:
    bens = pledges["ben"]
    made_up = {"made-up": f"{bens.id}.AAAA", "closed": names_token(secret, bens.id, "the salt of before")}
    return {name: names_token(secret, row.id, row.names_salt) for name, row in pledges.items()} | made_up


def _series(session: Session, cast: Cast) -> dict[str, Any]:
    # Ben comes every week, but not to the first date.
    weekly = make.activity(session, cast.midori, NOW, rule="FREQ=WEEKLY;COUNT=3", first_on=NOW.date())
    made = many.join(session, weekly, many.Wish(0, every=True), SignUp(cast.ben.id), NOW).series
    first = many_queries.rows_of(session, made.id, NOW)[0]
    withdraw(session, first, cast.ben.id, NOW)
    names = {"series_id": made.id, "series_row_id": first.id, "position": 0}
    return names | {"series_activity_id": weekly.id}


def _searches(session: Session, cast: Cast, bens: Participation, emi: Person, secret: str) -> dict[str, Any]:
    # Ben asks everybody to go instead, Emi those who wait: Chie. Emi's first search is over.
    other = make.slot(session, cast.midori, NOW, places=1)
    emis = make.participation(session, other, emi, NOW)
    join(session, other, SignUp(cast.chie.id, or_wait=True, clash_ok=True), NOW)
    over = standins.seek(session, emis, "named", NOW)
    mine = standins.seek(session, bens, "open", NOW)
    return {
        "search_id": mine.id,
        "asked_search_id": standins.seek(session, emis, "waiting", NOW).id,
        "stand_in_token": token_of(mine, secret),
        "over_token": token_of(over, secret),
    }


def _token(session: Session, maker: Person, body: Organization | None) -> int:
    owner = api_tokens.Owner(maker.id, body.id if body else None)
    return api_tokens.make(session, owner, api_tokens.Wish("広報紙", ("read",), 90), NOW)[0].id


def _change(session: Session, slot: Slot, by: Person) -> int:
    """Let somebody change the places of a slot; return what may be taken back."""
    change_places(session, slot, 3, by.id, NOW)
    session.flush()
    return changes_of(session, "slot", slot.id)[-1].id


def _counter(session: Session, cast: Cast) -> int:
    # Somebody who sits at the counter and organises nothing.
    fumi = parties.person(session, PersonFacts("福田 文", "ふくだ ふみ", "fumi@example.jp"), NOW)
    return casting.hold_office(session, fumi, cast.midori, "counter", NOW).id


def _sheet(session: Session, date: Occurrence, cast: Cast, block: Organization) -> PrintedSheet:
    actor = Actor(NOW.date(), cast.aiko.id)
    return print_sheet(session, date, Wanted("sign_up", block.id), actor, NOW)


def _carded(session: Session, home: Household, by: Person, secret: str) -> int:
    # Somebody of Ben's household without mail, for whom Aiko has printed a key card.
    by_hand = _by_hand(session, home, PersonFacts("別所 ふみ", "べっしょ ふみ"))
    cards.make(session, by_hand, by.id, secret, NOW)
    return by_hand.id


def _by_hand(session: Session, home: Household, facts: PersonFacts) -> Person:
    one = parties.unreachable_person(session, facts, NOW)
    one.household_id = home.id
    session.flush()
    return one


def _closed_day(session: Session, organization_id: int) -> int:
    return closures.close(session, organization_id, closures.ClosedFacts(NOW.date(), "休み"), None, NOW).id


def _sign_in(session: Session, person: Person, secret: str) -> str:
    return parties.sign_in_by_link(session, _sign_in_link(session, person, secret), NOW)


def _sign_in_link(session: Session, person: Person, secret: str) -> str:
    return derived(secret, "sign-in", parties.new_sign_in(session, person, secret, NOW).salt)


def _links(session: Session, people: dict[str, Person], secret: str) -> dict[str, dict[str, str]]:
    spent = _sign_in_link(session, people["emi"], secret)
    parties.sign_in_by_link(session, spent, NOW)
    closed_feed = parties.new_feed_token(session, people["emi"].id, NOW)
    parties.revoke(session, people["emi"].id, "feed", NOW)
    closed_page = personal(secret, people["emi"].id, people["emi"].link_salt)
    parties.close_personal_link(session, people["emi"])
    both = {name: people[name] for name in ("ben", "chie", "aiko")}
    return {
        "me": {name: personal(secret, person.id, person.link_salt) for name, person in both.items()}
        | {"made-up": f"{people['ben'].id}.AAAA", "closed": closed_page},
        "calendars": {name: parties.new_feed_token(session, person.id, NOW) for name, person in both.items()}
        | {"made-up": "A" * 43, "closed": closed_feed},
        "sign-in": {name: _sign_in_link(session, person, secret) for name, person in both.items()}
        | {"made-up": "A" * 43, "closed": spent},
        "unsubscribe": {name: unsubscribing(secret, person.id, "reminder") for name, person in both.items()}
        | {"made-up": f"{people['ben'].id}.reminder.AAAA", "closed": "0.reminder.AAAA"},
    }


def settle(app: Flask, instance: Path) -> World:
    """Make the world; a copy of its database is left beside the empty one."""
    shutil.copyfile(instance / "empty.db", instance / "tsudoi.db")
    with time_machine.travel(NOW, tick=False), app.app_context():
        with Session(db.engine) as session:
            world = populate(session, app.config["TSUDOI"].secret_key)
            session.commit()
        db.engine.dispose()
    shutil.copyfile(instance / "tsudoi.db", instance / "world.db")
    return world


@dataclass(frozen=True)
class Stage:
    """The application with the world in its database, which can be put back to how it was."""

    app: Flask
    world: World
    instance: Path
    # What is chosen in every browser: nothing, or a language and how things look.
    language: str = ""
    look: str = ""

    def reset(self) -> None:
        """Put everything back to how it was."""
        with self.app.app_context():
            db.engine.dispose()
        shutil.copyfile(self.instance / "world.db", self.instance / "tsudoi.db")

    def reset_after(self, row: Row, status: str) -> None:
        """Put everything back where something may have been done."""
        if row.method != "GET" and status[0] in "23":
            self.reset()

    def letters(self) -> list[Path]:
        """Return the letters in the outbox."""
        return sorted((self.instance / "outbox").glob("*.eml"))

    def browser(self, asker: str) -> Visitor:
        """Return the browser of somebody who is signed in already, unless it is Dan's."""
        visitor = Visitor(self.app)
        with visitor.client.session_transaction() as cookie:
            if asker in self.world.sessions:
                cookie["token"] = self.world.sessions[asker]
            if self.language:
                cookie["language"] = self.language
        if self.look:
            visitor.client.set_cookie("tsudoi-display", self.look)
        return visitor

    def ask(self, row: Row, visitor: Visitor, path: str, typed: Typed) -> str:
        """Ask for a page; return the status, or `ask`."""
        answer = self.send(row, visitor, path, typed)
        to_sign_in = (answer.location or "").partition("?")[0] == "/sign-in"
        return "ask" if to_sign_in else str(answer.status_code)

    def send(self, row: Row, visitor: Visitor, path: str, typed: Typed) -> TestResponse:
        """Ask for a page, with a form's token where that is needed."""
        token = (
            {"csrf_token": self._form_token(visitor), "opened": visitor.opened(path)}
            if row.method == "POST"
            else {}
        )
        data = token | typed.get(row.name, {})
        return visitor.client.open(path, method=row.method, data=data, buffered=True)

    def _form_token(self, visitor: Visitor) -> str:
        # As every page with a form hands it out; opening one for each line of the table would take long.
        with self.app.test_request_context(), visitor.client.session_transaction() as cookie:
            token: str = generate_csrf()
            cookie["csrf_token"] = flask.session["csrf_token"]
        return token

    def call(self, row: Row, asker: str, path: str, typed: Typed) -> TestResponse:
        """Ask as a program."""
        tokens = self.world.sessions | {"link": self.world.links["me"]["aiko"], "made-up": "A" * 43}
        sent = {"Authorization": f"Bearer {tokens[asker]}"} if asker in tokens else {}
        client = self.app.test_client(use_cookies=False)
        return client.open(path, method=row.method, json=typed.get(row.name), headers=sent)
