"""Where the bot stands: menus told, footings in chats, topics, troubles; letters in own threads."""

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

import storage.kinds

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply this step."""
    name = sqlmodel.sql.sqltypes.AutoString
    op.create_table(
        "menu",
        sa.Column("platform", name(), nullable=False),
        sa.Column("workspace", name(), nullable=False),
        sa.Column("shown_in", name(), nullable=False),
        sa.Column("offered", name(), nullable=False),
        sa.Column("ranking", name(), nullable=False),
        sa.Column("told_at", storage.kinds.Instant(), nullable=True),
        sa.Column("next_at", storage.kinds.Instant(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("platform", "workspace", "shown_in"),
    )
    op.create_table(
        "trouble",
        sa.Column("name", name(), nullable=False),
        sa.Column("since", storage.kinds.Instant(), nullable=False),
        sa.Column("over_at", storage.kinds.Instant(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "footing",
        sa.Column("platform", name(), nullable=False),
        sa.Column("workspace", name(), nullable=False),
        sa.Column("chat", name(), nullable=False),
        sa.Column("inside", sa.Boolean(), nullable=False),
        sa.Column("hears", sa.Boolean(), nullable=False),
        sa.Column("forum", sa.Boolean(), nullable=False),
        sa.Column("topics", sa.Boolean(), nullable=False),
        sa.Column("asked_at", storage.kinds.Instant(), nullable=True),
        sa.PrimaryKeyConstraint("platform", "workspace", "chat"),
    )
    op.create_table(
        "topic",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("platform", name(), nullable=False),
        sa.Column("workspace", name(), nullable=False),
        sa.Column("chat", name(), nullable=False),
        sa.Column("kind", name(), nullable=False),
        sa.Column("subject_id", sa.Integer(), nullable=False),
        sa.Column("title", name(), nullable=False),
        sa.Column("thread", name(), nullable=False),
        sa.Column("state", name(), nullable=False),
        sa.Column("seen", sa.Integer(), nullable=False),
        sa.Column("begun_at", storage.kinds.Instant(), nullable=False),
        sa.Column("next_at", storage.kinds.Instant(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("platform", "workspace", "chat", "kind", "subject_id"),
    )
    with op.batch_alter_table("letter", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("own_thread", sa.Boolean(), server_default=sa.false(), nullable=False)
        )


def downgrade() -> None:
    """Take this step back."""
    with op.batch_alter_table("letter", schema=None) as batch_op:
        batch_op.drop_column("own_thread")
    op.drop_table("topic")
    op.drop_table("footing")
    op.drop_table("trouble")
    op.drop_table("menu")
