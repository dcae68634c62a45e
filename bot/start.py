"""Says what keeps the bot from starting: one sentence, in the company's language."""

from __future__ import annotations

import errno
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from bot import locale
from bot.secrecy import without_passwords
from bot.settings import Settings, Tongue, Unusable, nearby
from bot.words import CHINESE, Reader
from commands.kit.errors import Misdeclared
from commands.kit.reasons import of_machine, quoted
from commands.kit.words import T, Words
from storage.database import Gone
from storage.migrate import Newer
from storage.vault import Unkept


class Refusal(RuntimeError):
    """The bot can't start like this; the sentence says what to do."""

    def __init__(self, words: T) -> None:
        super().__init__(words.text.format(**dict(words.values)))
        self.words = words


def spoken(words: Words, language: str = "") -> str:
    """A sentence in the language that the settings name, as far as they can be read."""
    reader = Reader(language or tongue(), ZoneInfo("UTC"), datetime.now(UTC), locale.load())
    return reader.say(words)


def tongue() -> str:
    """The language of the settings, even when another of them can't be used."""
    try:
        return Tongue().language
    except (ValidationError, OSError, UnicodeError):
        return "en" if os.environ.get("LANGUAGE") == "en" else CHINESE


def usable() -> Settings:
    """The settings; ends the program with every reason why they can't be used."""
    try:
        return Settings()
    except ValidationError as error:
        found = [spoken(why_unusable(one)) for one in error.errors()]
        heading = spoken(T("these settings can't be used"))
        raise SystemExit(
            "\n".join([f"headwater: {heading}", *(f"  {f}" for f in found)])
        ) from error
    except UnicodeError as error:
        raise stop(T("The file .env is not UTF-8 text. Save it as UTF-8.")) from error
    except OSError as error:
        why = T("The file .env can't be read: {reason}", reason=of_machine(error))
        raise stop(why) from error


def why_unusable(error: object) -> T:
    """Our own sentence, which names the setting; else the library's, behind the setting's name."""
    assert isinstance(error, dict)
    own = error.get("ctx", {}).get("error")
    if isinstance(own, Unusable):
        return own.words
    name = ".".join(map(str, error["loc"])).upper()
    return T("{name} can't be used; {why}", name=name, why=quoted(str(error["msg"])))


def stop(words: Words) -> SystemExit:
    """The end of the program, with its reason."""
    return SystemExit(without_passwords(f"headwater: {spoken(words)}"))


@contextmanager
def in_a_sentence() -> Iterator[None]:
    """Say what an administrator can mend, without a traceback."""
    try:
        yield
    except Refusal as refusal:
        raise stop(refusal.words) from refusal
    except Unkept as unkept:
        raise stop(files_unkept(unkept)) from unkept
    except Gone as gone:
        raise stop(unanswered(gone)) from gone
    except OSError as error:
        why = T("{file}: {reason}", file=str(error.filename), reason=of_machine(error))
        raise stop(why) from error
    except Newer as newer:
        raise stop(
            T(
                "The database is at revision {at}, newer than this Headwater: update it, or put "
                "back an older backup.",
                at=newer.at,
            )
        ) from newer
    except Misdeclared as slip:
        raise stop(T("The policy file can't be used; {why}", why=quoted(str(slip)))) from slip
    except RuntimeError as error:
        raise stop(T("This could not be done; {why}", why=quoted(str(error)))) from error


def unanswered(gone: Gone) -> T:
    """The database can't be worked with; its own words follow ours."""
    return T("the database does not answer; {reason}", reason=quoted(str(gone)))


def spared(path: Path, *, replace: bool) -> None:
    """Refuse to write over what is there, unless that was said. Raises `Refusal`."""
    if path.is_dir():
        raise Refusal(T("{file} is a folder. Name a file to write.", file=str(path)))
    if not path.absolute().parent.is_dir():
        raise Refusal(T("There is no folder {file}. Make it first.", file=str(path.parent)))
    if path.exists() and not replace:
        raise Refusal(
            T(
                "{file} is there already. Choose another name, or add {option} to write over it.",
                file=str(path),
                option="--replace",
            )
        )


def files_unkept(unkept: Unkept) -> T:
    """The folder of files can't be used, and why."""
    return T(
        "Files can't be kept in {folder} (FILES_URL): {why}.",
        folder=str(unkept.folder),
        why=of_machine(unkept.cause),
    )


# --- where it listens -----------------------------------------------------------------------------

ANYWHERE = {"", "0.0.0.0", "::"}  # noqa: S104 -- recognised here, not chosen


def bound(host: str, port: int) -> socket.socket:
    """A socket that listens; raises `Refusal`, naming the setting that is wrong."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except OSError as error:
        raise Refusal(_why(host, port, error)) from error


def _why(host: str, port: int, error: OSError) -> T:
    if (error.errno or 0) < 0 or error.errno == errno.EADDRNOTAVAIL:  # below 0: not a known name
        return T("HOST {host} is no address of this machine. Try 127.0.0.1.", host=host)
    if error.errno == errno.EADDRINUSE:
        return T(
            "PORT {port} is taken by another program: stop it, or set another PORT.", port=port
        )
    if error.errno in {errno.EACCES, errno.EPERM}:
        return T("PORT {port} may not be opened by this user. Set one above 1023.", port=port)
    return T("HOST {host} can't be listened on: {reason}", host=host, reason=of_machine(error))


# --- what is printed once it listens --------------------------------------------------------------


def greeting(host: str, port: int, link: str, code: str, more: str = "") -> Iterator[str]:
    """How to begin, in both languages: who reads this is not known yet.

    `more` is said of the local chat where it is not the sample company's.
    """
    if link:
        yield from ("", "  源头 Headwater", "")
        yield f"  打开本地聊天 / Open the local chat:  {nearby(host, port)}{link}"
        yield from _reach(host, port)
        if more:
            yield f"  {more}"
        else:
            yield "  In English, on an empty database:"
            yield "      LANGUAGE=en DATABASE_URL=sqlite:///english.db make run"
        yield ""
    if code:
        yield f"\n  First administrator: send the bot   join {code}"
        yield f"  首位管理员请给机器人发送：加入 {code}\n"


def _reach(host: str, port: int) -> Iterator[str]:
    if host in ANYWHERE:
        yield f"  HOST={host}：演练页面只回应本机的 127.0.0.1。在容器里运行时，请把端口发布到本机"
        yield f"  （docker run -p 127.0.0.1:{port}:{port}），若换了端口，请在链接里改成那个端口。"
        yield f"  HOST={host}: the rehearsal answers this machine's 127.0.0.1 alone. In a container"
        yield f"  publish the port to it (docker run -p 127.0.0.1:{port}:{port}); published as"
        yield "  another port, put that one into the link."
        yield ""
