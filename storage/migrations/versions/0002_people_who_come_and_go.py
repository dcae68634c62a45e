"""People who come and go: how they are reached, who is away, who leaves, who takes over."""

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

import storage.kinds
from storage.reach import email_key, phone_key

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_TEXT = sqlmodel.sql.sqltypes.AutoString
_WORDS: dict[str, tuple[str, ...]] = {
    "person": ("phone", "email", "phone_key", "email_key", "home"),
    "contact": ("phone_key", "email_key"),
    "account": ("phone", "email", "denied"),
}
_KEYS: dict[str, tuple[str, ...]] = {
    "person": ("phone_key", "email_key"),
    "contact": ("phone_key", "email_key"),
}
# Written out: both engines add a column that points elsewhere without copying the table.
_PEOPLE = {"letter": "for_id", "posting": "for_id", "timer": "person_id"}
_INDEXED = ("letter", "timer")


def upgrade() -> None:
    """Apply this step."""
    for table, columns in _WORDS.items():
        for name in columns:
            op.add_column(table, sa.Column(name, _TEXT(), nullable=False, server_default=""))
    for table, keys in _KEYS.items():
        for name in keys:
            op.create_index(f"ix_{table}_{name}", table, [name])
    for table, name in _PEOPLE.items():
        op.execute(f"ALTER TABLE {table} ADD COLUMN {name} INTEGER REFERENCES person (id)")
    for table in _INDEXED:
        op.create_index(f"ix_{table}_{_PEOPLE[table]}", table, [_PEOPLE[table]])
    _tables()
    _keys_of_contacts()
    _cards_of_people()
    _who_asked()


def _tables() -> None:
    op.create_table(
        "absence",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("deputy_id", sa.Integer(), nullable=False),
        sa.Column("since", storage.kinds.Instant(), nullable=False),
        sa.Column("until", storage.kinds.Instant(), nullable=False),
        sa.Column("made_at", storage.kinds.Instant(), nullable=False),
        sa.Column("told_at", storage.kinds.Instant(), nullable=True),
        sa.ForeignKeyConstraint(["deputy_id"], ["person.id"]),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("absence_deputy", "absence", ["deputy_id", "until"])
    op.create_index("absence_person", "absence", ["person_id", "until"])
    op.create_table(
        "departure",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("successor_id", sa.Integer(), nullable=False),
        sa.Column("holder_id", sa.Integer(), nullable=False),
        sa.Column("begun_by", sa.Integer(), nullable=False),
        sa.Column("begun_at", storage.kinds.Instant(), nullable=False),
        sa.Column("done_at", storage.kinds.Instant(), nullable=True),
        sa.ForeignKeyConstraint(["begun_by"], ["person.id"]),
        sa.ForeignKeyConstraint(["holder_id"], ["person.id"]),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"]),
        sa.ForeignKeyConstraint(["successor_id"], ["person.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_departure_person_id", "departure", ["person_id"])
    op.create_table(
        "offer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("departure_id", sa.Integer(), nullable=False),
        sa.Column("to_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["departure_id"], ["departure.id"]),
        sa.ForeignKeyConstraint(["to_id"], ["person.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("departure_id", "to_id"),
    )
    op.create_index("ix_offer_to_id", "offer", ["to_id"])
    op.create_table(
        "handover",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("departure_id", sa.Integer(), nullable=False),
        sa.Column("offer_id", sa.Integer(), nullable=False),
        sa.Column("kind", _TEXT(), nullable=False),
        sa.Column("subject_id", sa.Integer(), nullable=False),
        sa.Column("what", storage.kinds.JsonText(), nullable=True),
        sa.Column("state", _TEXT(), nullable=False),
        sa.Column("at", storage.kinds.Instant(), nullable=False),
        sa.ForeignKeyConstraint(["departure_id"], ["departure.id"]),
        sa.ForeignKeyConstraint(["offer_id"], ["offer.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("departure_id", "kind", "subject_id"),
    )
    op.create_index("handover_subject", "handover", ["kind", "subject_id"])
    op.create_index("ix_handover_offer_id", "handover", ["offer_id"])


def _keys_of_contacts() -> None:
    """What contacts have already is found as what they will get."""
    contact = sa.table(
        "contact",
        sa.column("id", sa.Integer()),
        sa.column("phone", sa.String()),
        sa.column("email", sa.String()),
        sa.column("phone_key", sa.String()),
        sa.column("email_key", sa.String()),
    )
    connection = op.get_bind()
    for row in connection.execute(sa.select(contact.c.id, contact.c.phone, contact.c.email)).all():
        keys = {"phone_key": phone_key(row.phone), "email_key": email_key(row.email)}
        connection.execute(sa.update(contact).where(contact.c.id == row.id).values(keys))


def _cards_of_people() -> None:
    """Everybody has a card from now on."""
    op.execute(
        "INSERT INTO subject (kind, id, revision, version) SELECT 'person', id, 1, 1 FROM person"
    )
    op.execute(
        "INSERT INTO revision (kind, id, revision, at) "
        "SELECT 'person', id, 1, created_at FROM person"
    )


def _who_asked() -> None:
    """Who asked to be reminded stood beside the timer as data, or was who logged the visit."""
    timer = sa.table(
        "timer",
        sa.column("id", sa.Integer()),
        sa.column("person_id", sa.Integer()),
        sa.column("extra", storage.kinds.JsonText()),
        sa.column("kind", sa.String()),
        sa.column("name", sa.String()),
        sa.column("subject_id", sa.Integer()),
    )
    connection = op.get_bind()
    reminders = sa.select(timer.c.id, timer.c.extra).where(timer.c.name == "remind")
    for row in connection.execute(reminders).all():
        person = (row.extra or {}).get("person")
        connection.execute(sa.update(timer).where(timer.c.id == row.id).values(person_id=person))
    op.execute(
        "UPDATE timer SET person_id = (SELECT visit.person_id FROM visit WHERE visit.id = "
        "timer.subject_id) WHERE kind = 'visit' AND name = 'remind'"
    )


def downgrade() -> None:
    """Take it back."""
    op.execute("DELETE FROM revision WHERE kind IN ('person', 'departure', 'offer', 'handover')")
    op.execute("DELETE FROM subject WHERE kind IN ('person', 'departure', 'offer', 'handover')")
    for table in ("handover", "offer", "departure", "absence"):
        op.drop_table(table)
    for table in _INDEXED:
        op.drop_index(f"ix_{table}_{_PEOPLE[table]}", table)
    for table, name in _PEOPLE.items():
        with op.batch_alter_table(table) as batch:
            batch.drop_column(name)
    for table, keys in _KEYS.items():
        for name in keys:
            op.drop_index(f"ix_{table}_{name}", table)
    for table, words in _WORDS.items():
        with op.batch_alter_table(table) as batch:
            for name in words:
                batch.drop_column(name)
