"""Yearly days, and who is greeted for what."""

import sqlalchemy as sa
from alembic import op

import storage.kinds

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply this step."""
    op.create_table(
        "occasion",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("customer_id", sa.Integer(), sa.ForeignKey("customer.id"), nullable=False),
        sa.Column("contact_id", sa.Integer(), sa.ForeignKey("contact.id"), nullable=True),
        sa.Column("day", sa.String(), nullable=False),
        sa.Column("next_on", sa.Date(), nullable=False),
        sa.Column("plan_on", sa.Date(), nullable=False),
    )
    op.create_index("occasion_of", "occasion", ["customer_id", "contact_id"])
    op.create_index("occasion_plan", "occasion", ["plan_on", "id"])
    op.create_table(
        "care",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("name", sa.String(), nullable=False, unique=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("clause", sa.String(), nullable=False),
        sa.Column("owner_id", sa.Integer(), sa.ForeignKey("person.id"), nullable=True),
        sa.Column("customer_id", sa.Integer(), sa.ForeignKey("customer.id"), nullable=True),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("what", storage.kinds.JsonText(), nullable=True),
        sa.Column("text", storage.kinds.JsonText(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("by_id", sa.Integer(), sa.ForeignKey("person.id"), nullable=True),
        sa.Column("at", storage.kinds.Instant(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
    )
    waiting = sa.text("state = 'open'")
    columns = ["owner_id", "day"]
    op.create_index("care_open", "care", columns, sqlite_where=waiting, postgresql_where=waiting)
    op.create_table(
        "greeting",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("care_id", sa.Integer(), sa.ForeignKey("care.id"), nullable=False),
        sa.Column("contact_id", sa.Integer(), sa.ForeignKey("contact.id"), nullable=False),
        sa.Column("ticked", sa.Boolean(), nullable=False),
        sa.Column("why", storage.kinds.JsonText(), nullable=True),
    )
    with op.batch_alter_table("contact", schema=None) as batch_op:
        batch_op.add_column(sa.Column("left_on", sa.Date(), nullable=True))
    op.create_index("greeting_care", "greeting", ["care_id", "contact_id"], unique=True)


def downgrade() -> None:
    """Take it back."""
    with op.batch_alter_table("contact", schema=None) as batch_op:
        batch_op.drop_column("left_on")
    for table in ("greeting", "care", "occasion"):
        op.drop_table(table)
