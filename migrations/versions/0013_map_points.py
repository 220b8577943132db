"""Say where a place is on the map."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Say where a place is on the map."""
    op.add_column("activity", sa.Column("map_point", sa.String(24), nullable=False, server_default=""))
    op.add_column("rule_version", sa.Column("map_point", sa.String(24), nullable=True))
    op.add_column("occurrence", sa.Column("own_map_point", sa.String(24), nullable=True))


_COLUMNS = (("occurrence", "own_map_point"), ("rule_version", "map_point"), ("activity", "map_point"))


def downgrade() -> None:
    """Take it back."""
    for table, column in _COLUMNS:
        with op.batch_alter_table(table) as batch_op:
            batch_op.drop_column(column)
