"""Whose lists a contact is on, so that nobody is on two for one holiday."""

from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply this step."""
    op.create_index("greeting_contact", "greeting", ["contact_id", "care_id"])


def downgrade() -> None:
    """Take it back."""
    op.drop_index("greeting_contact", "greeting")
