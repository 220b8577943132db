"""Whatever is sent, to whichever door: never a fault, no trace, soon an answer, and nothing becomes markup."""

import email
import json
import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from email import policy
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import pytest
import time_machine
from flask import Flask, Response
from sqlalchemy.orm import Session

from scheduler import create_app, guarding, jobs
from scheduler.activities.parts import SlotFacts
from scheduler.config import Settings
from scheduler.participation.models import Participation
from scheduler.parties.queries import find_body
from scheduler.web import db
from tests import make, postgres
from tests.addresses import ADDRESSES, HEADERS, QUERIES
from tests.askers import Stage, populate
from tests.conftest import NOW
from tests.doors import FORMS, PROGRAMS, SENT, Door, put
from tests.hostile import BODIES, FORM_BODIES, VALUES, harm, values_for, wrong_types_for
from tests.program import PREFIX

pytestmark = pytest.mark.slow
# Of the processor, since other work may run beside it.
SECONDS = 2.0
# Where the database plays no part.
ON_SQLITE = pytest.mark.parametrize("service", ["sqlite"], indirect=True)
# Where it is the stricter of the two: it refuses what SQLite keeps.
ON_POSTGRES = pytest.mark.parametrize(
    "service", [pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True
)


@pytest.fixture(scope="module")
def services(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[str], Stage]]:
    """A service on each database, with room for everybody, on which one test after the other works."""

    @cache
    def service_on(database: str) -> Stage:
        folder, url = tmp_path_factory.mktemp("hostile"), ""
        if database == "postgres":
            like, server = request.getfixturevalue("migrated"), request.getfixturevalue("postgres_server")
            url = postgres.new_database(server, f"hostile_{os.getpid()}", like)
        else:
            shutil.copyfile(request.getfixturevalue("instance") / "empty.db", folder / "tsudoi.db")
        return _opened(folder, url, opened)

    with ExitStack() as opened:
        yield service_on


def _opened(folder: Path, url: str, opened: ExitStack) -> Stage:
    settings = Settings(
        instance=str(folder), database_url=url, base_url="http://localhost", secret="the tests'"
    )
    app = create_app(settings)
    with app.app_context(), Session(db.engine) as session:
        opened.callback(db.engine.dispose)
        world = populate(session, settings.secret_key)
        midori = find_body(session, world.names["slug"])
        slots = (SlotFacts("積込み", 5000), SlotFacts("親子", 5000, unit="family"))
        other = make.occurrence(session, midori, NOW, slots=slots)
        names = world.names | {"draft_id": world.draft_id, "other_date_id": other.id}
        session.get_one(Participation, names["pledge_id"]).people = 5000
        names |= {"other_slot_id": other.slots[0].id, "family_slot_id": other.slots[1].id}
        session.commit()
    return Stage(app, replace(world, names=names), folder)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def service(request: pytest.FixtureRequest, services: Callable[[str], Stage]) -> Iterator[Stage]:
    """The service on one of them, at NOW."""
    with time_machine.travel(NOW, tick=False):
        yield services(request.param)


class Sender:
    """Somebody who sends what nobody should, with the token of a form or of a program; keeps what went wrong."""

    def __init__(self, service: Stage, asker: str) -> None:
        visitor = service.browser(asker)
        self.service, self.client = service, visitor.client
        self.headers = {"X-CSRFToken": visitor.hidden("/sign-in")["csrf_token"]}
        if asker in service.world.sessions:
            self.headers["Authorization"] = f"Bearer {service.world.sessions[asker]}"
        self.client.post("/sign-in", data={"email": "hanako@example.jp"}, headers=self.headers)
        self.found: dict[str, list[str]] = {}

    def send(self, method: str, path: str, name: str, **sent: Any) -> None:
        """Send it and look at the answer."""
        # Nobody is asked to wait here: what is sent shall arrive where it could do harm.
        guarding.forget()
        began = time.process_time()
        sent["headers"] = self.headers | sent.get("headers", {})
        answer = self.client.open(self.service.world.fill(path), method=method, buffered=True, **sent)
        taken = time.process_time() - began
        wrong = harm(answer) + ([f"{taken:.1f} seconds"] if taken > SECONDS else [])
        if wrong:
            self.found[name] = wrong

    def good(self, door: Door) -> dict[str, Any]:
        """Return what is good at a door now: a decision must know the latest revision."""
        if not door.path.endswith("/decision"):
            fill = self.service.world.fill
            return {fill(name): fill(it) if isinstance(it, str) else it for name, it in door.good.items()}
        shown = self.client.get(self.service.world.fill(f"{PREFIX}/dates/<occurrence_id>"))
        return {"outcome": "confirm", "revision": shown.get_json()["revision"]}


