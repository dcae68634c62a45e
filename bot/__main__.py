"""`python -m bot`: run the bot, print a manifest, migrate."""

from __future__ import annotations

import json
import logging
import sys
from contextlib import ExitStack
from socket import socket
from types import FrameType
from typing import TYPE_CHECKING, Annotated

import structlog
import typer
import uvicorn

from bot.start import bound, greeting, in_a_sentence, usable

if TYPE_CHECKING:
    from bot.wiring import Running

cli = typer.Typer(
    add_completion=False,
    no_args_is_help=False,
    pretty_exceptions_enable=False,
    help="Headwater 源头: a company's upstream customer policy, run from chat.",
)
GRACE = 8


@cli.callback(invoke_without_command=True)
def main(context: typer.Context) -> None:
    """Run the bot unless told otherwise."""
    if context.invoked_subcommand is None:
        run()


@cli.command()
def run() -> None:
    """Run the bot: every platform whose token is set, or the local chat."""
    from bot.wiring import assemble

    settings = usable()
    log_plainly()
    with in_a_sentence(), ExitStack() as opened:
        listening = opened.enter_context(bound(settings.host, settings.port))
        running = assemble(settings)
        opened.pop_all()
    port = listening.getsockname()[1]
    typer.echo("\n".join(greeting(settings.host, port, running.link, running.code)))
    serve(running, listening)


def serve(running: Running, listening: socket) -> None:
    """Serve until told to stop; open streams are ended at once, so that stopping takes no time."""
    config = uvicorn.Config(
        running.app,
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=GRACE,
    )

    class Server(uvicorn.Server):
        def handle_exit(self, sig: int, frame: FrameType | None) -> None:
            running.hush()
            super().handle_exit(sig, frame)

    Server(config).run([listening])


@cli.command()
def migrate() -> None:
    """Bring the database up to this version's schema."""
    from storage.migrate import current, upgrade

    url = usable().database_url
    with in_a_sentence():
        done = upgrade(url)
    typer.echo(f"{'migrated to' if done else 'already at'} {current(url)}")


@cli.command()
def manifest(
    name: Annotated[str, typer.Option(help="What the app is called.")] = "Headwater",
) -> None:
    """Print the app's manifest, written from the commands."""
    from bot.wiring import app_manifest

    settings = usable()
    typer.echo(json.dumps(app_manifest(settings, name), ensure_ascii=False, indent=2))


def log_plainly() -> None:
    """Events with fields on standard error; tracebacks without variables: they may be personal."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            structlog.processors.ExceptionRenderer(),
            structlog.processors.LogfmtRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


if __name__ == "__main__":
    cli()
