"""`python -m bot`: run the bot, look it over, keep it, migrate, take tables in and out."""

from __future__ import annotations

import asyncio
import gc
import json
import signal
from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from enum import StrEnum
from pathlib import Path
from socket import socket
from types import FrameType
from typing import TYPE_CHECKING, Annotated

import structlog
import typer
import uvicorn

from bot.logs import log_events
from bot.start import bound, greeting, in_a_sentence, spared, spoken, usable

if TYPE_CHECKING:
    from bot.settings import Settings
    from bot.spreadsheets import Desk
    from bot.wiring import Running

cli = typer.Typer(
    add_completion=False,
    no_args_is_help=False,
    pretty_exceptions_enable=False,
    help="Headwater 源头: a company's upstream customer policy, run from chat.",
)
GRACE = 8
Replace = typer.Option("--replace", help="Write over a file that is there.")


class Sheet(StrEnum):
    """The tables that are taken in and out."""

    CUSTOMERS = "customers"
    PEOPLE = "people"


@cli.callback(invoke_without_command=True)
def main(context: typer.Context) -> None:
    """Run the bot unless told otherwise."""
    if context.invoked_subcommand is None:
        run()


@cli.command()
def run() -> None:
    """Run the bot: every platform whose token is set, or the local chat."""
    with _collecting_nothing():
        from bot.wiring import assemble

        settings = usable()
        log_events(settings.log_format)
        listening, running = _ready(settings, assemble)
    _run(settings, listening, running)


@contextmanager
def _collecting_nothing() -> Iterator[None]:
    """What is read and built meanwhile stays for good: garbage is not looked for in it."""
    gc.disable()
    try:
        yield
        gc.freeze()
    finally:
        gc.enable()


def _ready(
    settings: Settings, put_together: Callable[[Settings], Running]
) -> tuple[socket, Running]:
    """The bot, and what it will listen at; the port is known then."""
    with in_a_sentence(), ExitStack() as opened:
        listening = opened.enter_context(bound(settings.host, settings.port))
        port = listening.getsockname()[1]
        running = put_together(settings.model_copy(update={"port": port}))
        opened.pop_all()
    return listening, running


def _run(settings: Settings, listening: socket, running: Running, more: str = "") -> None:
    port = listening.getsockname()[1]
    with suppress(OSError):  # a bot that can't be heard saying hello works all the same
        typer.echo("\n".join(greeting(settings.host, port, running.link, running.code, more)))
    with _ending_well():
        serve(running, listening)


@contextmanager
def _ending_well() -> Iterator[None]:
    """The server passes a signal on once it has stopped; being told to stop is no failure."""

    def stopped(number: int, _frame: FrameType | None) -> None:
        structlog.get_logger("headwater").info("stopped", signal=signal.Signals(number).name)

    before = signal.signal(signal.SIGTERM, stopped)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


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
    from commands.kit.words import T
    from storage.migrate import current, upgrade

    settings = usable()
    with in_a_sentence():
        done = upgrade(settings.database_url)
    at = str(current(settings.database_url))
    brought = T("The database was brought to revision {at}.", at=at)
    said = brought if done else T("The database is at revision {at} already.", at=at)
    typer.echo(spoken(said, settings.language))


@cli.command()
def manifest(
    name: Annotated[str, typer.Option(help="What the app is called.")] = "Headwater",
) -> None:
    """Print the app's manifest, written from the commands."""
    from bot.wiring import app_manifest

    settings = usable()
    typer.echo(json.dumps(app_manifest(settings, name), ensure_ascii=False, indent=2))


@cli.command("admin-code")
def admin_code(
    name: Annotated[str, typer.Option("--for", help="Who becomes administrator by it.")] = "",
) -> None:
    """Print a fresh code for an administrator who has no way in any more."""
    from bot.founding import admin_code as fresh_code

    settings = usable()
    with in_a_sentence():
        code = fresh_code(settings, name)
    typer.echo(f"Send the bot:   join {code}\n请给机器人发送：加入 {code}")


