"""Printed sheets that were withdrawn."""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Let a sheet that was printed by mistake be withdrawn."""
    op.add_column("printed_sheet", sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    """Take it back."""
    op.drop_column("printed_sheet", "withdrawn_at")
