"""Ask people again whether they come after all."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Ask people again whether they come after all."""
    with op.batch_alter_table("participation", schema=None) as batch_op:
        batch_op.add_column(sa.Column("asked_again", sa.String(length=20), server_default="", nullable=False))
        batch_op.add_column(sa.Column("asked_again_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    """Take it back."""
    with op.batch_alter_table("participation", schema=None) as batch_op:
        batch_op.drop_column("asked_again_at")
        batch_op.drop_column("asked_again")
