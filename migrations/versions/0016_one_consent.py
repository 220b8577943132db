"""Keep a guardian's yes in one place: the consents."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

GIVE = """
INSERT INTO consent (person_id, name, for_person_id, for_name, purpose, how, given_at)
SELECT DISTINCT p.guardian_id, p.guardian, p.contact_id, '', 'take_part', 'page', p.consented_at
FROM participation p WHERE p.consented_at IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM consent c WHERE c.purpose = 'take_part' AND c.for_person_id = p.contact_id
    AND c.name = p.guardian AND c.given_at = p.consented_at)
"""
POINT = """
UPDATE participation AS p SET consent_id = (
    SELECT min(c.id) FROM consent c WHERE c.purpose = 'take_part' AND c.for_person_id = p.contact_id
    AND c.name = p.guardian AND c.given_at = p.consented_at)
WHERE p.consented_at IS NOT NULL
"""
BACK = (
    "UPDATE participation AS p SET consented_at = (SELECT given_at FROM consent c WHERE c.id = p.consent_id), "
    "guardian = (SELECT name FROM consent c WHERE c.id = p.consent_id) WHERE p.consent_id IS NOT NULL"
)


def upgrade() -> None:
    """Write every yes down among the consents, and let the sign-up point there."""
    with op.batch_alter_table("participation", schema=None) as batch_op:
        batch_op.add_column(sa.Column("consent_id", sa.Integer(), nullable=True))
        batch_op.create_index(batch_op.f("ix_participation_consent_id"), ["consent_id"], unique=False)
        batch_op.create_foreign_key(
            batch_op.f("fk_participation_consent_id"), "consent", ["consent_id"], ["id"]
        )
    op.execute(GIVE)
    op.execute(POINT)
    with op.batch_alter_table("participation", schema=None) as batch_op:
        batch_op.drop_column("consented_at")
        batch_op.drop_column("guardian")


def downgrade() -> None:
    """Take it back: the consents stay."""
    with op.batch_alter_table("participation", schema=None) as batch_op:
        batch_op.add_column(sa.Column("guardian", sa.String(length=120), server_default="", nullable=False))
        batch_op.add_column(sa.Column("consented_at", sa.DateTime(timezone=True), nullable=True))
    op.execute(BACK)
    with op.batch_alter_table("participation", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_participation_consent_id"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_participation_consent_id"))
        batch_op.drop_column("consent_id")
