"""What is looked for each day is found among the few: important customers, and what has lapsed."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply this step."""
    now = sa.text("important AND until IS NULL")
    name, table, columns = "stewardship_important", "stewardship", ["customer_id"]
    op.create_index(name, table, columns, sqlite_where=now, postgresql_where=now)
    lapsed = sa.text("state = 'lapsed'")
    columns = ["person_id", "due_at"]
    op.create_index("due_lapsed", "due", columns, sqlite_where=lapsed, postgresql_where=lapsed)


def downgrade() -> None:
    """Take it back."""
    op.drop_index("due_lapsed", "due")
    op.drop_index("stewardship_important", "stewardship")
