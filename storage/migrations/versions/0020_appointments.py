"""Planned visits, who takes part in visits, and drafts gathered from several messages."""

import sqlalchemy as sa
from alembic import op

import storage.kinds

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply this step."""
    op.create_table(
        "appointment",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("customer_id", sa.Integer(), sa.ForeignKey("customer.id"), nullable=False),
        sa.Column("person_id", sa.Integer(), sa.ForeignKey("person.id"), nullable=False),
        sa.Column("at", storage.kinds.Instant(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("moved", sa.Integer(), nullable=False),
        sa.Column("visit_id", sa.Integer(), sa.ForeignKey("visit.id"), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
    )
    planned = sa.text("state = 'planned'")
    op.create_index(
        "appointment_planned",
        "appointment",
        ["person_id", "at"],
        sqlite_where=planned,
        postgresql_where=planned,
    )
    op.create_index("appointment_customer", "appointment", ["customer_id", "at"])
    op.create_index("ix_appointment_visit_id", "appointment", ["visit_id"])
    op.create_table(
        "attendee",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("subject_id", sa.Integer(), nullable=False),
        sa.Column("contact_id", sa.Integer(), sa.ForeignKey("contact.id"), nullable=True),
        sa.Column("person_id", sa.Integer(), sa.ForeignKey("person.id"), nullable=True),
        sa.Column("name", sa.String(), nullable=False),
    )
    op.create_index("attendee_subject", "attendee", ["kind", "subject_id"])
    op.create_index("ix_attendee_contact_id", "attendee", ["contact_id"])
    op.create_index("ix_attendee_person_id", "attendee", ["person_id"])
    with op.batch_alter_table("draft", schema=None) as batch_op:
        batch_op.add_column(sa.Column("pieces", storage.kinds.JsonText(), nullable=True))


def downgrade() -> None:
    """Take it back."""
    with op.batch_alter_table("draft", schema=None) as batch_op:
        batch_op.drop_column("pieces")
    for table in ("attendee", "appointment"):
        op.drop_table(table)
