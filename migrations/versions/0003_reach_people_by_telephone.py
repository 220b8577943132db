"""Reach people by telephone; keep their limits, their consents, and where merged people went."""

import re
import unicodedata

import phonenumbers
import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

PERSON = sa.table(
    "person",
    sa.column("id", sa.Integer),
    sa.column("phone", sa.String),
    sa.column("phone_key", sa.String),
)
JAPANESE = re.compile(r"\+81(?:[1-9]0\d{8}|[1-9]{2}\d{7})")


def _e164(typed: str) -> str | None:
    # The rule as it was when this migration was written; the service's own may move on.
    number = unicodedata.normalize("NFKC", typed)
    if re.search("[A-Za-z]", number):
        return None
    try:
        parsed = phonenumbers.parse(number, "JP")
    except phonenumbers.NumberParseException:
        return None
    kept = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
    usable = JAPANESE.fullmatch(kept) or (parsed.country_code != 81 and phonenumbers.is_valid_number(parsed))
    return kept if usable else None


def _fill_phone_keys() -> None:
    typed = op.get_bind().execute(sa.select(PERSON.c.id, PERSON.c.phone).where(PERSON.c.phone != "")).all()
    for person_id, phone in typed:
        key = _e164(phone)
        if key is not None:
            op.execute(sa.update(PERSON).where(PERSON.c.id == person_id).values(phone=key, phone_key=key))


def _keep_consents() -> None:
    op.create_table(
        "consent",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("for_person_id", sa.Integer(), nullable=True),
        sa.Column("for_name", sa.String(length=120), nullable=False),
        sa.Column("purpose", sa.String(length=40), nullable=False),
        sa.Column("how", sa.String(length=20), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("entered_by_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "for_person_id IS NOT NULL OR for_name <> ''", name=op.f("ck_consent_it_is_for_somebody")
        ),
        sa.CheckConstraint("person_id IS NOT NULL OR name <> ''", name=op.f("ck_consent_somebody_gives_it")),
        sa.ForeignKeyConstraint(["entered_by_id"], ["person.id"], name=op.f("fk_consent_entered_by_id")),
        sa.ForeignKeyConstraint(["for_person_id"], ["person.id"], name=op.f("fk_consent_for_person_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_consent_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent")),
    )
    with op.batch_alter_table("consent", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_consent_for_person_id"), ["for_person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_consent_person_id"), ["person_id"], unique=False)


def upgrade() -> None:
    """Add the columns and the table; fold the telephone numbers that are there."""
    with op.batch_alter_table("household", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("releases_contact", sa.Boolean(), nullable=False, server_default=sa.false())
        )
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.add_column(sa.Column("email_verified_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("phone_key", sa.String(length=20), nullable=True))
        batch_op.add_column(sa.Column("limits", sa.JSON(), nullable=False, server_default="{}"))
        batch_op.add_column(sa.Column("merged_into_id", sa.Integer(), nullable=True))
        batch_op.create_index(batch_op.f("ix_person_merged_into_id"), ["merged_into_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_person_phone_key"), ["phone_key"], unique=False)
        batch_op.create_foreign_key(
            batch_op.f("fk_person_merged_into_id"), "person", ["merged_into_id"], ["id"]
        )
    # The defaults were for the rows that are there; new ones say what they are.
    with op.batch_alter_table("household", schema=None) as batch_op:
        batch_op.alter_column("releases_contact", existing_type=sa.Boolean(), server_default=None)
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.alter_column("limits", existing_type=sa.JSON(), server_default=None)
    _keep_consents()
    _fill_phone_keys()
    # Whoever has signed in has read a mail of ours.
    op.execute(
        "UPDATE person SET email_verified_at = (SELECT min(spent_at) FROM sign_in WHERE person_id = person.id)"
    )


def downgrade() -> None:
    """Take it back; telephone numbers stay as they are written now."""
    op.drop_table("consent")
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_person_merged_into_id"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_person_phone_key"))
        batch_op.drop_index(batch_op.f("ix_person_merged_into_id"))
        batch_op.drop_column("merged_into_id")
        batch_op.drop_column("limits")
        batch_op.drop_column("phone_key")
        batch_op.drop_column("email_verified_at")
    with op.batch_alter_table("household", schema=None) as batch_op:
        batch_op.drop_column("releases_contact")
