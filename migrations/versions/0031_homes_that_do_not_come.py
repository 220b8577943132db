"""Homes that do not come to a date."""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Keep which homes have said that nobody comes."""
    op.create_table(
        "home_no",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("occurrence_id", sa.Integer(), nullable=False),
        sa.Column("household_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["occurrence_id"], ["occurrence.id"], name=op.f("fk_home_no_occurrence_id")),
        sa.ForeignKeyConstraint(["household_id"], ["household.id"], name=op.f("fk_home_no_household_id")),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_home_no_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_home_no")),
        sa.UniqueConstraint(
            "occurrence_id",
            "household_id",
            "version",
            name=op.f("uq_home_no_occurrence_id_household_id_version"),
        ),
    )
    op.create_index(op.f("ix_home_no_household_id"), "home_no", ["household_id"])


def downgrade() -> None:
    """Take it back."""
    op.drop_index(op.f("ix_home_no_household_id"), table_name="home_no")
    op.drop_table("home_no")
