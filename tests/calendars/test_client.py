"""A real client, vdirsyncer with khal, against the running server: subscribe, a date moves, look again."""

import os
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session

from scheduler import clock, migrating
from scheduler.activities.models import Occurrence
from scheduler.db import engine_options, prepare_engine
from scheduler.decisions import actions as decisions
from scheduler.decisions.actions import Ruling
from tests import cast, make
from tests.participation.served import served

SYNC = """
[general]
status_path = "{folder}/status"
[pair town]
a = "feed"
b = "here"
collections = null
[storage feed]
type = "http"
url = "http://127.0.0.1:{port}/calendars/public.ics"
[storage here]
type = "filesystem"
path = "{folder}/dates"
fileext = ".ics"
"""
LIST = """
[calendars]
[[town]]
path = {folder}/dates
[locale]
local_timezone = Asia/Tokyo
default_timezone = Asia/Tokyo
timeformat = %H:%M
dateformat = %Y-%m-%d
longdateformat = %Y-%m-%d
datetimeformat = %Y-%m-%d %H:%M
longdatetimeformat = %Y-%m-%d %H:%M
[sqlite]
path = {folder}/khal.db
"""


class Client:
    """Somebody's computer with a calendar program."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder = folder
        (folder / "dates").mkdir(parents=True)
        (folder / "sync").write_text(SYNC.format(folder=folder, port=port))
        (folder / "khal").write_text(LIST.format(folder=folder))

    def _run(self, *command: str) -> str:
        program = Path(sys.executable).with_name(command[0])
        environment = dict(os.environ) | {"HOME": str(self.folder)}
        run = [str(program), *command[1:]]
        done = subprocess.run(run, env=environment, input="y\n", capture_output=True, text=True, check=True)
        return done.stdout

    def look(self, begin: date) -> str:
        """Fetch the calendar and list what it shows."""
        for act in ("sync",) if (self.folder / "status").exists() else ("discover", "sync"):
            self._run("vdirsyncer", "-c", f"{self.folder}/sync", act)
        shown = "{start-date} {start-time}-{end-time} {status} {title}"
        period = (f"{begin}", "30d")
        return self._run(
            "khal", "-c", f"{self.folder}/khal", "list", "--day-format", "", "--format", shown, *period
        )


@pytest.mark.loopback
def test_a_real_client_sees_a_date_move(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'own.db'}"
    migrating.upgrade(url)
    # The server's clock is the real one, and so is the client's.
    now = clock.now()
    day = (now + timedelta(days=10)).date()
    engine = prepare_engine(create_engine(url, **engine_options(url)))
    with Session(engine) as session, served(tmp_path, url) as port:
        people = cast.make(session, now)
        make.occurrence(session, people.midori, now, first_on=day)
        session.commit()
        client = Client(tmp_path / "client", port)
        assert client.look(day).split() == [f"{day}", "08:00-10:00", "CONFIRMED", "資源回収の日"]
        found = session.scalars(select(Occurrence)).one()
        decisions.postpone(session, found, Ruling(people.aiko.id, 0, "雨のため"), now)
        session.commit()
        later = day + timedelta(days=7)
        assert client.look(day).split() == [f"{later}", "08:00-10:00", "CONFIRMED", "【順延】資源回収の日"]
        # It moved: there is no second entry beside it.
        assert len(list((tmp_path / "client/dates").iterdir())) == 1
    engine.dispose()
