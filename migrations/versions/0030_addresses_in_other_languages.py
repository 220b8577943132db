"""Addresses of places in English and in easy Japanese."""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

_ENDINGS = ("en", "easy")


def upgrade() -> None:
    """Keep an address, or how to get there, in other languages; nobody has written one yet."""
    for ending in _ENDINGS:
        column = sa.Column(f"address_{ending}", sa.String(length=200), nullable=False, server_default="")
        op.add_column("activity", column)
        op.add_column("rule_version", sa.Column(f"address_{ending}", sa.String(length=200), nullable=True))
        op.add_column("occurrence", sa.Column(f"own_address_{ending}", sa.String(length=200), nullable=True))


def downgrade() -> None:
    """Take it back."""
    for ending in _ENDINGS:
        op.drop_column("occurrence", f"own_address_{ending}")
        op.drop_column("rule_version", f"address_{ending}")
        op.drop_column("activity", f"address_{ending}")
