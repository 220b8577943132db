"""Old dates find new ones: a table of what an organiser may do to a rule."""

from datetime import datetime, timedelta

import pytest

from scheduler.activities.patterns import Freq
from scheduler.changes.matching import matched


def day(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-{text}" if "T" in text else f"2026-{text}T09:00")


MATCHED: list[tuple[str, str, Freq | None, list[str]]] = [
    ("12-06 12-13 12-20", "12-06T10:00 12-13T10:00 12-20T10:00", "WEEKLY", ["12-06", "12-13", "12-20"]),
    ("12-06 12-13 12-20", "12-07 12-14 12-21", "WEEKLY", ["12-07", "12-14", "12-21"]),
    ("12-06 12-13 12-20", "12-05 12-12 12-19", "WEEKLY", ["12-05", "12-12", "12-19"]),
    ("12-06 12-13 12-20", "12-12 12-19 12-26", "WEEKLY", ["-", "12-12", "12-19"]),
    ("12-06 12-13 12-20", "12-13", "MONTHLY", ["-", "12-13", "-"]),
    ("10-11 11-08 12-13", "10-10 11-14 12-12", "MONTHLY", ["10-10", "11-14", "12-12"]),
    ("10-04 11-01 12-06", "10-25 11-29 12-27", "MONTHLY", ["10-25", "11-29", "12-27"]),
    ("12-07 12-09 12-14 12-16", "12-09 12-11 12-16 12-18", "WEEKLY", ["12-11", "12-09", "12-18", "12-16"]),
    ("12-06", "", "WEEKLY", ["-"]),
    ("", "12-06", "WEEKLY", []),
    ("11-03", "11-23", "YEARLY", ["11-23"]),
    ("12-06 12-13", "12-20 12-27", None, ["12-20", "12-27"]),
    ("10-01", "12-20", None, ["-"]),
]


@pytest.mark.parametrize(("old", "new", "freq", "expected"), MATCHED)
def test_each_old_date_finds_its_new_one(old: str, new: str, freq: Freq | None, expected: list[str]) -> None:
    olds, news = [[day(text) for text in texts.split()] for texts in (old, new)]
    pairs = matched(olds, news, freq)
    assert [
        f"{news[pairs[place]]:%m-%d}" if place in pairs else "-" for place in range(len(olds))
    ] == expected


def test_nobody_is_paired_twice_and_order_is_kept_however_many_there_are() -> None:
    olds = [day("01-01") + timedelta(days=7 * week) for week in range(57)]
    news = [day("01-03") + timedelta(days=3 * step) for step in range(133)]
    pairs = matched(olds, news, "DAILY", interval=3)
    assert len(pairs) == len(set(pairs.values())) == 57
    same_day = {place for place, new in pairs.items() if olds[place].date() == news[new].date()}
    moved = [new for place, new in sorted(pairs.items()) if place not in same_day]
    assert moved == sorted(moved)
