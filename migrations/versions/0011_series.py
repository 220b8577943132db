"""Sign up for many dates at once."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Sign up for many dates at once."""
    op.create_table(
        "series",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("activity_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("contact_id", sa.Integer(), nullable=False),
        sa.Column("entered_by_id", sa.Integer(), nullable=True),
        sa.Column("every", sa.Boolean(), nullable=False),
        sa.Column("months_off", sa.JSON(), nullable=False),
        sa.Column("company", sa.JSON(), nullable=False),
        sa.Column("unproven", sa.Boolean(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["activity_id"], ["activity.id"], name=op.f("fk_series_activity_id")),
        sa.ForeignKeyConstraint(["contact_id"], ["person.id"], name=op.f("fk_series_contact_id")),
        sa.ForeignKeyConstraint(["entered_by_id"], ["person.id"], name=op.f("fk_series_entered_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_series")),
    )
    with op.batch_alter_table("series", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_series_activity_id"), ["activity_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_series_contact_id"), ["contact_id"], unique=False)
        batch_op.create_index(
            "uq_series_live",
            ["activity_id", "position", "contact_id"],
            unique=True,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )

    with op.batch_alter_table("participation", schema=None) as batch_op:
        batch_op.add_column(sa.Column("series_id", sa.Integer(), nullable=True))
        batch_op.create_unique_constraint(
            batch_op.f("uq_participation_series_id_slot_id"), ["series_id", "slot_id"]
        )
        batch_op.create_foreign_key(batch_op.f("fk_participation_series_id"), "series", ["series_id"], ["id"])


def downgrade() -> None:
    """Take it back."""
    with op.batch_alter_table("participation", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_participation_series_id"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("uq_participation_series_id_slot_id"), type_="unique")
        batch_op.drop_column("series_id")

    with op.batch_alter_table("series", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_series_live",
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_series_contact_id"))
        batch_op.drop_index(batch_op.f("ix_series_activity_id"))

    op.drop_table("series")
