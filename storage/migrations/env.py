"""Runs migrations on either engine, each in one transaction that either happens or does not."""

from __future__ import annotations

import sqlite3

from alembic import context
from sqlalchemy import create_engine, event
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import OperationalError

from storage.connections import SQLITE, engine_of
from storage.database import Gone
from storage.tables import metadata


def _engine(url: str) -> Engine:
    place = url.partition("://")[2]
    if engine_of(url) != SQLITE:
        return create_engine(f"postgresql+psycopg://{place}")
    engine = create_engine(f"sqlite://{place}", connect_args={"timeout": 30})
    event.listen(engine, "connect", _manual_transactions)
    event.listen(engine, "begin", _begin)
    return engine


def _manual_transactions(connection: sqlite3.Connection, _record: object) -> None:
    """The driver must not commit before schema changes on its own."""
    connection.isolation_level = None
    connection.execute("PRAGMA foreign_keys=OFF")


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _migrate() -> None:
    engine = _engine(context.config.attributes["url"])
    with engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=metadata(),
            render_as_batch=True,
            transaction_per_migration=True,
            compare_type=False,
        )
        with context.begin_transaction():
            context.run_migrations()
        connection.commit()
        if engine.dialect.name == SQLITE:
            broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
            if broken:
                raise RuntimeError(f"the migration left dangling references: {broken[:5]}")
    engine.dispose()


try:
    _migrate()
except OperationalError as error:
    raise Gone(str(error.orig)) from error
