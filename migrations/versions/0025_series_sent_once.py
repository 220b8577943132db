"""Keep the key of the form with a sign-up for many dates, so that one sent twice is one sign-up."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the key; series of before have none."""
    with op.batch_alter_table("series", schema=None) as batch_op:
        batch_op.add_column(sa.Column("request_key", sa.String(length=64), nullable=True))
        batch_op.create_index(batch_op.f("ix_series_request_key"), ["request_key"], unique=True)


def downgrade() -> None:
    """Take it back."""
    with op.batch_alter_table("series", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_series_request_key"))
        batch_op.drop_column("request_key")
