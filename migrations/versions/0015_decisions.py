"""Say who decides about a date and when; keep each decision, and the links by which it is asked for."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None
_PEOPLE = ("decider", "deputy")


def _at(name: str, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def upgrade() -> None:
    """Say who decides about a date and when; keep each decision, and the links by which it is asked for."""
    with op.batch_alter_table("activity", schema=None) as batch_op:
        batch_op.add_column(sa.Column("decide_days_before", sa.Integer(), nullable=False, server_default="0"))
        for who in _PEOPLE:
            batch_op.add_column(sa.Column(f"{who}_office", sa.String(length=40), nullable=True))
            batch_op.add_column(sa.Column(f"{who}_id", sa.Integer(), nullable=True))
    with op.batch_alter_table("activity", schema=None) as batch_op:
        batch_op.alter_column("decide_days_before", server_default=None)
        for who in _PEOPLE:
            batch_op.create_foreign_key(batch_op.f(f"fk_activity_{who}_id"), "person", [f"{who}_id"], ["id"])
    with op.batch_alter_table("occurrence", schema=None) as batch_op:
        batch_op.add_column(_at("stopped_at", nullable=True))
        batch_op.add_column(sa.Column("merged_into_id", sa.Integer(), nullable=True))
        batch_op.create_foreign_key(
            batch_op.f("fk_occurrence_merged_into_id"), "occurrence", ["merged_into_id"], ["id"]
        )
    _create_decision()
    _create_link()


def _create_decision() -> None:
    op.create_table(
        "decision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("occurrence_id", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(length=20), nullable=False),
        _at("at"),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("entered_by_id", sa.Integer(), nullable=True),
        sa.Column("how", sa.String(length=20), nullable=False),
        sa.Column("office", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.String(length=400), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        _at("starts_at"),
        _at("ends_at"),
        sa.Column("corrects_id", sa.Integer(), nullable=True),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("moved", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_decision_by_id")),
        sa.ForeignKeyConstraint(["corrects_id"], ["decision.id"], name=op.f("fk_decision_corrects_id")),
        sa.ForeignKeyConstraint(["entered_by_id"], ["person.id"], name=op.f("fk_decision_entered_by_id")),
        sa.ForeignKeyConstraint(["occurrence_id"], ["occurrence.id"], name=op.f("fk_decision_occurrence_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision")),
        sa.UniqueConstraint("occurrence_id", "revision", name=op.f("uq_decision_occurrence_id_revision")),
    )


def _create_link() -> None:
    occurrence = op.f("fk_decision_link_occurrence_id")
    op.create_table(
        "decision_link",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("occurrence_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("salt", sa.String(length=43), nullable=False),
        _at("created_at"),
        _at("expires_at"),
        _at("revoked_at", nullable=True),
        sa.ForeignKeyConstraint(["occurrence_id"], ["occurrence.id"], name=occurrence),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_decision_link_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision_link")),
        sa.UniqueConstraint(
            "occurrence_id",
            "person_id",
            "version",
            name=op.f("uq_decision_link_occurrence_id_person_id_version"),
        ),
    )


def downgrade() -> None:
    """Take it back."""
    op.drop_table("decision_link")
    op.drop_table("decision")
    with op.batch_alter_table("occurrence", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_occurrence_merged_into_id"), type_="foreignkey")
        batch_op.drop_column("merged_into_id")
        batch_op.drop_column("stopped_at")
    with op.batch_alter_table("activity", schema=None) as batch_op:
        for who in _PEOPLE:
            batch_op.drop_constraint(batch_op.f(f"fk_activity_{who}_id"), type_="foreignkey")
            batch_op.drop_column(f"{who}_id")
            batch_op.drop_column(f"{who}_office")
        batch_op.drop_column("decide_days_before")
