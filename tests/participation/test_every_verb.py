"""Every verb in every order: what must be true is true after each step."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test
from sqlalchemy import Engine, create_engine

from scheduler.db import engine_options, prepare_engine
from tests.participation.verbs import Verbs

# So many runs, each with other random numbers; without it few, and always the same.
EXAMPLES = os.environ.get("TSUDOI_TEST_EXAMPLES")


@pytest.fixture
def engine(instance: Path, tmp_path: Path) -> Iterator[Engine]:
    """A database of its own, which every run leaves empty."""
    shutil.copyfile(instance / "empty.db", tmp_path / "verbs.db")
    url = f"sqlite:///{tmp_path / 'verbs.db'}"
    made = prepare_engine(create_engine(url, **engine_options(url)))
    yield made
    made.dispose()


def test_invariants_1_2_3_7_13_hold_after_each_step_of_any_story(engine: Engine) -> None:
    stories = settings(
        max_examples=int(EXAMPLES or 8),
        stateful_step_count=50 if EXAMPLES else 25,
        derandomize=not EXAMPLES,
        database=None,
        deadline=None,
        # A story that fails is made shorter only where there is time for it.
        phases=[Phase.generate, *([Phase.shrink] if EXAMPLES else [])],
        suppress_health_check=list(HealthCheck),
    )
    Verbs.engine = engine
    run_state_machine_as_test(Verbs, settings=stories)
