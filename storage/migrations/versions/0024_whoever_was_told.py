"""What each customer was told of a meeting, and who of theirs answered."""

import sqlalchemy as sa
from alembic import op

import storage.kinds

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply this step."""
    with op.batch_alter_table("participant", schema=None) as batch_op:
        batch_op.add_column(sa.Column("told_how", sa.String(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("told_for", storage.kinds.Instant(), nullable=True))
        batch_op.add_column(sa.Column("told_place", sa.String(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("told_at", storage.kinds.Instant(), nullable=True))
        batch_op.add_column(sa.Column("was", sa.String(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("off_at", storage.kinds.Instant(), nullable=True))
        batch_op.add_column(sa.Column("contact_id", sa.Integer(), nullable=True))
        batch_op.create_foreign_key("participant_contact", "contact", ["contact_id"], ["id"])
    # Of a meeting that was moved before this nobody knows any more who had been invited.
    op.execute(
        "UPDATE participant SET told_at = at,"
        " told_how = CASE WHEN how = 'sent' THEN 'sent' ELSE 'by_hand' END,"
        " told_for = (SELECT meeting.at FROM meeting WHERE meeting.id = participant.meeting_id),"
        " told_place = (SELECT place FROM meeting WHERE meeting.id = participant.meeting_id)"
        " WHERE customer_id IS NOT NULL AND state != 'to_invite'"
    )


def downgrade() -> None:
    """Take it back."""
    with op.batch_alter_table("participant", schema=None) as batch_op:
        batch_op.drop_constraint("participant_contact", type_="foreignkey")
        for name in (
            "told_how",
            "told_for",
            "told_place",
            "told_at",
            "was",
            "off_at",
            "contact_id",
        ):
            batch_op.drop_column(name)
