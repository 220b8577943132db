"""For which time of a date a line of a sheet was answered."""

from datetime import UTC

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Keep for which time a line was answered; what was keyed in before counts for the present one."""
    op.add_column("printed_row", sa.Column("answered_version", sa.Integer(), nullable=True))
    row = sa.table("printed_row", *map(sa.column, ("id", "sheet_id", "answered_at", "answered_version")))
    sheet = sa.table("printed_sheet", *map(sa.column, ("id", "occurrence_id")))
    date = sa.table("occurrence", sa.column("id"), sa.column("starts_at", sa.DateTime(timezone=True)))
    answered = (
        sa.select(row.c.id, date.c.starts_at)
        .join_from(row, sheet, sheet.c.id == row.c.sheet_id)
        .join(date, date.c.id == sheet.c.occurrence_id)
        .where(row.c.answered_at.is_not(None))
    )
    connection = op.get_bind()
    for number, starts_at in connection.execute(answered).all():
        # SQLite keeps no zone; what is stored is in UTC.
        at = starts_at if starts_at.tzinfo else starts_at.replace(tzinfo=UTC)
        version = int(at.timestamp() // 60)
        connection.execute(row.update().where(row.c.id == number).values(answered_version=version))


def downgrade() -> None:
    """Take it back."""
    op.drop_column("printed_row", "answered_version")
