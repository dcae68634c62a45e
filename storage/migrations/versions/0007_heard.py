"""Heard: who wrote what was passed on, and which message a draft began with."""

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

import storage.database

revision = "0007"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply this step."""
    with op.batch_alter_table("draft", schema=None) as batch_op:
        batch_op.add_column(_words("message"))
        batch_op.add_column(sa.Column("origin", storage.database.JsonText(), nullable=True))

    with op.batch_alter_table("report", schema=None) as batch_op:
        batch_op.add_column(_words("author"))
        batch_op.add_column(sa.Column("passed_by", sa.Integer(), nullable=True))
        batch_op.create_foreign_key("report_passed_by", "person", ["passed_by"], ["id"])


def downgrade() -> None:
    """Take it back."""
    with op.batch_alter_table("report", schema=None) as batch_op:
        batch_op.drop_constraint("report_passed_by", type_="foreignkey")
        batch_op.drop_column("passed_by")
        batch_op.drop_column("author")

    with op.batch_alter_table("draft", schema=None) as batch_op:
        batch_op.drop_column("origin")
        batch_op.drop_column("message")


def _words(name: str) -> sa.Column[str]:
    return sa.Column(name, sqlmodel.sql.sqltypes.AutoString(), nullable=False, server_default="")
