"""Calendar feeds."""

import sqlalchemy as sa
from alembic import op

import storage.kinds

revision = "0022"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply this step."""
    op.create_table(
        "feed",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column(
            "person_id", sa.Integer(), sa.ForeignKey("person.id"), nullable=False, unique=True
        ),
        sa.Column("digest", sa.String(), nullable=True, unique=True),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.Column("changed_at", storage.kinds.Instant(), nullable=False),
    )


def downgrade() -> None:
    """Take it back."""
    op.drop_table("feed")
