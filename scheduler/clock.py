"""The one place that asks the time; everything below the edges gets it as an argument."""

import zoneinfo
from datetime import UTC, datetime

# The zones of the pinned package, not the host's: every host then agrees, and old hosts know the newest rules.
zoneinfo.reset_tzpath(to=())


def now() -> datetime:
    """Return the present instant in UTC, cut to whole seconds (calendar clients know no finer ones)."""
    return datetime.now(UTC).replace(microsecond=0)