def _form(fields: dict[str, Any]) -> dict[str, Any]:
    # As bytes: what is no text at all can be sent all the same.
    content_type = "application/x-www-form-urlencoded"
    return {"data": urlencode(fields, errors="surrogatepass").encode(), "content_type": content_type}


@ON_SQLITE
def test_no_name_becomes_a_header_of_a_letter(service: Stage) -> None:
    dan, wicked = (
        Sender(service, "dan"),
        [value for value in VALUES.values() if "ostile:" in value or "@" in value],
    )
    for number, value in enumerate(wicked):
        typed = {"name": value[:120], "kana": f"て{number}", "email": f"q{number}@example.jp"}
        dan.send("POST", "/slots/<other_slot_id>/join", value, **_form(typed))
    jobs.tick(service.app)
    letters = [
        email.message_from_bytes(path.read_bytes(), policy=policy.default) for path in service.letters()
    ]
    assert len(letters) >= len(wicked) > 5
    assert {header for letter in letters for header in letter} & {"Hostile", "HOSTILE", "Bcc", "Cc"} == set()
    assert all(len(letter.get_all("To", [])) == 1 and "," not in letter["To"] for letter in letters)


@ON_SQLITE
@pytest.mark.parametrize("door", FORMS, ids=str)
def test_no_text_in_a_form_does_harm(service: Stage, door: Door) -> None:
    sender = Sender(service, door.asker)
    for number, (name, value) in enumerate(values_for(FORMS.index(door)).items()):
        for group in door.turn(number):
            fields = sender.good(door) | {service.world.fill(field): value for field in group}
            sender.send("POST", door.path, f"{name} in {group[0]}", **_form(fields))
    assert sender.found == {}


@ON_SQLITE
@pytest.mark.parametrize("door", FORMS[:6], ids=str)
def test_no_shape_of_a_form_does_harm(service: Stage, door: Door) -> None:
    sender = Sender(service, door.asker)
    for name, (kind, body) in FORM_BODIES.items():
        sender.send("POST", door.path, name, data=body, content_type=kind)
    assert sender.found == {}


def _json_path(door: Door) -> tuple[str, str]:
    return "PUT" if door.path.endswith(
        ("/attendance", "/wishes", "/line")
    ) else "POST", f"{PREFIX}{door.path}"


@ON_POSTGRES
@pytest.mark.parametrize("door", PROGRAMS, ids=str)
def test_no_text_in_json_does_harm(service: Stage, door: Door) -> None:
    sender = Sender(service, door.asker)
    for number, (name, value) in enumerate(values_for(PROGRAMS.index(door)).items()):
        for group in door.turn(number):
            body = sender.good(door)
            for field in group:
                body = put(body, field, value)
            sender.send(*_json_path(door), f"{name} in {group[0]}", data=json.dumps(body))
    assert sender.found == {}


@ON_POSTGRES
@pytest.mark.parametrize("door", PROGRAMS, ids=str)
def test_no_wrong_type_in_json_does_harm(service: Stage, door: Door) -> None:
    sender = Sender(service, door.asker)
    fields = [field for group in door.groups for field in group]
    for number, field in enumerate(fields, start=PROGRAMS.index(door)):
        good = json.dumps(put(sender.good(door), field, "HERE"))
        for wrong in wrong_types_for(number):
            body = good.replace('"HERE"', wrong).encode()
            sender.send(*_json_path(door), f"{wrong[:20]} in {field}", data=body)
    assert sender.found == {}


@ON_SQLITE
@pytest.mark.parametrize("door", PROGRAMS[:6], ids=str)
def test_no_body_in_place_of_json_does_harm(service: Stage, door: Door) -> None:
    sender = Sender(service, door.asker)
    for body in BODIES:
        sender.send(*_json_path(door), f"{body[:30]!r} ({len(body)})", data=body)
    assert sender.found == {}


