"""compose.yaml fits the image, the settings and itself; `make container` runs what it describes."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import pytest

from bot.__main__ import GRACE
from bot.settings import Settings
from tests.container import compose
from tests.container.image import ROOT

BOT, POSTGRES = compose.services()["bot"], compose.services()["postgres"]
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
GIVEN = {"POSTGRES_PASSWORD": "letters4711"}
# Of the Compose specification's names, those that a service of ours may use.
KNOWN = {
    *("build", "cap_drop", "depends_on", "env_file", "environment", "healthcheck", "image"),
    *("ports", "read_only", "restart", "security_opt", "stop_grace_period", "tmpfs", "volumes"),
}


def settings_of_the_bot() -> dict[str, str]:
    return {name: compose.filled(text, GIVEN) for name, text in BOT["environment"].items()}


@pytest.mark.parametrize("service", [BOT, POSTGRES])
def test_every_name_is_one_that_compose_knows(service: dict[str, object]) -> None:
    assert service.keys() <= KNOWN
    assert compose.whole().keys() == {"services", "volumes"}


def test_every_setting_is_one_of_ours_and_can_be_used(monkeypatch: pytest.MonkeyPatch) -> None:
    given = settings_of_the_bot()
    assert {name.lower() for name in given} <= Settings.model_fields.keys()
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    assert Settings().database_url == given["DATABASE_URL"]


def test_the_database_is_the_one_beside_it() -> None:
    url = urlsplit(settings_of_the_bot()["DATABASE_URL"])
    its = {name: compose.filled(text, GIVEN) for name, text in POSTGRES["environment"].items()}
    assert url.hostname in compose.services()
    assert url.username == its["POSTGRES_USER"]
    assert url.password == its["POSTGRES_PASSWORD"]
    assert url.path == f"/{its['POSTGRES_DB']}"
    assert f"--username={url.username}" in POSTGRES["healthcheck"]["test"]
    assert f"--dbname={its['POSTGRES_DB']}" in POSTGRES["healthcheck"]["test"]
    assert BOT["depends_on"] == {"postgres": {"condition": "service_healthy"}}


def test_without_a_password_it_says_what_to_set() -> None:
    with pytest.raises(KeyError, match="POSTGRES_PASSWORD"):
        compose.filled(BOT["environment"]["DATABASE_URL"], {})


def test_it_is_reached_from_this_machine_alone() -> None:
    (port,) = BOT["ports"]
    assert compose.filled(port, {}) == f"127.0.0.1:8080:{BOT['environment']['PORT']}"
    assert compose.filled(port, {"PORT": "99"}).startswith("127.0.0.1:99:")


def test_what_is_written_goes_where_it_is_kept() -> None:
    assert BOT["read_only"] is True
    assert BOT["tmpfs"] == ["/tmp"]  # noqa: S108 -- in the container
    kept = [mount.partition(":") for service in (BOT, POSTGRES) for mount in service["volumes"]]
    assert {name for name, _, _ in kept} == compose.whole()["volumes"].keys()
    assert f"VOLUME {kept[0][2]}\n" in DOCKERFILE


def test_it_may_do_little_and_has_time_to_stop() -> None:
    assert BOT["cap_drop"] == ["ALL"]
    assert BOT["security_opt"] == ["no-new-privileges:true"]
    assert int(BOT["stop_grace_period"].removesuffix("s")) > GRACE


def test_the_image_takes_everything_that_the_bot_is_made_of() -> None:
    rooms = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"tests"}
    let_in = (ROOT / ".dockerignore").read_text(encoding="utf-8")
    assert set(re.findall(r"^!(\w+)$", let_in, re.MULTILINE)) >= rooms
