"""The tests are dealt out by our groups: what belongs together goes to one process, what is long goes first."""

import re
from types import SimpleNamespace
from typing import Any

import pytest

from scheduler.config import ROOT
from tests.turns import ORDER, TOGETHER, Turns, group_of, turn_of

DEMO = [f"tests/demo/test_{name}.py::test_{name}" for name in ("demo", "privacy")]
SMALL = ["tests/test_text.py::test_a", "tests/test_text.py::test_b", "tests/test_eras.py::test_a"]
RACES = [f"tests/participation/test_races.py::test_a[{where}-2]" for where in ("sqlite", "postgres")]


class Process:
    """A process of tests that writes down what it is given."""

    shutting_down = False

    def __init__(self, name: str) -> None:
        self.gateway = SimpleNamespace(id=name)
        self.given: list[int] = []

    def send_runtest_some(self, given: list[int]) -> None:
        self.given += given

    def shutdown(self) -> None:
        self.shutting_down = True


def dealt(tests: list[str]) -> list[list[str]]:
    """Deal these tests out to two processes, and return what each is given at the start."""
    options: dict[str, Any] = {"tx": ["popen", "popen"]}
    config = SimpleNamespace(option=SimpleNamespace(loadscopereorder=True), getvalue=options.__getitem__)
    turns, processes = Turns(config, None), [Process("first"), Process("second")]
    for process in processes:
        turns.add_node(process)
        turns.add_node_collection(process, tests)
    turns.schedule()
    return [[tests[number] for number in process.given] for process in processes]


def test_what_is_set_up_once_goes_to_one_process_and_the_longest_first() -> None:
    first, second = dealt(sorted([*SMALL, *DEMO], key=turn_of))
    assert first[:2] == DEMO
    assert second[:2] == SMALL[:2]


def test_each_database_has_its_own_races_and_a_file_its_own_tests() -> None:
    assert [group_of(test) for test in RACES] == ["races sqlite", "races postgres"]
    assert len({group_of(test) for test in SMALL}) == 2


@pytest.mark.parametrize("pattern", TOGETHER.values(), ids=TOGETHER)
def test_every_group_that_is_named_has_tests(pattern: str) -> None:
    files = [path.relative_to(ROOT) for path in (ROOT / "tests").rglob("test_*.py")]
    assert any(re.match(pattern, f"{file}::test_a[sqlite]") for file in files)


def test_each_that_is_to_begin_before_others_is_named() -> None:
    assert [first for first in ORDER if first.split()[0] not in {name.split()[0] for name in TOGETHER}] == []
    assert {name for name in TOGETHER if not any(first.startswith(name) for first in ORDER)} == set()