def _in_address(value: str) -> str:
    return quote(value[:2000], safe="", errors="surrogatepass")


@ON_SQLITE
@pytest.mark.parametrize("query", QUERIES)
def test_no_query_does_harm(service: Stage, query: str) -> None:
    sender = Sender(service, "aiko")
    for name, value in values_for(QUERIES.index(query)).items():
        sender.send("GET", query + _in_address(value), name)
    assert sender.found == {}


@pytest.mark.parametrize("address", ADDRESSES)
def test_no_address_does_harm(service: Stage, address: str) -> None:
    sender = Sender(service, "aiko")
    for name, value in values_for(ADDRESSES.index(address)).items():
        sender.send("GET", address.replace("{}", _in_address(value)), name)
    assert sender.found == {}


@ON_SQLITE
@pytest.mark.parametrize("path", ["/", f"{PREFIX}/me", "/calendars/public.ics"])
def test_no_header_does_harm(service: Stage, path: str) -> None:
    sender = Sender(service, "dan")
    for name, value in VALUES.items():
        # A server lets no line break through, and gives bytes for letters.
        plain = (
            value[:4000].translate(dict.fromkeys(range(32))).encode(errors="surrogatepass").decode("latin-1")
        )
        sender.send(
            "GET", path, name, headers=dict.fromkeys(HEADERS, plain) | {"Authorization": f"Bearer {plain}"}
        )
        sender.send("GET", path, f"host {name}", headers={"Host": plain})
    assert sender.found == {}


SHOWN = (
    "/",
    "/?page=2",
    "/organizations/<slug>",
    "/organizations/<slug>/hours",
    "/organizations/<slug>/hours.csv",
    "/organizations/<slug>/calendar.ics",
    "/calendars/public.ics",
    "/calendars/public.ics?lang=en",
    "/dates/<other_date_id>",
    "/dates/<other_date_id>/board",
    "/dates/<other_date_id>/attendance",
    f"{PREFIX}/dates",
    f"{PREFIX}/dates/<other_date_id>/roster",
)


def _store(sender: Sender, value: str) -> None:
    texts = dict.fromkeys(
        ("title", "title_en", "summary", "place", "bring", "contact", "address"), value[:120]
    )
    slot = {"name": value[:120], "places": 9}
    posted = sender.client.post(
        sender.service.world.fill(f"{PREFIX}/organizations/<slug>/activities"),
        data=json.dumps(SENT | texts | {"slots": [slot]}),
        headers=sender.headers,
    )
    if posted.status_code == 201:
        sender.send("POST", f"{PREFIX}/activities/{posted.get_json()['id']}/publish", value)
        sender.send("GET", f"/activities/{posted.get_json()['id']}", value)


def test_what_was_stored_is_text_wherever_it_is_shown(service: Stage) -> None:
    aiko, dan = Sender(service, "aiko"), Sender(service, "dan")
    for number, value in enumerate(VALUES.values()):
        _store(aiko, value)
        typed = {"name": value[:120] or "x", "kana": f"か{number}", "email": f"p{number}@example.jp"}
        dan.send("POST", "/slots/<other_slot_id>/join", f"join as {value[:20]}", **_form(typed))
    for path in SHOWN:
        aiko.send("GET", path, path)
    assert aiko.found | dan.found == {}


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("text/html", "<p title=\"\" onfocus='hostile()'>"),
        ("text/html", "<a href=' JavaScript:hostile()'>"),
        ("text/html", "<script>hostile()</script>"),
        ("text/html", "<p><hostile>"),
        ("text/html", f"<p>{1234577 * 7654321}"),
        ("text/plain", "Traceback (most recent call last)"),
        ("text/calendar", "BEGIN:VEVENT\r\nHOSTILE:1\r\n"),
        ("text/calendar", "SUMMARY:a\nb\r\n"),
        ("text/csv", '\ufeff"a","=1+1"\r\n'),
    ],
)
def test_harm_is_seen_where_it_is_planted(kind: str, text: str) -> None:
    planted = Flask("planted")
    planted.add_url_rule("/", view_func=lambda: Response(text, mimetype=kind))
    assert harm(planted.test_client().get("/"))
