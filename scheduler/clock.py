"""The one place that asks the time; everything below the edges gets it as an argument."""

import time
import zoneinfo
from datetime import UTC, datetime

# The zones of the pinned package, not the host's: every host then agrees, and old hosts know the newest rules.
zoneinfo.reset_tzpath(to=())


def now() -> datetime:
    """Return the present instant in UTC, cut to whole seconds (calendar clients know no finer ones)."""
    return datetime.now(UTC).replace(microsecond=0)


def seconds_up() -> float:
    """Return how long the host has been running, sleep included where it can tell; nobody can set this clock."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))
