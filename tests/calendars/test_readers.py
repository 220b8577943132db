"""Every kind of feed, read by four readers of other makes, agrees with the rows: start, end, state, words, changes."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from scheduler.activities.models import Occurrence, Slot
from scheduler.calendars import actions
from scheduler.decisions import actions as decisions
from scheduler.decisions.actions import Ruling
from tests import make
from tests.calendars.readers import READERS, Seen
from tests.cast import Cast
from tests.conftest import NOW

EMOJI = "🧹👨‍👩‍👧‍👦川をきれいに🏳️‍🌈" * 5
HOSTILE = "ごみ拾い、\\,;:\"'<b>END:VEVENT"
STATUS = {
    "cancelled": "CANCELLED",
    "merged": "CANCELLED",
    "awaiting_decision": "TENTATIVE",
    "planned": "TENTATIVE",
}
MARK = {
    "cancelled": "【中止】",
    "merged": "【次回と合同】",
    "postponed": "【順延】",
    "awaiting_decision": "【判断待ち】",
    "stopped": "【途中中止】",
}
# What is posted: each a date whose time, state or words are hard to read right.
# Nobody decides before midnight of the same day.
WHOLE: dict[str, Any] = {"first_at": time(0, 0), "decide_at": None}
POSTED: dict[str, dict[str, Any]] = {
    "moved": {},
    "called off": {},
    "merged": {},
    "waiting": {},
    "stopped": {},
    "emoji": {"title": EMOJI},
    "hostile": {"title": HOSTILE, "summary": f"{HOSTILE}\r\nBEGIN:VEVENT\r\nUID:x\x0b\x00", "place": HOSTILE},
    "New York, winter": {"timezone": "America/New_York", "first_on": date(2026, 12, 5)},
    "New York, summer": {"timezone": "America/New_York", "first_on": date(2027, 7, 4)},
    "New York, an hour twice": {
        "timezone": "America/New_York",
        "first_on": date(2027, 11, 7),
        "first_at": time(1, 30),
        "decide_at": None,
    },
    "London, summer": {"timezone": "Europe/London", "first_on": date(2027, 7, 4)},
    "over the year's end": {"first_on": date(2026, 12, 31), "first_at": time(23, 0)},
    "a whole day": {
        "first_on": date(2026, 12, 6),
        "first_at": time(0, 0),
        "minutes": 1440,
        "decide_at": None,
    },
    "three whole days": {
        "first_on": date(2026, 12, 30),
        "first_at": time(0, 0),
        "minutes": 3 * 1440,
        "decide_at": None,
    },
    "a day and a half": {"first_on": date(2026, 12, 12), "minutes": 2160},
}


@pytest.fixture
def dates(session: Session, cast: Cast) -> dict[str, Occurrence]:
    """One date of each kind, moved, called off and so on by the verbs that do it."""
    made = {
        name: make.occurrence(session, cast.midori, NOW, **{"title": name} | facts)
        for name, facts in POSTED.items()
    }
    ruling = Ruling(cast.aiko.id, 0, "雨のため。\n次は29日です。")
    decisions.postpone(session, made["moved"], ruling, NOW)
    decisions.cancel(session, made["called off"], ruling, NOW)
    for name, state in {"merged": "merged", "waiting": "awaiting_decision", "stopped": "stopped"}.items():
        made[name].state, made[name].revision = state, 3
    session.commit()
    for date_ in made.values():
        session.refresh(date_)
    return made


def span(row: Occurrence | Slot, zone: str) -> tuple[date, date]:
    """Return the times as a calendar has to show them: whole days as dates, the end being the day after."""
    local = [at.astimezone(ZoneInfo(zone)) for at in (row.starts_at, row.ends_at)]
    if all(at.time() == time(0) for at in local):
        return local[0].date(), local[1].date()
    return row.starts_at, row.ends_at


def shown(seen: list[Seen]) -> dict[str, tuple[Any, ...]]:
    assert len({event.uid for event in seen}) == len(seen)
    return {
        event.uid: (event.start, event.end, event.status, event.summary, event.sequence) for event in seen
    }


def expected(row: Occurrence, **changes: Any) -> tuple[Any, ...]:
    facts: dict[str, Any] = {
        "timed": row,
        "status": STATUS.get(row.state, "CONFIRMED"),
        "before": MARK.get(row.state, ""),
        "after": "",
    } | changes
    title = f"{facts['before']}{row.activity.title}{facts['after']}"
    return (*span(facts["timed"], row.activity.timezone), facts["status"], title, row.revision)


def agreed(client: FlaskClient, *paths: str) -> list[list[Seen]]:
    """Return what is seen in these feeds, once all readers have seen the same."""
    texts = [client.get(path).text for path in paths]
    first, *others = (
        [sorted(seen, key=lambda event: event.uid) for seen in reader(texts)] for reader in READERS
    )
    for reader, other in zip(READERS[1:], others, strict=True):
        assert other == first, reader
    return first


def test_public_feeds_are_what_the_rows_say(client: FlaskClient, dates: dict[str, Occurrence]) -> None:
    paths = (
        "/calendars/public.ics",
        "/organizations/midori/calendar.ics",
        "/calendars/public.ics?kind=neighbourhood",
    )
    rows = {date_.uid: expected(date_) for date_ in dates.values()}
    assert [shown(seen) for seen in agreed(client, *paths)] == [rows] * 3


def test_each_activity_and_each_date_alone_is_what_its_row_says(
    client: FlaskClient, dates: dict[str, Occurrence]
) -> None:
    paths = [f"/activities/{row.activity_id}/calendar.ics" for row in dates.values()]
    files = [f"/dates/{row.id}/calendar.ics" for row in dates.values()]
    rows = [{row.uid: expected(row)} for row in dates.values()]
    assert [shown(seen) for seen in agreed(client, *paths, *files)] == rows * 2


def test_every_word_arrives(client: FlaskClient, dates: dict[str, Occurrence]) -> None:
    (seen,) = agreed(client, "/calendars/public.ics")
    said = {event.uid: event.description for event in seen}
    assert f"{HOSTILE}\nBEGIN:VEVENT\nUID:x" in said[dates["hostile"].uid]
    assert "2026年11月22日（日）から変わりました。雨のため。 次は29日です。" in said[dates["moved"].uid]
    assert all(
        text.endswith(f"\n\nhttp://localhost/dates/{row.id}")
        for row in dates.values()
        for text in [said[row.uid]]
    )


def test_an_own_feed_has_the_parts_at_their_own_times_and_what_does_not_hold_is_tentative(
    client: FlaskClient, session: Session, cast: Cast, dates: dict[str, Occurrence]
) -> None:
    names = ("emoji", "hostile", "New York, summer", "a whole day")
    rows = [make.participation(session, dates[name].slots[0], cast.ben, NOW) for name in names]
    rows[0].state, rows[1].state = "waitlisted", "unverified"
    token = actions.renew(session, cast.ben.id, "feed", NOW)
    session.commit()
    unsure = {0: ("TENTATIVE", "【補欠】"), 1: ("TENTATIVE", "【確認待ち】")}
    wanted = {
        f"{row.id}-{row.slot.occurrence.uid}": expected(
            row.slot.occurrence, timed=row.slot, status=status, before=before, after="・積込み"
        )
        for number, row in enumerate(rows)
        for status, before in [unsure.get(number, ("CONFIRMED", ""))]
    }
    (seen,) = agreed(client, f"/calendars/{token}.ics")
    assert shown(seen) == wanted


def test_the_inside_of_a_body_has_numbers_and_a_deciders_feed_the_decisions(
    client: FlaskClient, session: Session, cast: Cast, dates: dict[str, Occurrence]
) -> None:
    make.participation(session, dates["emoji"].slots[0], cast.ben, NOW)
    inside = actions.renew(session, cast.aiko.id, f"body:{cast.midori.id}", NOW)
    own = actions.renew(session, cast.aiko.id, "feed", NOW)
    session.commit()
    numbers, decided = agreed(client, f"/calendars/{inside}.ics", f"/calendars/{own}.ics")
    counts = {name: "（1/2）" if name == "emoji" else "（0/2）" for name in dates}
    assert shown(numbers) == {
        f"inside-{row.uid}": expected(row, after=counts[name]) for name, row in dates.items()
    }
    times = {event.uid: (event.start, event.end, event.summary) for event in decided}
    end = datetime(2026, 11, 28, 21, 30, tzinfo=UTC)
    assert len(times) == sum(row.activity.decide_at is not None for row in dates.values())
    assert times[f"decision-{dates['moved'].uid}"] == (
        end - timedelta(minutes=30),
        end,
        "実施の判断：【順延】moved",
    )


def test_open_parts_are_those_that_one_could_take(
    client: FlaskClient, session: Session, cast: Cast, dates: dict[str, Occurrence]
) -> None:
    make.participation(session, dates["emoji"].slots[0], cast.ben, NOW)
    dates["hostile"].slots[0].taken = 2
    token = actions.renew(session, cast.ben.id, "open", NOW)
    session.commit()
    everybodys, bens = agreed(client, "/calendars/open.ics", f"/calendars/{token}.ics")
    near = ("moved", "waiting", "emoji", "New York, winter", "a whole day", "a day and a half")
    wanted = {
        f"open-{dates[name].uid}": expected(dates[name], status="TENTATIVE", before="募集：") for name in near
    }
    for name, word in {"moved": "【順延】", "waiting": "【判断待ち】"}.items():
        seen = expected(dates[name], status="TENTATIVE", before=f"募集：{word}")
        wanted[f"open-{dates[name].uid}"] = seen
    assert shown(everybodys) == wanted
    assert set(shown(bens)) == set(wanted) - {f"open-{dates['emoji'].uid}"}


def test_a_called_off_date_stays_for_thirty_days_and_a_held_one_for_half_a_year(
    client: FlaskClient, session: Session, dates: dict[str, Occurrence]
) -> None:
    for name, days in {"called off": 29, "merged": 31, "emoji": 182, "hostile": 185}.items():
        dates[name].starts_at, dates[name].ends_at = (
            NOW - timedelta(days=days, hours=2),
            NOW - timedelta(days=days),
        )
    session.commit()
    text = client.get("/calendars/public.ics").text.replace("\r\n ", "")
    there = {name for name in ("called off", "merged", "emoji", "hostile") if dates[name].uid in text}
    assert there == {"called off", "emoji"}
