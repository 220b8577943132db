"""Say what an activity is in easy Japanese, too."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

_TEXTS = (
    ("activity", "title_easy", sa.String(120)),
    ("activity", "summary_easy", sa.Text()),
    ("activity", "place_easy", sa.String(200)),
    ("activity", "bring_easy", sa.String(400)),
    ("slot", "name_easy", sa.String(120)),
    ("slot_template", "name_easy", sa.String(120)),
)
_OWN = (("rule_version", "place_easy"), ("occurrence", "own_place_easy"))


def upgrade() -> None:
    """Say what an activity is in easy Japanese, too."""
    for table, name, kind in _TEXTS:
        op.add_column(table, sa.Column(name, kind, nullable=False, server_default=""))
    for table, name in _OWN:
        op.add_column(table, sa.Column(name, sa.String(200), nullable=True))


def downgrade() -> None:
    """Take it back."""
    for table, name, *_ in (*_TEXTS, *_OWN):
        with op.batch_alter_table(table) as batch_op:
            batch_op.drop_column(name)
