"""People who were imported and taken back: their numbers are free again."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply this step."""
    person = sa.table("person", sa.column("id"))
    for name in ("subject", "revision"):
        table = sa.table(name, sa.column("kind"), sa.column("id"))
        left = table.c.id.not_in(sa.select(person.c.id))
        op.execute(sa.delete(table).where(table.c.kind == "person", left))


def downgrade() -> None:
    """Nothing to take back: what was removed belonged to nobody."""
