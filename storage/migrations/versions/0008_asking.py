"""Asking: front pages, errands to platforms, and places that others read too."""

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

import storage.kinds

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply this step."""
    op.create_table(
        "front",
        sa.Column("account_id", sa.Integer(), nullable=False),
        *(_words(name) for name in ("platform", "workspace", "user", "chat", "look")),
        sa.Column("wanted", sa.Boolean(), nullable=False),
        sa.Column("drawn_at", storage.kinds.Instant(), nullable=False),
        sa.Column("next_at", storage.kinds.Instant(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"]),
        sa.PrimaryKeyConstraint("account_id"),
    )
    op.create_table(
        "errand",
        sa.Column("id", sa.Integer(), nullable=False),
        *(_words(name) for name in ("platform", "workspace", "kind")),
        sa.Column("account_id", sa.Integer(), nullable=True),
        *(_words(name) for name in ("chat", "thread", "message")),
        sa.Column("about", storage.kinds.JsonText(), nullable=True),
        sa.Column("at", storage.kinds.Instant(), nullable=False),
        sa.Column("next_at", storage.kinds.Instant(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("errand", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_errand_next_at"), ["next_at"], unique=False)

    with op.batch_alter_table("place", schema=None) as batch_op:
        shared: sa.Column[bool] = sa.Column(
            "shared", sa.Boolean(), nullable=False, server_default=sa.false()
        )
        batch_op.add_column(shared)


def downgrade() -> None:
    """Take it back."""
    with op.batch_alter_table("place", schema=None) as batch_op:
        batch_op.drop_column("shared")

    op.drop_table("errand")
    op.drop_table("front")


def _words(name: str) -> sa.Column[str]:
    return sa.Column(name, sqlmodel.sql.sqltypes.AutoString(), nullable=False)
