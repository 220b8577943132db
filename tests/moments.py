"""Other moments than the one at which every test begins; the wall clock is Tokyo's."""

from datetime import datetime
from zoneinfo import ZoneInfo

import time_machine

TOKYO = ZoneInfo("Asia/Tokyo")


def tokyo(wall_clock: str) -> datetime:
    """Return the instant at which a clock in Tokyo shows this, such as `2026-11-21 19:00`."""
    return datetime.fromisoformat(wall_clock).replace(tzinfo=TOKYO)


def at(wall_clock: str) -> time_machine.travel:
    """Go to another moment for the length of a block; the clock stands still there."""
    return time_machine.travel(tokyo(wall_clock), tick=False)
