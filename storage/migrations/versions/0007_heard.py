"""Heard: who wrote what was passed on, where it was, and what became of every message."""

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

import storage.kinds

revision = "0007"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply this step."""
    with op.batch_alter_table("draft", schema=None) as batch_op:
        batch_op.add_column(_words("message"))
        batch_op.add_column(sa.Column("origin", storage.kinds.JsonText(), nullable=True))

    with op.batch_alter_table("report", schema=None) as batch_op:
        batch_op.add_column(_words("author"))
        batch_op.add_column(sa.Column("passed_by", sa.Integer(), nullable=True))
        batch_op.add_column(_long("earlier"))
        batch_op.create_foreign_key("report_passed_by", "person", ["passed_by"], ["id"])

    with op.batch_alter_table("talk", schema=None) as batch_op:
        batch_op.add_column(_words("passed_by"))
        batch_op.add_column(_long("earlier"))

    with op.batch_alter_table("visit", schema=None) as batch_op:
        batch_op.add_column(sa.Column("place", storage.kinds.JsonText(), nullable=True))

    _create_heard()


def downgrade() -> None:
    """Take it back."""
    op.drop_table("heard")
    with op.batch_alter_table("visit", schema=None) as batch_op:
        batch_op.drop_column("place")

    with op.batch_alter_table("talk", schema=None) as batch_op:
        batch_op.drop_column("earlier")
        batch_op.drop_column("passed_by")

    with op.batch_alter_table("report", schema=None) as batch_op:
        batch_op.drop_constraint("report_passed_by", type_="foreignkey")
        batch_op.drop_column("earlier")
        batch_op.drop_column("passed_by")
        batch_op.drop_column("author")

    with op.batch_alter_table("draft", schema=None) as batch_op:
        batch_op.drop_column("origin")
        batch_op.drop_column("message")


def _create_heard() -> None:
    named = sqlmodel.sql.sqltypes.AutoString()
    op.create_table(
        "heard",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("platform", named, nullable=False),
        sa.Column("workspace", named, nullable=False),
        sa.Column("chat", named, nullable=False),
        sa.Column("message", named, nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=False),
        sa.Column("at", storage.kinds.Instant(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("command", named, nullable=False),
        sa.Column("field", named, nullable=False),
        sa.Column("kind", named, nullable=False),
        sa.Column("subject_id", sa.Integer(), nullable=True),
        sa.Column("album", named, nullable=False),
        sa.Column("leads", named, nullable=True),
        sa.Column("files", storage.kinds.JsonText(), nullable=True),
        sa.Column("edited_at", storage.kinds.Instant(), nullable=True),
        sa.Column("edit", named, nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("platform", "workspace", "chat", "message"),
        sa.UniqueConstraint("platform", "workspace", "chat", "leads", name="heard_album_leads"),
    )
    with op.batch_alter_table("heard", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_heard_at"), ["at"], unique=False)
        batch_op.create_index("heard_subject", ["kind", "subject_id"], unique=False)
        batch_op.create_index("heard_album", ["album"], unique=False)


def _words(name: str) -> sa.Column[str]:
    named = sqlmodel.sql.sqltypes.AutoString()
    return sa.Column(name, named, nullable=False, server_default="")


def _long(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False, server_default="")
