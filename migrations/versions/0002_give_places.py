"""Give places: policies, kept places, waiting, lotteries, and what is missing before a sign-up is sure."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

PARTIES = ("person_id", "household_id", "organization_id")
WAS_GONE = "('cancelled', 'swapped', 'excused')"
GONE = "('cancelled', 'swapped', 'excused', 'declined', 'expired')"
TAKEN = "taken >= 0 AND reserved >= 0 AND taken + reserved <= places"
WAS_TAKEN = "taken BETWEEN 0 AND places"
NAMED = "named >= 0 AND named <= people"


def _one_live(gone: str) -> None:
    for party in PARTIES:
        live = sa.text(f"state NOT IN {gone}")
        op.create_index(
            f"uq_participation_live_{party}",
            "participation",
            ["slot_id", party],
            unique=True,
            sqlite_where=live,
            postgresql_where=live,
        )


def _drop_live() -> None:
    for party in PARTIES:
        op.drop_index(f"uq_participation_live_{party}", "participation")


def _take_over() -> None:
    op.execute(
        "UPDATE participation SET holds = (state NOT IN ('cancelled', 'swapped', 'excused')),"
        " is_pledge = (state = 'pledged')"
    )
    op.execute(
        "UPDATE participation SET named = 1 + (SELECT count(*) FROM companion"
        " WHERE participation_id = participation.id AND name <> '') WHERE NOT is_pledge"
    )
    op.execute("UPDATE participation SET named = people WHERE named > people")


def upgrade() -> None:
    """Bring the columns; old sign-ups hold their places, pledges stay pledges."""
    op.create_table(
        "slot_share",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("slot_id", sa.Integer(), nullable=False),
        sa.Column("organization_id", sa.Integer(), nullable=True),
        sa.Column("places", sa.Integer(), nullable=False),
        sa.Column("remaining", sa.Integer(), nullable=False),
        sa.Column("until_before", sa.Integer(), nullable=False),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "remaining >= 0 AND remaining <= places", name=op.f("ck_slot_share_remaining_within_places")
        ),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organization.id"], name=op.f("fk_slot_share_organization_id")
        ),
        sa.ForeignKeyConstraint(["slot_id"], ["slot.id"], name=op.f("fk_slot_share_slot_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_slot_share")),
        sa.UniqueConstraint("slot_id", "organization_id", name=op.f("uq_slot_share_slot_id_organization_id")),
    )
    with op.batch_alter_table("slot_share", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_slot_share_slot_id"), ["slot_id"], unique=False)

    op.create_table(
        "answer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("participation_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("value", sa.String(length=400), nullable=False),
        sa.Column("erase_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["participation_id"], ["participation.id"], name=op.f("fk_answer_participation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answer")),
        sa.UniqueConstraint("participation_id", "key", name=op.f("uq_answer_participation_id_key")),
    )
    with op.batch_alter_table("answer", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_answer_erase_on"), ["erase_on"], unique=False)
        batch_op.create_index(batch_op.f("ix_answer_participation_id"), ["participation_id"], unique=False)

    with op.batch_alter_table("activity", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("minors", sa.String(length=10), nullable=False, server_default="consent")
        )
        batch_op.add_column(sa.Column("warn_days", sa.Integer(), nullable=False, server_default="7"))
        batch_op.add_column(sa.Column("may_call", sa.Boolean(), nullable=False, server_default=sa.false()))

    with op.batch_alter_table("companion", schema=None) as batch_op:
        batch_op.add_column(sa.Column("kana", sa.String(length=120), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("grade", sa.String(length=4), nullable=False, server_default=""))

    _drop_live()
    with op.batch_alter_table("participation", schema=None) as batch_op:
        batch_op.add_column(sa.Column("group_name", sa.String(length=120), nullable=False, server_default=""))
        batch_op.add_column(
            sa.Column("contact_comes", sa.Boolean(), nullable=False, server_default=sa.true())
        )
        batch_op.add_column(
            sa.Column("contact_grade", sa.String(length=4), nullable=False, server_default="")
        )
        batch_op.add_column(sa.Column("named", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("is_pledge", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("holds", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("share_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("kept_places", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("queue_no", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("unproven", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("is_offered", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("hold_until", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("guardian_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("guardian", sa.String(length=120), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("consented_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("reason", sa.String(length=400), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("revision", sa.Integer(), nullable=False, server_default="1"))
        batch_op.add_column(sa.Column("names_salt", sa.String(length=43), nullable=False, server_default=""))
        batch_op.create_check_constraint(op.f("ck_participation_named_within_people"), NAMED)
        batch_op.create_index(batch_op.f("ix_participation_guardian_id"), ["guardian_id"], unique=False)
        batch_op.create_index(
            "ix_participation_hold",
            ["hold_until"],
            unique=False,
            sqlite_where=sa.text("hold_until IS NOT NULL"),
            postgresql_where=sa.text("hold_until IS NOT NULL"),
        )
        batch_op.create_index(
            batch_op.f("ix_participation_slot_id_participation_queue_no"),
            ["slot_id", "queue_no"],
            unique=False,
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_participation_guardian_id"), "person", ["guardian_id"], ["id"]
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_participation_share_id"), "slot_share", ["share_id"], ["id"]
        )

    _one_live(GONE)
    _take_over()
    with op.batch_alter_table("slot", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_slot_taken_within_places"), type_="check")
        batch_op.add_column(sa.Column("reserved", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("linked", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("draw_seed", sa.String(length=43), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("drawn_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("target", sa.Integer(), nullable=True))
        batch_op.add_column(
            sa.Column("policy", sa.String(length=20), nullable=False, server_default="first_come")
        )
        batch_op.add_column(sa.Column("opens_before", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("closes_before", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("cancel_before", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("offer_hours", sa.Integer(), nullable=False, server_default="24"))
        batch_op.add_column(sa.Column("first_timers", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("min_age", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("needs", sa.JSON(), nullable=False, server_default="[]"))
        batch_op.add_column(sa.Column("questions", sa.JSON(), nullable=False, server_default="[]"))
        batch_op.add_column(sa.Column("briefing_id", sa.Integer(), nullable=True))
        batch_op.create_check_constraint(op.f("ck_slot_taken_within_places"), TAKEN)
        batch_op.create_foreign_key(batch_op.f("fk_slot_briefing_id"), "activity", ["briefing_id"], ["id"])

    with op.batch_alter_table("slot_template", schema=None) as batch_op:
        batch_op.add_column(sa.Column("shares", sa.JSON(), nullable=False, server_default="[]"))
        batch_op.add_column(sa.Column("target", sa.Integer(), nullable=True))
        batch_op.add_column(
            sa.Column("policy", sa.String(length=20), nullable=False, server_default="first_come")
        )
        batch_op.add_column(sa.Column("opens_before", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("closes_before", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("cancel_before", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("offer_hours", sa.Integer(), nullable=False, server_default="24"))
        batch_op.add_column(sa.Column("first_timers", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("min_age", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("needs", sa.JSON(), nullable=False, server_default="[]"))
        batch_op.add_column(sa.Column("questions", sa.JSON(), nullable=False, server_default="[]"))
        batch_op.add_column(sa.Column("briefing_id", sa.Integer(), nullable=True))
        batch_op.create_foreign_key(
            batch_op.f("fk_slot_template_briefing_id"), "activity", ["briefing_id"], ["id"]
        )


def downgrade() -> None:
    """Take it back."""
    with op.batch_alter_table("slot_template", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_slot_template_briefing_id"), type_="foreignkey")
        batch_op.drop_column("briefing_id")
        batch_op.drop_column("questions")
        batch_op.drop_column("needs")
        batch_op.drop_column("min_age")
        batch_op.drop_column("first_timers")
        batch_op.drop_column("offer_hours")
        batch_op.drop_column("cancel_before")
        batch_op.drop_column("closes_before")
        batch_op.drop_column("opens_before")
        batch_op.drop_column("policy")
        batch_op.drop_column("target")
        batch_op.drop_column("shares")

    with op.batch_alter_table("slot", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_slot_taken_within_places"), type_="check")
        batch_op.create_check_constraint(op.f("ck_slot_taken_within_places"), WAS_TAKEN)
        batch_op.drop_constraint(batch_op.f("fk_slot_briefing_id"), type_="foreignkey")
        batch_op.drop_column("briefing_id")
        batch_op.drop_column("questions")
        batch_op.drop_column("needs")
        batch_op.drop_column("min_age")
        batch_op.drop_column("first_timers")
        batch_op.drop_column("offer_hours")
        batch_op.drop_column("cancel_before")
        batch_op.drop_column("closes_before")
        batch_op.drop_column("opens_before")
        batch_op.drop_column("policy")
        batch_op.drop_column("target")
        batch_op.drop_column("drawn_at")
        batch_op.drop_column("draw_seed")
        batch_op.drop_column("linked")
        batch_op.drop_column("reserved")

    _drop_live()
    # What has no word in the old tables is over in them.
    op.execute("DELETE FROM answer")
    op.execute("UPDATE participation SET state = 'cancelled' WHERE NOT holds")
    with op.batch_alter_table("participation", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_participation_named_within_people"), type_="check")
        batch_op.drop_constraint(batch_op.f("fk_participation_share_id"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("fk_participation_guardian_id"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_participation_slot_id_participation_queue_no"))
        batch_op.drop_index(
            "ix_participation_hold",
            sqlite_where=sa.text("hold_until IS NOT NULL"),
            postgresql_where=sa.text("hold_until IS NOT NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_participation_guardian_id"))
        batch_op.drop_column("names_salt")
        batch_op.drop_column("revision")
        batch_op.drop_column("reason")
        batch_op.drop_column("consented_at")
        batch_op.drop_column("guardian")
        batch_op.drop_column("guardian_id")
        batch_op.drop_column("hold_until")
        batch_op.drop_column("is_offered")
        batch_op.drop_column("unproven")
        batch_op.drop_column("queue_no")
        batch_op.drop_column("kept_places")
        batch_op.drop_column("share_id")
        batch_op.drop_column("holds")
        batch_op.drop_column("is_pledge")
        batch_op.drop_column("named")
        batch_op.drop_column("contact_grade")
        batch_op.drop_column("contact_comes")
        batch_op.drop_column("group_name")

    _one_live(WAS_GONE)
    with op.batch_alter_table("companion", schema=None) as batch_op:
        batch_op.drop_column("grade")
        batch_op.drop_column("kana")

    with op.batch_alter_table("activity", schema=None) as batch_op:
        batch_op.drop_column("may_call")
        batch_op.drop_column("warn_days")
        batch_op.drop_column("minors")

    with op.batch_alter_table("answer", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_answer_participation_id"))
        batch_op.drop_index(batch_op.f("ix_answer_erase_on"))

    op.drop_table("answer")
    with op.batch_alter_table("slot_share", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_slot_share_slot_id"))

    op.drop_table("slot_share")
