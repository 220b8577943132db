"""Whose turn it is: what shares something costly runs in one process, and what takes long begins first.

The marks of pytest-xdist for this are lost on the way with pytest 9.2, without a word; so the groups stand here, by the
names of the tests. A file that is not named here is a group of its own.
"""

import re
from pathlib import Path
from typing import Any

from xdist.scheduler import LoadScopeScheduling

# Where a group has a name in brackets, there is one for each of it.
TOGETHER = {
    "every page": r"tests/browser/test_every_page\.py(?:.*\[(refused|states)\])?",
    "browser": r"tests/browser/",
    "demo": r"tests/demo/",
    "races": r"tests/participation/test_(?:races|last_place)\.py::.*\b(sqlite|postgres)\b",
    "calendars of others": r"tests/calendars/test_(?:publishing|client)\.py",
    "waits": r"tests/(?:journeys|notices)/test_(4_reminder|kill)\.py",
    "rules": r"tests/activities/test_recurrence_properties\.py::(.+)",
    "hostile": r"tests/test_hostile\.py::(.+)",
    "access": r"tests/test_access\.py::(.+)",
    "long": r"tests/(?:\w+/)?test_(migrations|jobs|http|every_verb|architecture|openapi|timezones)\.py",
}
# In the order in which they begin. The stories in the browser, one after the other, take longest: all else waited for
# them in the end. Beside each that waits for a browser, a clock, a letter or another process are some that keep the
# machine busy.
ORDER = (
    *("browser", "every page", "demo", "races sqlite", "hostile", "races postgres", "access"),
    *("waits 4_reminder", "rules", "waits kill", "long", "calendars of others"),
)


def share(number: int, of: int) -> list[str]:
    """Return the modules that one of so many processes compiles for all."""
    folder = Path(__file__).parent
    modules = (path.relative_to(folder.parent).with_suffix("") for path in sorted(folder.rglob("test_*.py")))
    return [".".join(module.parts) for module in modules][number::of]


def group_of(test: str) -> str:
    """Name the group whose tests run one after the other in one process."""
    for name, pattern in TOGETHER.items():
        if found := re.match(pattern, test):
            return " ".join([name, *filter(None, found.groups())])
    return test.partition("::")[0]


def turn_of(test: str) -> int:
    """Return when a test's turn is; the ones that are named nowhere come last, to fill the gaps."""
    name = group_of(test)
    return next((turn for turn, known in enumerate(ORDER) if name.startswith(known)), len(ORDER))


class Turns(LoadScopeScheduling):  # type: ignore[misc]  # published without types
    """Deals the groups out in the order in which the tests stand."""

    def __init__(self, config: Any, log: Any) -> None:
        config.option.loadscopereorder = False
        super().__init__(config, log)

    def _split_scope(self, nodeid: str) -> str:
        return group_of(nodeid)
