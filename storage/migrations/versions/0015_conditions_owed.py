"""A condition has an owner and a date; who need not answer any more is not asked for ever."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply this step; conditions set before are owed by whoever owes them now."""
    _conditions()
    _closed()
    op.drop_index("seat_asked", "seat")
    _asked("person_id", "asked_at")
    owed = sa.text("state IN ('open', 'missed')")
    columns = ["person_id", "due_at"]
    op.create_index("due_owed", "due", columns, sqlite_where=owed, postgresql_where=owed)


def _closed() -> None:
    approval = sa.table("approval", *map(sa.column, ("id", "state")))
    seat = sa.table("seat", *map(sa.column, ("approval_id", "state")))
    decided = sa.select(approval.c.id).where(approval.c.state != "open")
    left = seat.c.state.in_(["asked", "waiting"]), seat.c.approval_id.in_(decided)
    op.execute(sa.update(seat).where(*left).values(state="gone"))


def _asked(*columns: str) -> None:
    asked = sa.text("state = 'asked'")
    op.create_index("seat_asked", "seat", columns, sqlite_where=asked, postgresql_where=asked)


def _conditions() -> None:
    with op.batch_alter_table("seat", schema=None) as batch_op:
        batch_op.add_column(sa.Column("condition_owner_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("condition_by", sa.Date(), nullable=True))
        owner = ("seat_condition_owner", "person", ["condition_owner_id"], ["id"])
        batch_op.create_foreign_key(*owner)


def downgrade() -> None:
    """Take it back."""
    op.drop_index("due_owed", "due")
    op.drop_index("seat_asked", "seat")
    with op.batch_alter_table("seat", schema=None) as batch_op:
        batch_op.drop_constraint("seat_condition_owner", type_="foreignkey")
        batch_op.drop_column("condition_by")
        batch_op.drop_column("condition_owner_id")
    _asked("person_id")
