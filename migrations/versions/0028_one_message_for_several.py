"""Deliveries that go out together as one message."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Let several deliveries be one message; whatever was claimed before went out under its own name."""
    op.add_column("delivery", sa.Column("bundle", sa.String(length=20), nullable=False, server_default=""))
    op.add_column("delivery", sa.Column("letter_id", sa.String(length=64), nullable=True))
    op.execute(sa.text("UPDATE delivery SET letter_id = message_id WHERE fence > 0"))
    with op.batch_alter_table("delivery") as table:
        table.alter_column("bundle", server_default=None)
    op.create_index(op.f("ix_delivery_letter_id"), "delivery", ["letter_id"])


def downgrade() -> None:
    """Take it back."""
    op.drop_index(op.f("ix_delivery_letter_id"), "delivery")
    op.drop_column("delivery", "letter_id")
    op.drop_column("delivery", "bundle")
