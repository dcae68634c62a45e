"""Views: which of a subject's cards was posted; and who passed a case on."""

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply this step."""
    for table in ("letter", "posting"):
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.add_column(_view())
    with op.batch_alter_table("cases", schema=None) as batch_op:
        batch_op.add_column(sa.Column("passed_by_id", sa.Integer(), nullable=True))
        batch_op.create_foreign_key("cases_passed_by", "person", ["passed_by_id"], ["id"])


def downgrade() -> None:
    """Take it back."""
    with op.batch_alter_table("cases", schema=None) as batch_op:
        batch_op.drop_constraint("cases_passed_by", type_="foreignkey")
        batch_op.drop_column("passed_by_id")
    for table in ("posting", "letter"):
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.drop_column("view")


def _view() -> sa.Column[str]:
    return sa.Column("view", sqlmodel.sql.sqltypes.AutoString(), nullable=False, server_default="")
