"""How pages look to a person, wherever they sign in."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Keep how pages look to a person."""
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.add_column(sa.Column("display", sa.String(length=20), nullable=False, server_default=""))


def downgrade() -> None:
    """Forget how pages look to a person."""
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.drop_column("display")
