"""PostgreSQL as compose.yaml puts it beside the bot: at its port, asking for its password."""

from __future__ import annotations

import asyncio
from asyncio import StreamReader, StreamWriter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from psycopg import connect, sql

from tests.container import compose
from tests.postgres import SOCKET, Cluster

PORT = 5432
GIVEN = {"POSTGRES_PASSWORD": "letters4711"}
RULES = "local all postgres trust\nlocal all all scram-sha-256\n"


@asynccontextmanager
async def beside(cluster: Cluster) -> AsyncIterator[dict[str, str]]:
    """The server on loopback, with compose's account and database; gives the bot's settings."""
    found = {
        name: {key: compose.filled(text, GIVEN) for key, text in service["environment"].items()}
        for name, service in compose.services().items()
    }
    await asyncio.to_thread(_founded, cluster, found["postgres"])
    address = _folder(cluster) / SOCKET

    async def met(reader: StreamReader, writer: StreamWriter) -> None:
        inner = await asyncio.open_unix_connection(address)
        await asyncio.gather(_passed(reader, inner[1]), _passed(inner[0], writer))

    server = await asyncio.start_server(met, "127.0.0.1", PORT)
    try:
        yield found["bot"]
    finally:
        server.close()


def _founded(cluster: Cluster, wanted: dict[str, str]) -> None:
    """What PostgreSQL's own image makes of these settings, but with no more rights than needed."""
    user, base = (sql.Identifier(wanted[name]) for name in ("POSTGRES_USER", "POSTGRES_DB"))
    password = sql.Literal(wanted["POSTGRES_PASSWORD"])
    with connect(cluster.url(), autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(user, password))
        connection.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(base, user))
    (_folder(cluster) / "pg_hba.conf").write_text(RULES)
    cluster.restart()


def _folder(cluster: Cluster) -> Path:
    return Path(parse_qs(urlsplit(cluster.url()).query)["host"][0])


async def _passed(reader: StreamReader, writer: StreamWriter) -> None:
    with suppress(ConnectionError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    writer.close()
