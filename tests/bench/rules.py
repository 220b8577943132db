"""What reading and expanding the dearest rules costs, in milliseconds; the tests count calls instead of time."""

import time
from collections.abc import Callable
from datetime import UTC, datetime

from scheduler.activities.recurrence import BadRule, parse, starts
from tests.activities.test_recurrence_properties import BOMBS, SLOW

_LAST_YEAR = datetime(2099, 1, 1, tzinfo=UTC), datetime(2101, 1, 1, tzinfo=UTC)


def _refuse(text: str) -> None:
    try:
        parse(text)
    except BadRule:
        return
    raise AssertionError(f"{text} was taken")


def _expand(text: str) -> None:
    starts(parse(text), datetime.fromisoformat("2000-01-01 09:00"), "Asia/Tokyo", *_LAST_YEAR)


def _milliseconds(act: Callable[[str], None], text: str) -> float:
    began = time.perf_counter()
    act(text)
    return (time.perf_counter() - began) * 1000


def report() -> None:
    """Print a line for each bomb, which is refused, and for each rule that is dear and taken."""
    print(f"\nRules, from 2000 to 2101\n{'':<64}{'ms':>9}")
    for act, texts in ((_refuse, BOMBS), (_expand, SLOW)):
        for text in texts:
            print(f"{text[:62]:<64}{_milliseconds(act, text):>9.1f}")
