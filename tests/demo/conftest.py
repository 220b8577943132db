"""The demo neighbourhood, loaded once for all tests that look at it: they run in one process (`tests.turns`)."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from scheduler import create_app, demo
from scheduler.config import Settings
from scheduler.web import db
from tests.conftest import NOW


@pytest.fixture(scope="session")
def demo_app(instance: Path, tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """The application with the demo in its database."""
    folder = tmp_path_factory.mktemp("demo")
    shutil.copyfile(instance / "empty.db", folder / "tsudoi.db")
    app = create_app(
        Settings(instance=str(folder), base_url="http://localhost", secret="a secret of the tests")
    )
    demo.load(app, NOW)
    return app


@pytest.fixture(scope="module")
def town(demo_app: Flask) -> Iterator[Session]:
    """The demo's database."""
    with demo_app.app_context():
        yield db.session()
        db.session.remove()
        db.engine.dispose()
