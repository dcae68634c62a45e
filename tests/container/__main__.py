"""`python -m tests.container`: from the Dockerfile to a logged visit and a clean stop."""

from __future__ import annotations

import asyncio
import shutil
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import urlsplit

from storage.connections import connect
from tests.container.image import BASE, Image, build, make_base, missing
from tests.container.postgres import beside
from tests.container.running import Container, started
from tests.fakes.slack import FakeSlack
from tests.house import address_of, prepared
from tests.players.slack import SlackPlayer
from tests.postgres import Cluster

PORT = 18080
LINE = "/visit 宁波精工 昨天 Q3涨价3%"
ANSWER = "已记录：拜访宁波精工"


def check(*, holds: bool, what: str) -> None:
    """One thing that must be so."""
    print(f"  {'ok  ' if holds else 'FAIL'} {what}", flush=True)
    if not holds:
        raise SystemExit(1)


def shape(image: Image) -> None:
    """What the image promises, before it runs."""
    check(holds=image.user == "10001:10001", what=f"its user is a number: {image.user}")
    check(holds=image.stop == "SIGTERM", what=f"it stops on {image.stop}")
    check(holds=image.health[0] == "CMD", what="it has a health check")
    print(f"  {image.size} MB", flush=True)


def guarded(container: Container) -> None:
    """What nobody may do inside."""
    check(holds=container.inside("id") == 0, what="a program runs inside")
    for path in ("/app/x", "/x", "/libraries/x"):
        check(holds=container.inside("touch", path) != 0, what=f"{path} can't be written")
    check(holds=container.inside("touch", "/data/x") == 0, what="/data can be written")
    for program in ("gcc", "pip", "make"):
        check(
            holds=container.inside("sh", "-c", f"command -v {program}") != 0, what=f"no {program}"
        )
    fonts = container.inside(
        "python", "-c", "from scheduler.fonts import chinese; assert chinese()"
    )
    check(holds=fonts == 0, what="a Chinese font is there")


async def visited(fake: FakeSlack) -> None:
    """A rep's signed line goes in; the answer comes to the fake Slack."""
    user = address_of("slack", "lina")[1]
    fake.add_user(user, "李娜", real_name="李娜")
    fake.http(f"http://127.0.0.1:{PORT}")

    async def settle() -> None:
        until = time.monotonic() + 20
        while not any(ANSWER in fake.plain(m) for m in fake.messages(fake.dm(user))):
            if time.monotonic() > until:
                raise SystemExit("no answer came")
            await asyncio.sleep(0.1)

    await SlackPlayer(fake, user, "李娜", settle).says(LINE)
    await settle()


def notes(url: str) -> str:
    """What was noted at the newest visit."""
    connection = connect(url)
    found = connection.execute("SELECT notes FROM visit ORDER BY id DESC LIMIT 1").fetchone()
    connection.close()
    return str(found)


async def lived(
    image: Image, data: Path, url: str, given: dict[str, str], names: tuple[str, ...] = ()
) -> None:
    """Start, become healthy, be used, be kept, be stopped; `url` is its database as we see it."""
    async with FakeSlack() as fake:
        settings = given | {
            "SLACK_BOT_TOKEN": fake.bot_token,
            "SLACK_SIGNING_SECRET": fake.signing_secret,
            "SLACK_API_URL": fake.api_url,
            "HOST": "127.0.0.1",
            "PORT": str(PORT),
        }
        with started(image, data, settings, names) as container:
            took = await asyncio.to_thread(container.until_healthy)
            check(holds=True, what=f"healthy after {took:.1f} s")
            await asyncio.to_thread(guarded, container)
            await visited(fake)
            noted = await asyncio.to_thread(notes, url)
            check(holds="Q3涨价3%" in noted, what="the visit is a row, and was answered")
            backup = ("python", "-m", "bot", "backup", "/data/headwater.zip")
            kept = await asyncio.to_thread(container.inside, *backup)
            check(holds=kept == 0, what="a backup is made inside")
            took, code = await asyncio.to_thread(container.stop)
            check(holds=took < 10, what=f"stopped in {took:.1f} s")
            check(holds=code == 0, what=f"its exit code is {code}")


def given_to(image: Image, data: Path) -> None:
    """The folder and what is in it belong to the container's user."""
    for path in (data, *data.iterdir()):
        shutil.chown(path, *map(int, image.user.split(":")))


def on_sqlite(image: Image) -> None:
    """As the image runs when it is told nothing of a database."""
    with tempfile.TemporaryDirectory() as name:
        url = f"sqlite:///{name}/headwater.db"
        prepared(url, "slack", "zh")
        given_to(image, Path(name))
        asyncio.run(lived(image, Path(name), url, {}))


def on_postgresql(image: Image) -> None:
    """With the settings of compose.yaml; but it listens, as every server here, on loopback."""
    with tempfile.TemporaryDirectory() as name, Cluster() as cluster:
        given_to(image, Path(name))
        asyncio.run(composed(image, Path(name), cluster))


async def composed(image: Image, data: Path, cluster: Cluster) -> None:
    """The bot finds its database by the name that compose gives it."""
    async with beside(cluster) as settings:
        host = urlsplit(settings["DATABASE_URL"]).hostname or ""
        url = settings["DATABASE_URL"].replace(f"@{host}/", "@127.0.0.1/")
        await asyncio.to_thread(prepared, url, "slack", "zh")
        await lived(image, data, url, settings, (host,))


def main() -> int:
    """Everything, step by step."""
    if lacking := missing():
        print("The container can't be built here. It needs", *lacking, sep="\n  ", file=sys.stderr)
        return 1
    print(f"Making {BASE} from Debian's packages, unless it is there", flush=True)
    make_base()
    print("Building the image", flush=True)
    image = build()
    shape(image)
    print("Running it", flush=True)
    on_sqlite(image)
    print("Running it with compose.yaml's settings and PostgreSQL beside it", flush=True)
    on_postgresql(image)
    return 0


if __name__ == "__main__":
    sys.exit(main())
