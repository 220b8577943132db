"""Parts for children up to an age."""

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Set no such age, as before."""
    for table in ("slot_template", "slot"):
        op.add_column(table, sa.Column("max_age", sa.Integer(), nullable=True))


def downgrade() -> None:
    """Take it back."""
    for table in ("slot", "slot_template"):
        op.drop_column(table, "max_age")
