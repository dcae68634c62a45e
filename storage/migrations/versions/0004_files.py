"""Bytes of files have a place of their own; what platforms have of them is remembered.

Revision ID: 0004
Revises: 0001
"""

import secrets

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

import storage.kinds

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Move bytes out of the rows that name them."""
    op.create_table(
        "blob",
        sa.Column("name", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    with op.batch_alter_table("file", schema=None) as batch_op:
        text = sqlmodel.sql.sqltypes.AutoString()
        batch_op.add_column(sa.Column("vault", text, nullable=False, server_default=""))
        batch_op.add_column(sa.Column("holder", text, nullable=False, server_default=""))
    _moved_out()
    with op.batch_alter_table("file", schema=None) as batch_op:
        batch_op.drop_column("content")
        batch_op.alter_column("vault", server_default=None)
        batch_op.alter_column("holder", server_default=None)
        batch_op.create_index(batch_op.f("ix_file_vault"), ["vault"], unique=False)
        batch_op.create_index("file_sender", ["account_id", "at"], unique=False)
    op.create_table(
        "upload",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("platform", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("workspace", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=False),
        sa.Column("remote", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("ready", sa.Boolean(), nullable=False),
        sa.Column("at", storage.kinds.Instant(), nullable=False),
        sa.ForeignKeyConstraint(["file_id"], ["file.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("platform", "workspace", "file_id"),
    )
    op.create_table(
        "hung",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("platform", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("workspace", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("chat", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("card", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=False),
        sa.Column("state", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("message", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("at", storage.kinds.Instant(), nullable=False),
        sa.ForeignKeyConstraint(["file_id"], ["file.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("platform", "workspace", "chat", "card", "file_id"),
    )


def downgrade() -> None:
    """Put the bytes that are in the database back into their rows."""
    op.drop_table("hung")
    op.drop_table("upload")
    with op.batch_alter_table("file", schema=None) as batch_op:
        batch_op.add_column(sa.Column("content", sa.LargeBinary(), nullable=True))
    op.execute(
        "UPDATE file SET content = (SELECT content FROM blob WHERE blob.name = file.vault)"
        " WHERE vault != ''"
    )
    with op.batch_alter_table("file", schema=None) as batch_op:
        batch_op.drop_index("file_sender")
        batch_op.drop_index(batch_op.f("ix_file_vault"))
        batch_op.drop_column("holder")
        batch_op.drop_column("vault")
    op.drop_table("blob")


def _moved_out() -> None:
    connection = op.get_bind()
    kept = connection.execute(sa.text("SELECT id FROM file WHERE content IS NOT NULL")).scalars()
    for number in kept.all():
        values = {"name": secrets.token_hex(16), "id": number}
        connection.execute(
            sa.text(
                "INSERT INTO blob (name, content) SELECT :name, content FROM file WHERE id = :id"
            ),
            values,
        )
        connection.execute(sa.text("UPDATE file SET vault = :name WHERE id = :id"), values)
