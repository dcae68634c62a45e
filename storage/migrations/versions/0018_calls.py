"""Everyday contact with customers."""

import sqlalchemy as sa
from alembic import op

import storage.kinds

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply this step."""
    op.create_table(
        "call",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("customer_id", sa.Integer(), sa.ForeignKey("customer.id"), nullable=False),
        sa.Column("person_id", sa.Integer(), sa.ForeignKey("person.id"), nullable=False),
        sa.Column("means", sa.String(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("notes", sa.Text(), nullable=False),
        sa.Column("recorded_at", storage.kinds.Instant(), nullable=False),
        sa.Column("undone_at", storage.kinds.Instant(), nullable=True),
        sa.Column("source", storage.kinds.JsonText(), nullable=True),
    )
    op.create_index("call_customer", "call", ["customer_id", "day", "undone_at"])
    op.create_index("call_person", "call", ["person_id", "day"])


def downgrade() -> None:
    """Take it back."""
    op.drop_table("call")
