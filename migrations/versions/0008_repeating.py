"""Let activities list dates and give way to days of rest; keep the closed days of bodies."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table of closed days; give activities their new columns."""
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
    # What is there gets the value that changes nothing; then the defaults go, for the models have them.
    columns = (
        sa.Column("dates", sa.JSON(), nullable=False, server_default="[]"),
        sa.Column("on_holiday", sa.String(length=20), nullable=False, server_default="keep"),
        sa.Column("on_closed", sa.String(length=20), nullable=False, server_default="skip"),
    )
    with op.batch_alter_table("activity", schema=None) as batch_op:
        for column in columns:
            batch_op.add_column(column)
    with op.batch_alter_table("activity", schema=None) as batch_op:
        for column in columns:
            batch_op.alter_column(column.name, server_default=None)


def downgrade() -> None:
    """Take both away again."""
    with op.batch_alter_table("activity", schema=None) as batch_op:
        for name in ("on_closed", "on_holiday", "dates"):
            batch_op.drop_column(name)
    with op.batch_alter_table("closed_day", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_closed_day_organization_id"))
    op.drop_table("closed_day")
