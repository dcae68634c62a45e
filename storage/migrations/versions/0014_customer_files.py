"""The rest of a customer's file, bank accounts, looks at them, and papers that are asked for."""

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

import storage.kinds

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply this step."""
    op.create_table(
        "profile_entry",
        _of("customer"),
        _words("field"),
        _text("value"),
        _person("by_id", nullable=True),
        _moment("at"),
        sa.PrimaryKeyConstraint("customer_id", "field"),
    )
    op.create_table(
        "bank_account",
        sa.Column("id", sa.Integer(), nullable=False),
        _of("customer"),
        _text("sealed"),
        _words("state"),
        _person("entered_by"),
        _moment("entered_at"),
        _person("settled_by", nullable=True),
        _moment("settled_at", nullable=True),
        *map(_text, ("call", "reason")),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_bank_account_customer_id", "bank_account", ["customer_id"])
    op.create_table(
        "confidential_look",
        sa.Column("id", sa.Integer(), nullable=False),
        _of("customer"),
        _person("person_id"),
        _moment("at"),
        sa.Column("bank_id", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_confidential_look_customer_id", "confidential_look", ["customer_id"])
    op.create_table(
        "paper_order",
        sa.Column("id", sa.Integer(), nullable=False),
        *map(_words, ("paper", "told", "kind")),
        sa.Column("subject_id", sa.Integer(), nullable=False),
        _person("person_id"),
        sa.Column("account_id", sa.Integer(), sa.ForeignKey("account.id"), nullable=False),
        *map(_moment, ("at", "next_at")),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_paper_order_next_at", "paper_order", ["next_at"])
    op.drop_index("visit_customer", "visit")
    op.create_index("visit_customer", "visit", ["customer_id", "day", "undone_at"])


def downgrade() -> None:
    """Take it back."""
    op.drop_index("visit_customer", "visit")
    op.create_index("visit_customer", "visit", ["customer_id", "day"])
    for table in ("paper_order", "confidential_look", "bank_account", "profile_entry"):
        op.drop_table(table)


def _words(name: str) -> sa.Column[str]:
    return sa.Column(name, sqlmodel.sql.sqltypes.AutoString(), nullable=False)


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False)


def _moment(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, storage.kinds.Instant(), nullable=nullable)


def _person(name: str, *, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), sa.ForeignKey("person.id"), nullable=nullable)


def _of(table: str) -> sa.Column[int]:
    return sa.Column(f"{table}_id", sa.Integer(), sa.ForeignKey(f"{table}.id"), nullable=False)
