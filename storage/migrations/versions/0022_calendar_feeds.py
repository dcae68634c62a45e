"""Calendar feeds; wishes about greetings, and what was done for a year of cooperation."""

import sqlalchemy as sa
from alembic import op

import storage.kinds

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply this step."""
    op.create_table(
        "feed",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column(
            "person_id", sa.Integer(), sa.ForeignKey("person.id"), nullable=False, unique=True
        ),
        sa.Column("digest", sa.String(), nullable=True, unique=True),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.Column("changed_at", storage.kinds.Instant(), nullable=False),
    )
    op.create_table(
        "wish",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("customer_id", sa.Integer(), sa.ForeignKey("customer.id"), nullable=False),
        sa.Column("contact_id", sa.Integer(), sa.ForeignKey("contact.id"), nullable=True),
        sa.Column("wish", sa.String(), nullable=False),
        sa.Column("by_id", sa.Integer(), sa.ForeignKey("person.id"), nullable=True),
        sa.Column("at", storage.kinds.Instant(), nullable=False),
    )
    op.create_index("wish_of", "wish", ["customer_id", "contact_id"])
    op.create_table(
        "care_step",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("care_id", sa.Integer(), sa.ForeignKey("care.id"), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("by_id", sa.Integer(), sa.ForeignKey("person.id"), nullable=False),
        sa.Column("at", storage.kinds.Instant(), nullable=False),
    )
    op.create_index("care_step_of", "care_step", ["care_id", "name"], unique=True)


def downgrade() -> None:
    """Take it back."""
    for table in ("care_step", "wish", "feed"):
        op.drop_table(table)
