"""Reach people by SMS."""

from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

BEFORE = "channel IN ('push', 'line', 'email', 'phone', 'paper')"
AFTER = "channel IN ('push', 'line', 'email', 'sms', 'phone', 'paper')"


def _allow(condition: str) -> None:
    with op.batch_alter_table("contact_point", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_contact_point_channel_known"), type_="check")
        batch_op.create_check_constraint(op.f("ck_contact_point_channel_known"), condition)


def upgrade() -> None:
    """Reach people by SMS."""
    _allow(AFTER)


def downgrade() -> None:
    """Take it back."""
    op.execute("DELETE FROM contact_point WHERE channel = 'sms'")
    _allow(BEFORE)
