"""What each tick looks for is found without reading all: changed subjects, letters under way."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply this step; what waits to be drawn goes on waiting."""
    with op.batch_alter_table("subject", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("changed", sa.Boolean(), nullable=False, server_default=sa.false())
        )
    subject = sa.table("subject", *map(sa.column, ("kind", "id", "version", "changed")))
    posting = sa.table("posting", *map(sa.column, ("kind", "subject_id", "drawn", "follows")))
    topic = sa.table("topic", *map(sa.column, ("kind", "subject_id", "seen")))
    behind = sa.or_(
        sa.exists().where(
            posting.c.kind == subject.c.kind,
            posting.c.subject_id == subject.c.id,
            posting.c.follows == sa.true(),
            posting.c.drawn < subject.c.version,
        ),
        sa.exists().where(
            topic.c.kind == subject.c.kind,
            topic.c.subject_id == subject.c.id,
            topic.c.seen < subject.c.version,
        ),
    )
    op.execute(sa.update(subject).where(behind).values(changed=sa.true()))
    with op.batch_alter_table("subject", schema=None) as batch_op:
        batch_op.create_index(
            "subject_changed",
            ["changed"],
            sqlite_where=sa.text("changed = 1"),
            postgresql_where=sa.text("changed"),
        )
    with op.batch_alter_table("topic", schema=None) as batch_op:
        batch_op.create_index("topic_subject", ["kind", "subject_id"])
    with op.batch_alter_table("letter", schema=None) as batch_op:
        batch_op.create_index(
            "letter_sending",
            ["lease_until"],
            sqlite_where=sa.text("state = 'sending'"),
            postgresql_where=sa.text("state = 'sending'"),
        )


def downgrade() -> None:
    """Take it back."""
    with op.batch_alter_table("letter", schema=None) as batch_op:
        batch_op.drop_index("letter_sending")
    with op.batch_alter_table("topic", schema=None) as batch_op:
        batch_op.drop_index("topic_subject")
    with op.batch_alter_table("subject", schema=None) as batch_op:
        batch_op.drop_index("subject_changed")
        batch_op.drop_column("changed")
