"""Tell a sign-in handed over by the operator from a mailed one; keep who was left out until that is over."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Mark the sign-ins that prove no mailbox, and the companions that were left out."""
    with op.batch_alter_table("sign_in", schema=None) as batch_op:
        batch_op.add_column(sa.Column("by_hand", sa.Boolean(), server_default=sa.false(), nullable=False))
    with op.batch_alter_table("companion", schema=None) as batch_op:
        batch_op.add_column(sa.Column("gone_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    """Take it back."""
    with op.batch_alter_table("companion", schema=None) as batch_op:
        batch_op.drop_column("gone_at")
    with op.batch_alter_table("sign_in", schema=None) as batch_op:
        batch_op.drop_column("by_hand")
