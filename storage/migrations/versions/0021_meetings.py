"""Customer meetings, who takes part in them, and the actions agreed there."""

import sqlalchemy as sa
from alembic import op

import storage.kinds

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply this step."""
    op.create_table(
        "meeting",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("number", sa.String(), nullable=False, unique=True),
        sa.Column("at", storage.kinds.Instant(), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("owner_id", sa.Integer(), sa.ForeignKey("person.id"), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("topics", sa.Text(), nullable=False),
        sa.Column("minutes", sa.Text(), nullable=False),
        sa.Column("minutes_by_id", sa.Integer(), sa.ForeignKey("person.id"), nullable=True),
        sa.Column("minutes_at", storage.kinds.Instant(), nullable=True),
        sa.Column("collected", sa.Integer(), nullable=False),
        sa.Column("created_at", storage.kinds.Instant(), nullable=False),
    )
    op.create_index("meeting_at", "meeting", ["at"])
    waiting = sa.text("state = 'planned' OR (state = 'held' AND minutes_at IS NULL)")
    op.create_index(
        "meeting_open", "meeting", ["owner_id"], sqlite_where=waiting, postgresql_where=waiting
    )
    op.create_table(
        "participant",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("meeting_id", sa.Integer(), sa.ForeignKey("meeting.id"), nullable=False),
        sa.Column("customer_id", sa.Integer(), sa.ForeignKey("customer.id"), nullable=True),
        sa.Column("person_id", sa.Integer(), sa.ForeignKey("person.id"), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("how", sa.String(), nullable=False),
        sa.Column("at", storage.kinds.Instant(), nullable=True),
        sa.Column("by_id", sa.Integer(), sa.ForeignKey("person.id"), nullable=True),
    )
    for whose in ("customer", "person"):
        columns = ["meeting_id", f"{whose}_id"]
        op.create_index(f"participant_{whose}", "participant", columns, unique=True)
    op.create_table(
        "action",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("meeting_id", sa.Integer(), sa.ForeignKey("meeting.id"), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("owner_id", sa.Integer(), sa.ForeignKey("person.id"), nullable=True),
        sa.Column("by_day", sa.Date(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("how", sa.Text(), nullable=False),
        sa.Column("created_by_id", sa.Integer(), sa.ForeignKey("person.id"), nullable=True),
        sa.Column("created_at", storage.kinds.Instant(), nullable=False),
        sa.Column("ended_at", storage.kinds.Instant(), nullable=True),
    )
    op.create_index("ix_action_meeting_id", "action", ["meeting_id"])
    open_ = sa.text("state = 'open'")
    op.create_index(
        "action_open", "action", ["owner_id"], sqlite_where=open_, postgresql_where=open_
    )


def downgrade() -> None:
    """Take it back."""
    for table in ("action", "participant", "meeting"):
        op.drop_table(table)
