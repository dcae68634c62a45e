"""Tables in and out: their jobs, what customers' files gained, grams in one tree."""

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

import storage.kinds

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

WORDS = sqlmodel.sql.sqltypes.AutoString


def upgrade() -> None:
    """Apply this step."""
    op.create_table(
        "sheet_job",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sheet", WORDS(), nullable=False),
        sa.Column("form", WORDS(), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=True),
        sa.Column("name", WORDS(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("by", WORDS(), nullable=False),
        sa.Column("state", WORDS(), nullable=False),
        sa.Column("at", sa.Integer(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("counts", storage.kinds.JsonText(), nullable=True),
        sa.Column("reason", storage.kinds.JsonText(), nullable=True),
        sa.Column("created_at", storage.kinds.Instant(), nullable=False),
        sa.Column("finished_at", storage.kinds.Instant(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"]),
        sa.ForeignKeyConstraint(["file_id"], ["file.id"]),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_sheet_job_state", "sheet_job", ["state"])
    op.create_table(
        "sheet_wrong",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("job_id", sa.Integer(), nullable=False),
        sa.Column("stage", WORDS(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("name", WORDS(), nullable=False),
        sa.Column("reason", storage.kinds.JsonText(), nullable=True),
        sa.ForeignKeyConstraint(["job_id"], ["sheet_job.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("sheet_wrong_job", "sheet_wrong", ["job_id", "stage", "line"])
    op.create_table(
        "sheet_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("job_id", sa.Integer(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("subject_id", sa.Integer(), nullable=False),
        sa.Column("before", storage.kinds.JsonText(), nullable=True),
        sa.Column("after", storage.kinds.JsonText(), nullable=True),
        sa.ForeignKeyConstraint(["job_id"], ["sheet_job.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("sheet_change_job", "sheet_change", ["job_id", "id"])
    with op.batch_alter_table("customer", schema=None) as batch_op:
        batch_op.add_column(sa.Column("registration", WORDS(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("note", sa.Text(), nullable=False, server_default=""))
        batch_op.create_index("ix_customer_registration", ["registration"])
    _remake_grams(points=False)


def downgrade() -> None:
    """Take this step back."""
    _remake_grams(points=True)
    with op.batch_alter_table("customer", schema=None) as batch_op:
        batch_op.drop_index("ix_customer_registration")
        batch_op.drop_column("note")
        batch_op.drop_column("registration")
    op.drop_index("sheet_change_job", "sheet_change")
    op.drop_table("sheet_change")
    op.drop_index("sheet_wrong_job", "sheet_wrong")
    op.drop_table("sheet_wrong")
    op.drop_index("ix_sheet_job_state", "sheet_job")
    op.drop_table("sheet_job")


def _remake_grams(*, points: bool) -> None:
    """Copy the grams into a table that points at names, or into one that points at nothing."""
    columns = [
        sa.Column("gram", WORDS(), nullable=False),
        sa.Column("name_id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("gram", "name_id", name=f"gram_pkey{'' if points else '_alone'}"),
    ]
    if points:
        columns.append(sa.ForeignKeyConstraint(["name_id"], ["customer_name.id"]))
    op.create_table("gram_new", *columns, sqlite_with_rowid=points)
    orphans = " WHERE name_id IN (SELECT id FROM customer_name)" if points else ""
    op.execute(f"INSERT INTO gram_new SELECT gram, name_id FROM gram{orphans}")  # noqa: S608 -- no values
    op.drop_table("gram")
    op.rename_table("gram_new", "gram")