@cli.command()
def doctor(
    *, as_json: Annotated[bool, typer.Option("--json", help="For programs to read.")] = False
) -> None:
    """Look everything over; each line that is not ok says what to do."""
    from bot.consulting import consult

    said, failed = consult(for_programs=as_json)
    typer.echo(said)
    raise typer.Exit(int(failed))


@cli.command()
def backup(
    file: Annotated[Path, typer.Argument(help="Where to write it, such as headwater.zip.")],
    *,
    replace: Annotated[bool, Replace] = False,
) -> None:
    """Write everything into one file; the bot may go on working meanwhile."""
    from bot.keeping import keep, kept_words

    settings = usable()
    with in_a_sentence():
        spared(file, replace=replace)
        kept = keep(settings, file)
    typer.echo(spoken(kept_words(kept, file), settings.language))


@cli.command()
def restore(
    file: Annotated[Path, typer.Argument(help="What `backup` wrote, on either kind of database.")],
    *,
    replace: Annotated[bool, typer.Option(help="Put it over what is there.")] = False,
) -> None:
    """Put a backup in the database's place and bring it up to date; the bot must be stopped."""
    from bot.keeping import put_back, put_back_words

    settings = usable()
    with in_a_sentence():
        rows = put_back(settings, file, replace=replace)
    typer.echo(spoken(put_back_words(rows, file), settings.language))


@cli.command()
def rehearse(  # the ways to rehearse are few, and each is named
    days: Annotated[
        int | None, typer.Option(help="Play so many days by itself; none opens the chat.")
    ] = None,
    seed: Annotated[int, typer.Option(help="The same seed plays the same.")] = 1,
    complaints: Annotated[
        float | None, typer.Option(help="Complaints of one customer in a month.")
    ] = None,
    *,
    keep: Annotated[bool, typer.Option("--keep", help="Go on in the last rehearsal.")] = False,
    compare: Annotated[bool, typer.Option("--compare", help="With the play before.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="For programs to read.")] = False,
) -> None:
    """Play your own company before going live, on a copy that reaches nobody."""
    from bot import rehearsing

    settings = usable()
    log_events(settings.log_format)
    if days is None:
        listening, running = _ready(settings, lambda at: rehearsing.opened(at, keep=keep))
        _run(settings, listening, running, rehearsing.welcome(running))
        return
    with in_a_sentence():
        plan = rehearsing.planned(days, seed, complaints)
    typer.echo(rehearsing.begun(settings, plan), err=True)
    with in_a_sentence():
        outcome = asyncio.run(
            rehearsing.rehearsed(settings, plan, compare=compare, machine=as_json)
        )
    typer.echo(outcome.said)
    raise typer.Exit(int(not outcome.kept))


@cli.command("import")
def take_in(
    sheet: Annotated[Sheet, typer.Argument(help="What the file holds.")],
    file: Annotated[Path, typer.Argument(help="CSV or XLSX.")],
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Import it; otherwise only check.")] = False,
) -> None:
    """Check a table of customers or people, and import it with --yes."""
    _at_the_desk(usable(), lambda desk: desk.take_in(sheet.value, file, really=yes))


@cli.command("export")
def take_out(
    sheet: Annotated[Sheet, typer.Argument(help="What to write.")],
    file: Annotated[Path, typer.Argument(help="A name in .xlsx or .csv.")],
    *,
    replace: Annotated[bool, Replace] = False,
) -> None:
    """Write a table of customers or people into a file."""
    settings = usable()
    with in_a_sentence():
        spared(file, replace=replace)
    _at_the_desk(settings, lambda desk: desk.take_out(sheet.value, file))


@cli.command("undo")
def take_back(
    number: Annotated[int, typer.Argument(help="The number that `import` gave.")],
) -> None:
    """Undo an import, within the same time as in chat."""
    _at_the_desk(usable(), lambda desk: desk.take_back(number))


def _at_the_desk(settings: Settings, work: Callable[[Desk], Awaitable[bool]]) -> None:
    from bot.spreadsheets import desk_at

    log_events(settings.log_format)

    async def run_it() -> bool:
        async with desk_at(settings, typer.echo) as desk:
            return await work(desk)

    with in_a_sentence():
        went_well = asyncio.run(run_it())
    if not went_well:
        raise SystemExit(1)


if __name__ == "__main__":
    cli()
