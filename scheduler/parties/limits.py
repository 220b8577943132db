"""My measure: what a person wants to be asked for, and when not to be disturbed; pure (invariant 18).

Decisions about own dates and safety notices do not ask here: they go out at once.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, time, timedelta
from typing import Any

_CLOCK = "%H:%M"
_TIMES = ("not_before", "not_after", "quiet_from", "quiet_until")


@dataclass(frozen=True)
class Limits:
    """One person's limits, times on the wall clock; None where there is none. Equal quiet times: no quiet hours."""

    times_a_month: int | None = None
    max_minutes: int | None = None
    no_heavy: bool = False
    not_before: time | None = None
    not_after: time | None = None
    quiet_from: time = time(21, 0)
    quiet_until: time = time(7, 0)


@dataclass(frozen=True)
class Ask:
    """What somebody would be asked for, on the wall clock of its activity.

    `confirmed` counts the person's dates of that month, `asked` the times that month that they were asked and did not
    come forward: a no is an ask too.
    """

    starts: datetime
    minutes: int
    burden: tuple[str, ...] = ()
    confirmed: int = 0
    asked: int = 0

    @property
    def ends(self) -> datetime:
        """When it would be over."""
        return self.starts + timedelta(minutes=self.minutes)


def limits_of(stored: Mapping[str, Any]) -> Limits:
    """Read limits as they are stored; whatever is not there has its default."""
    known = {name: value for name, value in stored.items() if name in Limits.__annotations__}
    times = {
        name: datetime.strptime(known[name], _CLOCK).time()  # noqa: DTZ007  # a wall clock has no zone
        for name in _TIMES
        if known.get(name)
    }
    return Limits(**known | times)


def stored(limits: Limits) -> dict[str, Any]:
    """Write limits as they are stored: times as text, what is the default left out."""
    usual = asdict(Limits())
    kept = {name: value for name, value in asdict(limits).items() if value != usual[name]}
    return {name: f"{value:{_CLOCK}}" if isinstance(value, time) else value for name, value in kept.items()}


def why_not(limits: Limits, ask: Ask) -> str | None:
    """Return the code of the first limit that an ask goes beyond, None when it may be asked."""
    return next((code for code, beyond in _checks(limits, ask) if beyond), None)


def _checks(limits: Limits, ask: Ask) -> tuple[tuple[str, bool], ...]:
    had = ask.confirmed + ask.asked
    return (
        ("times_a_month", limits.times_a_month is not None and had >= limits.times_a_month),
        ("too_long", limits.max_minutes is not None and ask.minutes > limits.max_minutes),
        ("too_heavy", limits.no_heavy and "heavy" in ask.burden),
        ("too_early", limits.not_before is not None and ask.starts.time() < limits.not_before),
        ("too_late", limits.not_after is not None and _ends_after(ask, limits.not_after)),
    )


def _ends_after(ask: Ask, latest: time) -> bool:
    return ask.ends.date() > ask.starts.date() or ask.ends.time() > latest


def is_quiet(limits: Limits, at: time) -> bool:
    """Say whether this time of the day is in the quiet hours: their first moment is, their last is not."""
    begun, not_over = at >= limits.quiet_from, at < limits.quiet_until
    return begun and not_over if limits.quiet_from <= limits.quiet_until else begun or not_over


def quiet_until(limits: Limits, at_local: datetime) -> datetime:
    """Return the first moment at or after `at_local` that is not in the quiet hours."""
    if not is_quiet(limits, at_local.time()):
        return at_local
    next_day = at_local.time() >= limits.quiet_until
    day = at_local.date() + timedelta(days=next_day)
    # `fold` stays on the same day: the hour that a clock shows twice in autumn must not lead back.
    return datetime.combine(day, limits.quiet_until, at_local.tzinfo).replace(
        fold=0 if next_day else at_local.fold
    )
