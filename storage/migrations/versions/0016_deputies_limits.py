"""A deputy decides on what they were given, up to an amount."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply this step; whoever stands in already decides on everything, as before."""
    with op.batch_alter_table("absence", schema=None) as batch_op:
        batch_op.add_column(sa.Column("decides", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("up_to", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("currency", sa.String(), nullable=False, server_default=""))
    with op.batch_alter_table("approval", schema=None) as batch_op:
        batch_op.add_column(sa.Column("amount", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("currency", sa.String(), nullable=False, server_default=""))


def downgrade() -> None:
    """Take it back."""
    with op.batch_alter_table("approval", schema=None) as batch_op:
        batch_op.drop_column("currency")
        batch_op.drop_column("amount")
    with op.batch_alter_table("absence", schema=None) as batch_op:
        batch_op.drop_column("currency")
        batch_op.drop_column("up_to")
        batch_op.drop_column("decides")
