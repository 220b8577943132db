"""Let activities list dates, give way to days of rest, and change from some date on; keep closed days and changes."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def _new_columns() -> dict[str, tuple[sa.Column[Any], ...]]:
    # What is there gets the value that changes nothing; then the defaults go, for the models have them.
    return {
        "activity": (
            sa.Column("dates", sa.JSON(), nullable=False, server_default="[]"),
            sa.Column("on_holiday", sa.String(length=20), nullable=False, server_default="keep"),
            sa.Column("on_closed", sa.String(length=20), nullable=False, server_default="skip"),
        ),
        "occurrence": (
            sa.Column("planned_at", sa.DateTime(timezone=True), nullable=True),
            sa.Column("by_hand", sa.JSON(), nullable=False, server_default="[]"),
            sa.Column("own_place", sa.String(length=200), nullable=True),
            sa.Column("own_place_en", sa.String(length=200), nullable=True),
            sa.Column("own_address", sa.String(length=200), nullable=True),
        ),
        "slot_template": (sa.Column("version_id", sa.Integer(), nullable=True),),
    }


def _add_columns() -> None:
    for table, columns in _new_columns().items():
        with op.batch_alter_table(table, schema=None) as batch_op:
            for column in columns:
                batch_op.add_column(column)
        with op.batch_alter_table(table, schema=None) as batch_op:
            for column in columns:
                if column.server_default is not None:
                    batch_op.alter_column(column.name, server_default=None)


def upgrade() -> None:
    """Make the tables of closed days, versions and changes; give activities, dates and templates their new columns."""
    op.create_table(
        "closed_day",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("name_en", sa.String(length=120), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("ends_on >= starts_on", name=op.f("ck_closed_day_ends_after_start")),
        sa.ForeignKeyConstraint(["created_by_id"], ["person.id"], name=op.f("fk_closed_day_created_by_id")),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_closed_day_organization_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_closed_day")),
    )
    with op.batch_alter_table("closed_day", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_closed_day_organization_id"), ["organization_id"], unique=False)
    op.create_table(
        "rule_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("activity_id", sa.Integer(), nullable=False),
        sa.Column("from_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("rule", sa.String(length=200), nullable=True),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("first_at", sa.Time(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("dates", sa.JSON(), nullable=False),
        sa.Column("on_holiday", sa.String(length=20), nullable=False),
        sa.Column("on_closed", sa.String(length=20), nullable=False),
        sa.Column("place", sa.String(length=200), nullable=True),
        sa.Column("place_en", sa.String(length=200), nullable=True),
        sa.Column("address", sa.String(length=200), nullable=True),
        sa.ForeignKeyConstraint(["activity_id"], ["activity.id"], name=op.f("fk_rule_version_activity_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rule_version")),
        sa.UniqueConstraint("activity_id", "from_at", name=op.f("uq_rule_version_activity_id_from_at")),
    )
    op.create_table(
        "series_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("activity_id", sa.Integer(), nullable=False),
        sa.Column("occurrence_id", sa.Integer(), nullable=False),
        sa.Column("scope", sa.String(length=20), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("why", sa.String(length=400), nullable=False),
        sa.Column("impact", sa.JSON(), nullable=False),
        sa.Column("dates", sa.JSON(), nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["activity_id"], ["activity.id"], name=op.f("fk_series_change_activity_id")),
        sa.ForeignKeyConstraint(
            ["occurrence_id"], ["occurrence.id"], name=op.f("fk_series_change_occurrence_id")
        ),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_series_change_by_id")),
        sa.ForeignKeyConstraint(["undone_by_id"], ["person.id"], name=op.f("fk_series_change_undone_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_series_change")),
    )
    with op.batch_alter_table("series_change", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_series_change_activity_id"), ["activity_id"], unique=False)
    _add_columns()
    op.execute("UPDATE occurrence SET planned_at = first_starts_at")
    with op.batch_alter_table("occurrence", schema=None) as batch_op:
        batch_op.create_unique_constraint(
            batch_op.f("uq_occurrence_activity_id_planned_at"), ["activity_id", "planned_at"]
        )
    with op.batch_alter_table("slot_template", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_slot_template_version_id"), ["version_id"], unique=False)
        batch_op.create_foreign_key(
            batch_op.f("fk_slot_template_version_id"), "rule_version", ["version_id"], ["id"]
        )


def downgrade() -> None:
    """Take it all away again; parts of versions go with them."""
    with op.batch_alter_table("occurrence", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("uq_occurrence_activity_id_planned_at"), type_="unique")
    with op.batch_alter_table("slot_template", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_slot_template_version_id"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_slot_template_version_id"))
    op.execute("DELETE FROM slot_template WHERE version_id IS NOT NULL")
    for table, columns in _new_columns().items():
        with op.batch_alter_table(table, schema=None) as batch_op:
            for column in reversed(columns):
                batch_op.drop_column(column.name)
    with op.batch_alter_table("series_change", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_series_change_activity_id"))
    op.drop_table("series_change")
    op.drop_table("rule_version")
    with op.batch_alter_table("closed_day", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_closed_day_organization_id"))
    op.drop_table("closed_day")
