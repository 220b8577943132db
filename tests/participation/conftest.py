"""The place where races are run, once on each database."""

from collections.abc import Iterator

import pytest

from tests.participation.arena import Arena, arena_on

# All races on one database run in one process (`tests.turns`): it is filled once, and they do not disturb each other.
BOTH = ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]


@pytest.fixture(scope="session", params=BOTH)
def arena(request: pytest.FixtureRequest) -> Iterator[Arena]:
    """A database full of people, and the crowd that races in it."""
    yield from arena_on(request.param, request)
