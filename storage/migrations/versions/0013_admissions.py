"""Admissions from a prospect to a customer's file, and approvals that decide on them."""

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

import storage.kinds

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply this step."""
    _approvals()
    _admissions()


def _approvals() -> None:
    op.create_table(
        "approval",
        sa.Column("id", sa.Integer(), nullable=False),
        _words("kind"),
        sa.Column("subject_id", sa.Integer(), nullable=False),
        *map(_words, ("name", "clause")),
        sa.Column("asks", storage.kinds.JsonText(), nullable=True),
        _words("rule"),
        sa.Column("need", sa.Integer(), nullable=False),
        _person("submitter_id", nullable=False),
        sa.Column("barred", storage.kinds.JsonText(), nullable=True),
        _moment("asked_at", nullable=False),
        _words("state"),
        *map(_moment, ("decided_at", "effective_at")),
        sa.Column("effective", sa.Boolean(), nullable=False),
        *map(_text, ("reason", "condition", "flagged")),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_approval_submitter_id", "approval", ["submitter_id"])
    op.create_index("ix_approval_name", "approval", ["name"])
    op.create_index("approval_subject", "approval", ["kind", "subject_id"])
    _partly("approval_open", "approval", "asked_at", "state = 'open'")
    op.create_table(
        "seat",
        sa.Column("id", sa.Integer(), nullable=False),
        _of("approval"),
        _person("person_id", nullable=False),
        sa.Column("after_id", sa.Integer(), nullable=True),
        sa.Column("must", sa.Boolean(), nullable=False),
        *map(_words, ("role", "state")),
        _moment("asked_at"),
        _person("by_id"),
        _moment("at"),
        *map(_text, ("reason", "condition")),
        _person("from_id"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_seat_approval_id", "seat", ["approval_id"])
    _partly("seat_asked", "seat", "person_id", "state = 'asked'")
    op.create_table(
        "inquiry",
        sa.Column("id", sa.Integer(), nullable=False),
        _of("approval"),
        _person("by_id", nullable=False),
        _text("text"),
        _moment("at", nullable=False),
        _text("answer"),
        _person("answered_by"),
        _moment("answered_at"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_inquiry_approval_id", "inquiry", ["approval_id"])


def _admissions() -> None:
    op.create_table(
        "admission",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        *map(_words, ("name", "key", "registration")),
        *map(_text, ("overview", "products")),
        *map(_words, ("contact", "position", "phone", "email", "phone_key", "email_key")),
        _person("submitter_id", nullable=False),
        _person("owner_id"),
        _moment("created_at", nullable=False),
        _words("state"),
        _moment("since", nullable=False),
        sa.Column("visit_day", sa.Date(), nullable=True),
        _person("visitor_id"),
        _text("report"),
        _words("opinion"),
        _text("condition"),
        sa.Column("condition_by", sa.Date(), nullable=True),
        _person("reported_by"),
        _moment("reported_at"),
        sa.Column("place", storage.kinds.JsonText(), nullable=True),
        _words("closed_from"),
        _text("reason"),
        _moment("ended_at"),
        sa.Column("customer_id", sa.Integer(), sa.ForeignKey("customer.id"), nullable=True),
        _words("policy"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("number"),
    )
    for column in ("key", "registration", "phone_key", "submitter_id", "owner_id", "customer_id"):
        op.create_index(f"ix_admission_{column}", "admission", [column])
    _partly("admission_open", "admission", "created_at", "ended_at IS NULL")
    op.create_table(
        "verdict",
        _of("admission"),
        *map(_words, ("criterion", "verdict")),
        _text("note"),
        _person("by_id", nullable=False),
        _moment("at", nullable=False),
        sa.PrimaryKeyConstraint("admission_id", "criterion"),
    )


def downgrade() -> None:
    """Take it back."""
    for table in ("verdict", "admission", "inquiry", "seat", "approval"):
        op.drop_table(table)


def _words(name: str) -> sa.Column[str]:
    return sa.Column(name, sqlmodel.sql.sqltypes.AutoString(), nullable=False)


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False)


def _moment(name: str, *, nullable: bool = True) -> sa.Column[object]:
    return sa.Column(name, storage.kinds.Instant(), nullable=nullable)


def _person(name: str, *, nullable: bool = True) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), sa.ForeignKey("person.id"), nullable=nullable)


def _of(table: str) -> sa.Column[int]:
    return sa.Column(f"{table}_id", sa.Integer(), sa.ForeignKey(f"{table}.id"), nullable=False)


def _partly(name: str, table: str, column: str, where: str) -> None:
    condition = sa.text(where)
    op.create_index(name, table, [column], sqlite_where=condition, postgresql_where=condition)
