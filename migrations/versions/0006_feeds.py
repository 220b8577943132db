"""Remember which feed lies finished in which folder, and what was chosen for an own feed."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the two tables of the feeds."""
    op.create_table(
        "published_feed",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("folder", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("version", sa.String(length=32), nullable=False),
        sa.Column("claimed_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_published_feed")),
        sa.UniqueConstraint("folder", "name", name=op.f("uq_published_feed_folder_name")),
    )
    op.create_table(
        "feed_choice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_id", sa.Integer(), nullable=False),
        sa.Column("alarm_minutes", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["token_id"],
            ["access_token.id"],
            name=op.f("fk_feed_choice_token_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feed_choice")),
        sa.UniqueConstraint("token_id", name=op.f("uq_feed_choice_token_id")),
    )


def downgrade() -> None:
    """Take the two tables away."""
    op.drop_table("feed_choice")
    op.drop_table("published_feed")
