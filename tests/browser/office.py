"""An officer's program beside the phones: posts activities with the terms that a story needs."""

import json
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.request import Request, urlopen

from click.testing import CliRunner

from scheduler.cli import main
from tests.browser.conftest import Service

OFFICER = "fujino.shoichi@example.jp"
# By the address of the service.
_TOKENS: dict[str, str] = {}


@dataclass(frozen=True)
class Slot:
    """A part of a date that was just made."""

    id: int
    date_id: int
    activity_id: int


@dataclass(frozen=True)
class Office:
    """The officer of the demo's association, signed in as a program."""

    service: Service
    token: str = ""

    @classmethod
    def open(cls, service: Service) -> "Office":
        """Sign in with the six digits of the mail, once for all stories: five such mails go to a mailbox at a time."""
        if service.address not in _TOKENS:
            stranger, before = cls(service), len(service.mails_to(OFFICER))
            stranger.send("POST", "/sign-in", email=OFFICER)
            code = service.wait_for_code(OFFICER, before)
            signed_in = stranger.send("POST", "/sign-in/code", email=OFFICER, code=code)
            _TOKENS[service.address] = signed_in["token"]
        return cls(service, _TOKENS[service.address])

    def send(self, method: str, path: str, **body: Any) -> Any:
        """Ask the service for something as a program."""
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {self.token}"}
        if not self.token:
            del headers["Authorization"]
        sent = json.dumps(body).encode() if method != "GET" else None
        request = Request(f"{self.service.address}/api/v1{path}", sent, headers, method=method)  # noqa: S310  # our own address
        with urlopen(request, timeout=20) as answer:  # noqa: S310  # our own address
            return json.load(answer)

    def post(
        self,
        title: str,
        places: int,
        starts: datetime | None = None,
        *,
        reserve_days: int | None = None,
        **terms: Any,
    ) -> Slot:
        """Post and publish an activity of one date, in ten days or as wanted, with one part; return that part."""
        begins = starts or datetime.combine(date.today() + timedelta(days=10), time(9))  # noqa: DTZ011  # far enough off
        slot = {"name": "係", "name_en": "Helping", "places": places, **terms}
        facts = {
            "title": title,
            "place": "みどり公園",
            "first_on": f"{begins:%Y-%m-%d}",
            "first_at": f"{begins:%H:%M}",
            "reserve_days": reserve_days,
        }
        made = self.send("POST", "/organizations/midori/activities", **facts, minutes=60, slots=[slot])
        self.send("POST", f"/activities/{made['id']}/publish")
        return self._only_slot(made["id"], title)

    def _only_slot(self, activity_id: int, title: str) -> Slot:
        for page in range(1, 30):
            found = self.send("GET", f"/dates?page={page}")["dates"]
            ids = [one["id"] for one in found if one["activity_id"] == activity_id]
            if ids:
                return Slot(self.send("GET", f"/dates/{ids[0]}")["slots"][0]["id"], ids[0], activity_id)
        raise AssertionError(f"{title} has no date")

    def sign_up(self, slot: Slot, name: str) -> int:
        """Sign the officer up and return the sign-up's number."""
        made: int = self.send("POST", f"/slots/{slot.id}/join", clash_ok=True)["id"]
        assert name
        return made

    def telephones(self, slot: Slot, name: str, number: str) -> int:
        """Sign somebody up as a stranger with a telephone; return the sign-up's number."""
        stranger = Office(self.service)
        who = {"name": name, "kana": "でんわ", "phone": number}
        made: int = stranger.send("POST", f"/slots/{slot.id}/join", **who)["id"]
        return made

    def tick(self) -> None:
        """Let the clock tick once, now."""
        self._tsudoi("tick")

    def sign_in_link(self) -> str:
        """Return a new link of one use that signs the officer in; the printed one may have been used."""
        return self._tsudoi("sign-in-link", OFFICER).splitlines()[-1]

    def _tsudoi(self, *words: str) -> str:
        # In this process, which has read all modules: to start one costs ten times as much as what it is asked for.
        environment = {"TSUDOI_INSTANCE": str(self.service.instance), "TSUDOI_BASE_URL": self.service.address}
        return CliRunner().invoke(main, words, env=environment, catch_exceptions=False).stdout
