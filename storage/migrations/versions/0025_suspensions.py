"""Customers that are suspended, since when and why."""

import sqlalchemy as sa
from alembic import op

import storage.kinds

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply this step."""
    op.create_table(
        "suspension",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("customer_id", sa.Integer(), sa.ForeignKey("customer.id"), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("by_id", sa.Integer(), sa.ForeignKey("person.id"), nullable=True),
        sa.Column("since", storage.kinds.Instant(), nullable=False),
        sa.Column("until", storage.kinds.Instant(), nullable=True),
        sa.Column("ended_by_id", sa.Integer(), sa.ForeignKey("person.id"), nullable=True),
    )
    op.create_index("ix_suspension_customer_id", "suspension", ["customer_id"])
    holds = sa.text("until IS NULL")
    op.create_index(
        "suspension_holds",
        "suspension",
        ["customer_id"],
        unique=True,
        sqlite_where=holds,
        postgresql_where=holds,
    )


def downgrade() -> None:
    """Take it back."""
    op.drop_table("suspension")
