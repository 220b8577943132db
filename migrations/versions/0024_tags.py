"""Programmes to which activities belong."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Let activities belong to programmes."""
    op.create_table(
        "tag",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tag")),
        sa.UniqueConstraint("slug", name=op.f("uq_tag_slug")),
    )
    op.create_table(
        "activity_tag",
        sa.Column("activity_id", sa.Integer(), nullable=False),
        sa.Column("tag_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["activity_id"], ["activity.id"], name=op.f("fk_activity_tag_activity_id")),
        sa.ForeignKeyConstraint(["tag_id"], ["tag.id"], name=op.f("fk_activity_tag_tag_id")),
        sa.PrimaryKeyConstraint("activity_id", "tag_id", name=op.f("pk_activity_tag")),
    )
    op.create_index(op.f("ix_activity_tag_tag_id"), "activity_tag", ["tag_id"])


def downgrade() -> None:
    """Take it back."""
    op.drop_table("activity_tag")
    op.drop_table("tag")
