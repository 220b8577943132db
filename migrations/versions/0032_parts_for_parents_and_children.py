"""Parts for parents and children: how many children come along with each party at least."""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Ask for no child, as before."""
    for table in ("slot_template", "slot"):
        column = sa.Column("min_children", sa.Integer(), nullable=False, server_default="0")
        op.add_column(table, column)


def downgrade() -> None:
    """Take it back."""
    for table in ("slot", "slot_template"):
        op.drop_column(table, "min_children")
