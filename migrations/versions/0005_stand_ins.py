"""Let a stand-in take over from somebody who cannot come."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Let a stand-in take over from somebody who cannot come."""
    op.create_table(
        "stand_in",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("participation_id", sa.Integer(), nullable=False),
        sa.Column("way", sa.String(length=10), nullable=False),
        sa.Column("salt", sa.String(length=43), nullable=False),
        sa.Column("asked_id", sa.Integer(), nullable=True),
        sa.Column("asked_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("asked_count", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["asked_id"], ["participation.id"], name=op.f("fk_stand_in_asked_id")),
        sa.ForeignKeyConstraint(
            ["participation_id"], ["participation.id"], name=op.f("fk_stand_in_participation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stand_in")),
    )
    with op.batch_alter_table("stand_in", schema=None) as batch_op:
        batch_op.create_index(
            "ix_stand_in_asked_until",
            ["asked_until"],
            unique=False,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )
        batch_op.create_index(batch_op.f("ix_stand_in_participation_id"), ["participation_id"], unique=False)
        batch_op.create_index(
            "uq_stand_in_open",
            ["participation_id"],
            unique=True,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )

    with op.batch_alter_table("activity", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("stays_responsible", sa.Boolean(), nullable=False, server_default=sa.true())
        )

    with op.batch_alter_table("participation", schema=None) as batch_op:
        batch_op.add_column(sa.Column("replaces_id", sa.Integer(), nullable=True))
        batch_op.create_index(batch_op.f("ix_participation_replaces_id"), ["replaces_id"], unique=False)
        batch_op.create_foreign_key(
            batch_op.f("fk_participation_replaces_id"), "participation", ["replaces_id"], ["id"]
        )


def downgrade() -> None:
    """Take it back."""
    with op.batch_alter_table("participation", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_participation_replaces_id"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_participation_replaces_id"))
        batch_op.drop_column("replaces_id")

    with op.batch_alter_table("activity", schema=None) as batch_op:
        batch_op.drop_column("stays_responsible")

    with op.batch_alter_table("stand_in", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_stand_in_open",
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_stand_in_participation_id"))
        batch_op.drop_index(
            "ix_stand_in_asked_until",
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )

    op.drop_table("stand_in")
