"""Keep printed sheets, so that they can be keyed in; and who has printed a key card."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Keep printed sheets, so that they can be keyed in; and who has printed a key card."""
    op.create_table(
        "printed_sheet",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("occurrence_id", sa.Integer(), nullable=False),
        sa.Column("block_id", sa.Integer(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("useful_until", sa.Date(), nullable=True),
        sa.Column("printed_by_id", sa.Integer(), nullable=False),
        sa.Column("printed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["block_id"], ["organization.id"], name=op.f("fk_printed_sheet_block_id")),
        sa.ForeignKeyConstraint(
            ["occurrence_id"], ["occurrence.id"], name=op.f("fk_printed_sheet_occurrence_id")
        ),
        sa.ForeignKeyConstraint(
            ["printed_by_id"], ["person.id"], name=op.f("fk_printed_sheet_printed_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_printed_sheet")),
    )
    with op.batch_alter_table("printed_sheet", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_printed_sheet_occurrence_id"), ["occurrence_id"], unique=False)

    op.create_table(
        "printed_row",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sheet_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("household_id", sa.Integer(), nullable=True),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "household_id IS NULL OR person_id IS NULL", name=op.f("ck_printed_row_one_party")
        ),
        sa.ForeignKeyConstraint(["household_id"], ["household.id"], name=op.f("fk_printed_row_household_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_printed_row_person_id")),
        sa.ForeignKeyConstraint(["sheet_id"], ["printed_sheet.id"], name=op.f("fk_printed_row_sheet_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_printed_row")),
        sa.UniqueConstraint("sheet_id", "number", name=op.f("uq_printed_row_sheet_id_number")),
    )
    with op.batch_alter_table("printed_row", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_printed_row_household_id"), ["household_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_printed_row_person_id"), ["person_id"], unique=False)

    with op.batch_alter_table("sign_in", schema=None) as batch_op:
        batch_op.add_column(sa.Column("printed_by_id", sa.Integer(), nullable=True))
        batch_op.create_foreign_key(
            batch_op.f("fk_sign_in_printed_by_id"), "person", ["printed_by_id"], ["id"]
        )


def downgrade() -> None:
    """Take it back."""
    with op.batch_alter_table("sign_in", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_sign_in_printed_by_id"), type_="foreignkey")
        batch_op.drop_column("printed_by_id")

    with op.batch_alter_table("printed_row", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_printed_row_person_id"))
        batch_op.drop_index(batch_op.f("ix_printed_row_household_id"))

    op.drop_table("printed_row")
    with op.batch_alter_table("printed_sheet", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_printed_sheet_occurrence_id"))

    op.drop_table("printed_sheet")
