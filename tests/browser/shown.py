"""Every page that the service can answer with, fetched without a browser: open ones, refused forms, every state."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta

from sqlalchemy import select
from werkzeug.test import TestResponse

from scheduler import jobs
from scheduler.activities.models import Occurrence, Slot
from scheduler.decisions.models import DecisionLink
from scheduler.parties import actions as parties
from scheduler.parties.actions import PersonFacts
from scheduler.parties.queries import person_by_email
from scheduler.web import db
from tests import make
from tests.access_pages import LINKS, PAGES
from tests.askers import Row, Stage, rows_of
from tests.browser.emptied import emptied
from tests.conftest import NOW
from tests.typed import TYPED
from tests.visitor import Visitor

# What programs and scripts fetch: it never answers with a page; the last two are put into one.
NO_PAGES = {
    "GET /sw.js",
    "GET /healthz",
    "GET /town.csv",
    "GET /organizations/<slug>/activities/dates",
    "GET /dates/<occurrence_id>/parts",
}
REFUSED = range(400, 600)
_BOARD = "/dates/<occurrence_id>/board"
_QUESTION = "/dates/<occurrence_id>/decision/<outcome>"
STRANGER, OFFICER, VOLUNTEER = "dan", "aiko", "ben"


@dataclass(frozen=True)
class Shown:
    """A page as it came: what it is called, which route answered, and what it said."""

    name: str
    route: str
    answer: TestResponse

    @property
    def is_page(self) -> bool:
        """Whether people see it."""
        return self.answer.mimetype == "text/html"


class Walk:
    """A walk through the whole service, by everybody who may go there."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.rows = [(row, table is LINKS) for table in (PAGES, LINKS) for row in rows_of(table)]

    def open_pages(self) -> Iterator[Shown]:
        """Open each page as those who may see it: a stranger where he may, and else the first who may."""
        for row, by_key in self.rows:
            if row.method == "GET" and row.name not in NO_PAGES:
                for asker in self._readers(row):
                    browser = self._browser(asker, by_key)
                    yield Shown(
                        f"{row} {asker}", row.name, browser.get(self._path(row, asker, by_key), buffered=True)
                    )

    def refused_forms(self) -> Iterator[Shown]:
        """Send each form with nothing in it as somebody who may; what is refused comes back as a page."""
        for row, by_key in self.rows:
            asker = next((asker for asker, answer in row.answers.items() if answer in {"200", "303"}), "")
            if row.method == "POST" and asker:
                path = self._path(row, asker, by_key)
                answer = self._sent(row, self._browser(asker, by_key), path, {})
                # As a browser sends it: a field that was filled in and then emptied is shown empty.
                fields = emptied(answer.text, path) if answer.status_code in REFUSED else {}
                if fields:
                    again = self._sent(row, self._browser(asker, by_key), path, fields)
                    answer = again if again.status_code in REFUSED else answer
                if answer.status_code in REFUSED or answer.status_code == 200:
                    yield Shown(f"{row} {asker}, with nothing typed", row.name, answer)

    def _sent(self, row: Row, browser: Visitor, path: str, typed: dict[str, list[str]]) -> TestResponse:
        answer = self.stage.send(row, browser, path, {row.name: typed})
        self.stage.reset_after(row, str(answer.status_code))
        return answer

    def states(self) -> Iterator[Shown]:
        """Bring about what no address alone brings about, and look at it."""
        yield from self._signed_up()
        yield from self._full()
        yield from self._undoable()
        yield from self._by_push()
        yield from self._empty()
        for outcome in ("confirm", "postpone", "cancel"):
            yield from self._decided(outcome)
        yield from self._asked_once_more()
        yield from self._asked_to_decide()
        yield from self._operated()
        yield Shown("nothing there", "GET /nowhere", self._browser(STRANGER).get("/nowhere"))
        self.stage.reset()

    def _readers(self, row: Row) -> list[str]:
        may = [asker for asker, answer in row.answers.items() if answer == "200"]
        return [may[0], OFFICER] if may[:1] == [STRANGER] else may[:1]

    def _browser(self, asker: str, by_key: bool = False) -> Visitor:
        return self.stage.browser(STRANGER if by_key else asker)

    def _path(self, row: Row, asker: str, by_key: bool = False) -> str:
        return self.stage.world.path(row, self.stage.world.link(row, asker) if by_key else "")

    def _signed_up(self) -> Iterator[Shown]:
        after = {
            "/slots/<slot_id>/join": "/slots/<slot_id>/joined",
            "/activities/<activity_id>/join/<position>": "/activities/<activity_id>/join/<position>/joined",
            "/sign-in": "/sign-in/code",
        }
        rows = {row.name: row for row, by_key in self.rows if not by_key}
        for form, next_page in after.items():
            browser, row = self._browser(STRANGER), rows[f"POST {form}"]
            sent = self.stage.send(row, browser, self._path(row, STRANGER), TYPED)
            yield Shown(f"after {form}", f"GET {next_page}", browser.get(sent.location or ""))
            self.stage.reset()

    def _full(self) -> Iterator[Shown]:
        with self.stage.app.app_context():
            slot = db.session.scalars(select(Slot).where(Slot.taken >= Slot.places)).first()
            assert slot is not None
            slot_id, date_id = slot.id, slot.occurrence_id
        for path in (f"/dates/{date_id}", f"/slots/{slot_id}/join"):
            yield Shown(f"full {path}", f"GET {path}", self._browser(STRANGER).get(path))
        yield Shown("full, waiting", "GET /me", self._browser("chie").get("/me"))

    def _undoable(self) -> Iterator[Shown]:
        # Somebody taken off the board, who may be fetched back.
        row = next(row for row, _ in self.rows if row.name == f"POST {_BOARD}/<participation_id>/remove")
        browser = self._browser(OFFICER)
        sent = self.stage.send(row, browser, self._path(row, OFFICER), TYPED)
        yield Shown("undo on the board", f"GET {_BOARD}", browser.get(sent.location or ""))
        self.stage.reset()

    def _by_push(self) -> Iterator[Shown]:
        row = next(row for row, by_key in self.rows if row.name == "POST /me/push" and not by_key)
        browser = self._browser(VOLUNTEER)
        self.stage.send(row, browser, self._path(row, VOLUNTEER), TYPED)
        yield Shown("two ways to be told", "GET /me/channels", browser.get("/me/channels"))
        self.stage.reset()

    def _empty(self) -> Iterator[Shown]:
        for route, path in (
            ("/", "/?words=nothing"),
            ("/month", "/month?words=nothing&m=2027-01"),
            ("/organizations/<slug>", "/organizations/library"),
            ("/organizations/<slug>/households", "/organizations/library/households"),
            ("/desk", "/desk"),
        ):
            yield Shown(f"nothing in {route}", f"GET {route}", self._browser("chie").get(path))
        yield Shown("nothing in /me", "GET /me", self._browser("emi").get("/me"))

    def _decided(self, outcome: str) -> Iterator[Shown]:
        # A dry run knows the date; the program sends what the button sends.
        date_id = self.stage.world.names["occurrence_id"]
        with self.stage.app.app_context():
            revision = db.session.get_one(Occurrence, date_id).revision
        self._telephoned(date_id)
        row = next(row for row, _ in self.rows if row.name == "POST /dates/<occurrence_id>/decision")
        cause = "" if outcome == "confirm" else "rain"
        typed = {
            row.name: {"outcome": outcome, "revision": revision, "reserve": "2026-11-23", "cause": cause}
        }
        sent = self.stage.send(row, self._browser(OFFICER), self._path(row, OFFICER), typed)
        pages = ("/board", "/decision", "/attendance", "/reached", "/list")
        places = ((STRANGER, ""), *((OFFICER, page) for page in pages))
        for asker, more in places if sent.status_code == 303 else ():
            path = f"/dates/{date_id}{more}"
            yield Shown(f"after {outcome} {path}", f"GET {path}", self._browser(asker).get(path))
        yield Shown(f"after {outcome} /me", "GET /me", self._browser(VOLUNTEER).get("/me"))
        self.stage.reset()

    def _asked_once_more(self) -> Iterator[Shown]:
        # Of the last date there is nothing to decide for long.
        with self.stage.app.app_context():
            last = db.session.scalars(select(Occurrence).order_by(Occurrence.starts_at.desc()).limit(1)).one()
            path = f"/dates/{last.id}/decision"
            more = f"revision={last.revision}&reserve={last.starts_at.date() + timedelta(days=7)}&cause=rain"
        for outcome in ("confirm", "postpone", "cancel"):
            answer = self._browser(OFFICER).get(f"{path}/{outcome}?{more}")
            yield Shown(f"before {outcome}", f"GET {_QUESTION}", answer)

    def _telephoned(self, date_id: int) -> None:
        # Somebody without mail comes too, and has to be told by telephone.
        with self.stage.app.app_context():
            facts = PersonFacts("井上 いね", "いのうえ いね", phone="0467-11-1111")
            slot = db.session.get_one(Occurrence, date_id).slots[1]
            make.participation(db.session(), slot, parties.person(db.session(), facts, NOW), NOW)
            db.session.commit()

    def _asked_to_decide(self) -> Iterator[Shown]:
        # The officer's link of the tables has been closed; here it is as it came.
        with self.stage.app.app_context():
            for link in db.session.scalars(select(DecisionLink)):
                link.revoked_at = None
            db.session.commit()
        page = self._browser(STRANGER).get(f"/decide/{self.stage.world.links['decide']['closed']}")
        yield Shown("asked to decide", "GET /decide/<token>", page)
        self.stage.reset()

    def _operated(self) -> Iterator[Shown]:
        app = self.stage.app
        jobs.tick(app)
        with app.app_context():
            person = person_by_email(db.session(), "aiko@example.jp")
            assert person is not None
            person.is_operator = True
            db.session.commit()
        browser, was = self._browser(OFFICER), app.config["TSUDOI"]
        for path in ("/status", "/outbox", "/town"):
            yield Shown(f"the operator's {path}", f"GET {path}", browser.get(path))
        letter = self.stage.letters()[0].stem
        yield Shown("a letter", "GET /outbox/<name>", browser.get(f"/outbox/{letter}"))
        app.config["TSUDOI"] = replace(was, debug="1")
        yield Shown("all parts", "GET /design", browser.get("/design"))
        app.config["TSUDOI"] = was


PARTS = {"pages": Walk.open_pages, "refused": Walk.refused_forms, "states": Walk.states}
