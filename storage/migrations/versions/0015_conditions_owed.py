"""A condition of an approval has an owner and a date of its own."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply this step; conditions set before are owed by whoever owes them now."""
    with op.batch_alter_table("seat", schema=None) as batch_op:
        batch_op.add_column(sa.Column("condition_owner_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("condition_by", sa.Date(), nullable=True))
        owner = ("seat_condition_owner", "person", ["condition_owner_id"], ["id"])
        batch_op.create_foreign_key(*owner)


def downgrade() -> None:
    """Take it back."""
    with op.batch_alter_table("seat", schema=None) as batch_op:
        batch_op.drop_constraint("seat_condition_owner", type_="foreignkey")
        batch_op.drop_column("condition_by")
        batch_op.drop_column("condition_owner_id")
