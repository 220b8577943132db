"""Rendered dates and whole feeds, kept in memory: a date is rendered once for each version of it and language."""

from collections.abc import Callable, Hashable
from threading import Lock
from typing import Any, Generic, TypeVar

from scheduler.calendars.ics import Event, event_bytes

Value = TypeVar("Value")


class Kept(Generic[Value]):
    """A dictionary that forgets the oldest of its values when together they weigh too much."""

    def __init__(self, most: int, weigh: Callable[[Value], int]) -> None:
        self._most, self._weigh = most, weigh
        self._values: dict[Hashable, Value] = {}
        self._weight = 0
        self._lock = Lock()

    @property
    def weight(self) -> int:
        """How much all that is kept weighs."""
        return self._weight

    def get(self, key: Hashable) -> Value | None:
        """Return what is kept under this key, or None."""
        return self._values.get(key)

    def put(self, key: Hashable, value: Value) -> None:
        """Keep a value, unless it alone is too heavy."""
        weight = self._weigh(value)
        if weight > self._most // 2:
            return
        with self._lock:
            self._drop(key)
            while self._weight + weight > self._most:
                self._drop(next(iter(self._values)))
            self._values[key] = value
            self._weight += weight

    def _drop(self, key: Hashable) -> None:
        if key in self._values:
            self._weight -= self._weigh(self._values.pop(key))

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._values.clear()
            self._weight = 0


# 48 MB of dates (some 50,000), 32 MB of whole feeds: by version, and whether compressed.
dates: Kept[bytes] = Kept(48_000_000, len)
bodies: Kept[bytes] = Kept(32_000_000, len)
# What was last found out about feeds, each with the mark of the state that it is of.
facts: Kept[tuple[object, Any]] = Kept(4_000, lambda fact: 1)


def rendered(event: Event) -> bytes:
    """Return the VEVENT of an event, rendered now if nothing of it was before."""
    found = dates.get(event)
    if found is None:
        found = event_bytes(event)
        dates.put(event, found)
    return found


def clear() -> None:
    """Forget everything, as a new process does."""
    dates.clear()
    bodies.clear()
    facts.clear()
