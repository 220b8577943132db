"""Let a change be about what an activity says, and about no date of it."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Ask for no date any more."""
    with op.batch_alter_table("series_change", schema=None) as batch_op:
        batch_op.alter_column("occurrence_id", existing_type=sa.Integer(), nullable=True)


def downgrade() -> None:
    """Forget the corrections, which have no date."""
    op.execute("DELETE FROM series_change WHERE occurrence_id IS NULL")
    with op.batch_alter_table("series_change", schema=None) as batch_op:
        batch_op.alter_column("occurrence_id", existing_type=sa.Integer(), nullable=False)
