"""Quiet hours: from when until when nobody is to be disturbed. Pure; all times are on one wall clock."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta

# Where seven in the morning would leave less than this before a date begins, the evening before is better.
_NOTICE_NEEDED = timedelta(hours=2)
_BEFORE_QUIET = timedelta(minutes=30)


@dataclass(frozen=True)
class Quiet:
    """From one time of day until another, usually over midnight; the same twice means never."""

    begins: time = time(21, 0)
    ends: time = time(7, 0)

    def covers(self, at: time) -> bool:
        """Say whether it is quiet at that time of day."""
        if self.begins <= self.ends:
            return self.begins <= at < self.ends
        return at >= self.begins or at < self.ends

    def end_after(self, at: datetime) -> datetime:
        """Return the first moment from then on at which it is not quiet."""
        if not self.covers(at.time()):
            return at
        end = datetime.combine(at.date(), self.ends)
        return end if end > at else end + timedelta(days=1)

    def begin_before(self, at: datetime) -> datetime:
        """Return when the quiet hours that cover a moment began."""
        begin = datetime.combine(at.date(), self.begins)
        return begin if begin <= at else begin - timedelta(days=1)


def considerate(due: datetime, starts: datetime, quiet: Quiet) -> datetime:
    """Return when something that is due before a date begins may be told.

    In quiet hours it waits for their end; where that is too close to the beginning, it comes half an hour before they
    begin.
    """
    if not quiet.covers(due.time()):
        return due
    later = quiet.end_after(due)
    return later if later <= starts - _NOTICE_NEEDED else quiet.begin_before(due) - _BEFORE_QUIET
