"""Reach people by ways of their own choice, one after the other, and leave them alone where they want it."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


STATES = "state IN ('planned', 'claimed', 'sent', 'dead', 'dropped'{})"
# Whoever is known already is reached as before: by mail, else by telephone, else on foot.
WAYS = (
    ("email", "email", 200, "email IS NOT NULL"),
    ("phone", "phone", 300, "phone <> ''"),
    ("paper", "''", 400, "household_id IS NOT NULL OR (email IS NULL AND phone = '')"),
)


def upgrade() -> None:
    """Add contact points and wishes; let a delivery go on to the next channel, or wait for a neighbour."""
    op.create_table(
        "contact_point",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(length=10), nullable=False),
        sa.Column("address", sa.String(length=1000), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("verified_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("off_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("off_reason", sa.String(length=40), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "channel IN ('push', 'line', 'email', 'phone', 'paper')",
            name=op.f("ck_contact_point_channel_known"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_point")),
        sa.UniqueConstraint(
            "person_id", "channel", "address", name=op.f("uq_contact_point_person_id_channel_address")
        ),
    )
    op.create_index(op.f("ix_contact_point_account_id"), "contact_point", ["account_id"])
    op.create_table(
        "line_account",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=False),
        sa.Column("basic_id", sa.String(length=40), nullable=False),
        sa.Column("channel_secret", sa.String(length=400), nullable=False),
        sa.Column("access_token", sa.String(length=800), nullable=False),
        sa.Column("monthly_limit", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_line_account_organization_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_line_account")),
        sa.UniqueConstraint("organization_id", name=op.f("uq_line_account_organization_id")),
    )
    op.create_table(
        "line_code",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("spent_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["line_account.id"], name=op.f("fk_line_code_account_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_line_code_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_line_code")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_line_code_code_hash")),
    )
    op.create_index(op.f("ix_line_code_account_id"), "line_code", ["account_id"])
    op.create_index(op.f("ix_line_code_person_id"), "line_code", ["person_id"])
    op.create_table(
        "coming_answer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("occurrence_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("answer", sa.String(length=10), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["occurrence_id"], ["occurrence.id"], name=op.f("fk_coming_answer_occurrence_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_coming_answer_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_coming_answer")),
        sa.UniqueConstraint(
            "occurrence_id",
            "person_id",
            "version",
            name=op.f("uq_coming_answer_occurrence_id_person_id_version"),
        ),
    )
    op.create_index(op.f("ix_coming_answer_person_id"), "coming_answer", ["person_id"])
    op.create_table(
        "wish",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("off_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("minutes_before", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wish")),
        sa.UniqueConstraint("person_id", "kind", name=op.f("uq_wish_person_id_kind")),
    )
    with op.batch_alter_table("delivery") as delivery:
        delivery.add_column(sa.Column("hop", sa.Integer(), nullable=False, server_default="0"))
        delivery.add_column(sa.Column("contact_point_id", sa.Integer(), nullable=True))
        delivery.add_column(sa.Column("by_id", sa.Integer(), nullable=True))
        delivery.drop_constraint(op.f("uq_delivery_notice_id_person_id_channel"), type_="unique")
        delivery.create_unique_constraint(
            op.f("uq_delivery_notice_id_person_id_hop"), ["notice_id", "person_id", "hop"]
        )
        delivery.drop_constraint(op.f("ck_delivery_state_known"), type_="check")
        delivery.create_check_constraint(op.f("ck_delivery_state_known"), STATES.format(", 'by_hand'"))
    with op.batch_alter_table("delivery") as delivery:
        delivery.alter_column("hop", server_default=None)
    line = sa.text("channel = 'line'")
    op.create_index(
        "ix_delivery_line", "delivery", ["contact_point_id"], sqlite_where=line, postgresql_where=line
    )
    with op.batch_alter_table("activity") as activity:
        activity.add_column(sa.Column("reminders", sa.JSON(none_as_null=True), nullable=True))
    for channel, address, position, where in WAYS:
        op.execute(
            "INSERT INTO contact_point (person_id, channel, address, facts, position, off_reason, created_at) "  # noqa: S608  # no words but ours
            f"SELECT id, '{channel}', {address}, '{{}}', {position}, '', created_at FROM person WHERE {where}"
        )


def downgrade() -> None:
    """Take it all away again; what waits for a neighbour has not been told."""
    op.execute("DELETE FROM attempt WHERE delivery_id IN (SELECT id FROM delivery WHERE hop > 0)")
    op.execute("DELETE FROM delivery WHERE hop > 0")
    op.execute("UPDATE delivery SET state = 'dead', reason = 'no_address' WHERE state = 'by_hand'")
    op.drop_index("ix_delivery_line", "delivery")
    with op.batch_alter_table("activity") as activity:
        activity.drop_column("reminders")
    with op.batch_alter_table("delivery") as delivery:
        delivery.drop_constraint(op.f("ck_delivery_state_known"), type_="check")
        delivery.create_check_constraint(op.f("ck_delivery_state_known"), STATES.format(""))
        delivery.drop_constraint(op.f("uq_delivery_notice_id_person_id_hop"), type_="unique")
        delivery.create_unique_constraint(
            op.f("uq_delivery_notice_id_person_id_channel"), ["notice_id", "person_id", "channel"]
        )
        delivery.drop_column("by_id")
        delivery.drop_column("contact_point_id")
        delivery.drop_column("hop")
    op.drop_table("wish")
    op.drop_table("coming_answer")
    op.drop_table("line_code")
    op.drop_table("line_account")
    op.drop_table("contact_point")
