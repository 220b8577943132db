"""Keep what was answered with a sign-up for many dates, for those made later."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the answers; series of before have none."""
    with op.batch_alter_table("series", schema=None) as batch_op:
        batch_op.add_column(sa.Column("answers", sa.JSON(), server_default=sa.text("'{}'"), nullable=False))


def downgrade() -> None:
    """Take it back."""
    with op.batch_alter_table("series", schema=None) as batch_op:
        batch_op.drop_column("answers")
