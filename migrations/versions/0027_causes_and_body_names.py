"""Keep why a date was decided about in a word that every language has, and how a body's name is read."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Begin with none."""
    for table in ("occurrence", "decision"):
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.add_column(sa.Column("cause", sa.String(20), nullable=False, server_default=""))
    with op.batch_alter_table("organization", schema=None) as batch_op:
        batch_op.add_column(sa.Column("kana", sa.String(120), nullable=False, server_default=""))


def downgrade() -> None:
    """Forget them."""
    with op.batch_alter_table("organization", schema=None) as batch_op:
        batch_op.drop_column("kana")
    for table in ("occurrence", "decision"):
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.drop_column("cause")
