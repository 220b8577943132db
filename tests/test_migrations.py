"""Migrations: from nothing they give the models' tables, back and again; a filled database keeps every row."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, func, inspect, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from scheduler import migrating
from scheduler.db import Base, engine_options, prepare_engine
from scheduler.paper.models import PrintedRow
from scheduler.parties.models import Person
from tests import cast, make
from tests.conftest import NOW

# Changes tables that others point to, as a later migration may have to: SQLite rebuilds each of them.
WIDEN = """
import sqlalchemy as sa
from alembic import op

revision, down_revision = "9999", "{head}"
PARENTS = ("organization.name", "person.name", "activity.title", "occurrence.reason", "slot.name", "participation.note")


def make_as_long_as(length):
    for table, column in (parent.split(".") for parent in PARENTS):
        with op.batch_alter_table(table) as batch:
            batch.alter_column(column, type_=sa.String(length), existing_type=sa.String(), nullable=False)


def upgrade():
    make_as_long_as(500)


def downgrade():
    make_as_long_as(400)
"""
PERSON_OF_BEFORE = """
INSERT INTO person (id, name, kana, kana_key, phone, language, link_salt, is_operator, created_at)
VALUES (:id, '田中', 'たなか', 'たなか', :phone, 'ja', 'x', false, :at)
"""
SIGN_IN_OF_BEFORE = """
INSERT INTO sign_in (id, person_id, salt, token_hash, code_hash, tries, created_at, expires_at, spent_at)
VALUES (:id, :id, 'x', :id || 'x', 'x', 0, :at, :at, :spent)
"""
SHEET_OF_BEFORE = (
    """INSERT INTO printed_sheet (id, kind, occurrence_id, text, printed_by_id, printed_at)
    VALUES (1, 'sign_up', 1, '', 1, :at)""",
    "INSERT INTO printed_row (id, sheet_id, number, answered_at) VALUES (1, 1, 1, :at)",
    "INSERT INTO printed_row (id, sheet_id, number) VALUES (2, 1, 2)",
)
FAIL = WIDEN.replace("500)", "500)\n    raise RuntimeError('on purpose')")


@contextmanager
def connected(url: str) -> Iterator[Connection]:
    """Open a connection as the service does; what is written in the block is kept."""
    engine = prepare_engine(create_engine(url, **engine_options(url)))
    try:
        with engine.begin() as connection:
            yield connection
    finally:
        engine.dispose()


def _tables(url: str) -> set[str]:
    with connected(url) as connection:
        return set(inspect(connection).get_table_names()) - {"alembic_version"}


def _counts(url: str) -> dict[str, int]:
    with connected(url) as connection:
        count = {
            name: select(func.count()).select_from(table) for name, table in Base.metadata.tables.items()
        }
        return {name: connection.scalar(wanted) or 0 for name, wanted in count.items()}


@pytest.fixture
def filled(migrated_url: str) -> str:
    """The address of a database with an activity, its dates, and people who come."""
    with connected(migrated_url) as connection, Session(connection) as session:
        midori = cast.make(session, NOW).midori
        slot = make.slot(session, midori, NOW, rule=make.SECOND_SUNDAY)
        make.participation(session, slot, make.person(session, 1, NOW), NOW)
        make.participation(session, slot, make.person(session, 2, NOW), NOW)
        session.commit()
    return migrated_url


@pytest.fixture
def later(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of our migrations that the test may add one to, in place of ours."""
    shutil.copytree(migrating.FOLDER, tmp_path / "migrations", ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(migrating, "FOLDER", tmp_path / "migrations")
    return migrating.FOLDER


def _add(later: Path, migration: str) -> None:
    (later / "versions" / "9999_later.py").write_text(migration.replace("{head}", migrating.newest()))


def test_from_nothing_they_give_what_the_models_say(database_url: str) -> None:
    migrating.upgrade(database_url)
    migrating.check(database_url)
    assert _tables(database_url) == set(Base.metadata.tables)
    assert migrating.is_current(database_url)


def test_back_to_nothing_and_up_again(filled: str) -> None:
    migrating.downgrade(filled, "base")
    assert _tables(filled) == set()
    migrating.upgrade(filled)
    migrating.check(filled)
    assert set(_counts(filled).values()) == {0}


def test_rebuilding_tables_keeps_all_rows_that_point_to_them(filled: str, later: Path) -> None:
    before = _counts(filled)
    _add(later, WIDEN)
    migrating.upgrade(filled)
    assert _counts(filled) == before
    migrating.downgrade(filled, "-1")
    assert _counts(filled) == before
    assert (before["person"], before["participation"], before["slot"]) == (5, 2, before["occurrence"])


@pytest.mark.parametrize("migrated_url", ["sqlite"], indirect=True)
def test_with_foreign_keys_on_the_same_rebuilding_fails(filled: str, later: Path) -> None:
    # The control: without the switch in env.py the test above would not pass by chance.
    env = later / "env.py"
    env.write_text(env.read_text().replace("foreign_keys=OFF", "foreign_keys=ON"))
    _add(later, WIDEN)
    with pytest.raises(IntegrityError):
        migrating.upgrade(filled)


def test_a_migration_that_fails_leaves_everything_as_it_was(filled: str, later: Path) -> None:
    before = _counts(filled)
    _add(later, FAIL)
    with pytest.raises(RuntimeError, match="on purpose"):
        migrating.upgrade(filled)
    assert _counts(filled) == before
    migrating.downgrade(filled, "base")


def test_the_service_writes_with_foreign_keys_on_again(filled: str) -> None:
    with pytest.raises(IntegrityError), connected(filled) as connection:
        connection.execute(text("UPDATE slot SET occurrence_id = 999999"))


def test_what_was_recorded_can_be_neither_changed_nor_deleted(filled: str) -> None:
    for statement in ("UPDATE state_change SET verb = 'x'", "DELETE FROM state_change"):
        with pytest.raises(Exception, match="append-only"), connected(filled) as connection:
            connection.execute(text(statement))
    assert _counts(filled)["state_change"] > 0


def test_migrations_stand_in_one_row_in_the_order_of_their_names() -> None:
    script = ScriptDirectory(str(migrating.FOLDER))
    revisions = [found.revision for found in script.walk_revisions()]
    assert script.get_heads() == [migrating.newest()]
    assert revisions == sorted(revisions, reverse=True)


def test_telephones_of_before_are_folded_where_they_can_be(database_url: str) -> None:
    migrating.upgrade(database_url, "0001")
    typed = {1: "０９０-1234-5678", 2: "佐藤さん呼び出し", 3: "", 4: "+44 20 7946 0000"}
    with connected(database_url) as connection:
        for number, phone in typed.items():
            connection.execute(text(PERSON_OF_BEFORE), {"id": number, "phone": phone, "at": NOW})
    migrating.upgrade(database_url)
    with connected(database_url) as connection:
        rows = connection.execute(text("SELECT phone, phone_key FROM person ORDER BY id")).all()
    assert rows[0] == ("+819012345678", "+819012345678")
    assert [tuple(row) for row in rows[1:]] == [
        ("佐藤さん呼び出し", None),
        ("", None),
        ("+442079460000", "+442079460000"),
    ]


def test_who_has_signed_in_before_has_proved_the_address(database_url: str) -> None:
    migrating.upgrade(database_url, "0001")
    with connected(database_url) as connection:
        for number in (1, 2):
            connection.execute(text(PERSON_OF_BEFORE), {"id": number, "phone": "", "at": NOW})
            values = {"id": number, "at": NOW, "spent": NOW if number == 1 else None}
            connection.execute(text(SIGN_IN_OF_BEFORE), values)
    migrating.upgrade(database_url)
    with connected(database_url) as connection, Session(connection) as session:
        assert session.get_one(Person, 1).email_verified_at == NOW
        assert session.get_one(Person, 2).email_verified_at is None


def test_what_was_answered_on_paper_before_counts_for_the_time_of_its_date(filled: str) -> None:
    migrating.downgrade(filled, "0032")
    with connected(filled) as connection:
        for statement in SHEET_OF_BEFORE:
            connection.execute(text(statement), {"at": NOW})
    migrating.upgrade(filled)
    with connected(filled) as connection, Session(connection) as session:
        rows = session.scalars(select(PrintedRow).order_by(PrintedRow.id)).all()
        assert [row.has_answered for row in rows] == [True, False]


def test_old_tables_are_told_from_new_ones(filled: str, later: Path) -> None:
    _add(later, WIDEN)
    assert not migrating.is_current(filled)
    migrating.upgrade(filled)
    assert migrating.is_current(filled)
