"""What strangers have typed, kept sealed while the mail is waited for."""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Let what was typed be mended for half an hour."""
    op.create_table(
        "kept_form",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key_hash", sa.String(length=64), nullable=False),
        sa.Column("request_key", sa.String(length=64), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_kept_form")),
        sa.UniqueConstraint("key_hash", name=op.f("uq_kept_form_key_hash")),
    )
    op.create_index(op.f("ix_kept_form_request_key"), "kept_form", ["request_key"])
    op.create_index(op.f("ix_kept_form_until"), "kept_form", ["until"])


def downgrade() -> None:
    """Take it back."""
    op.drop_table("kept_form")
