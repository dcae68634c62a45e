"""Which addresses are Slack's, what is kept out of sight, and how an error reads."""

from __future__ import annotations

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError

from bot.slack.api import OFFICIAL, Credentials, connect, reason, trusted
from tests.fakes.slack import FakeSlack
from tests.fakes.slack_props import web_client


@pytest.mark.parametrize(
    "address",
    ["https://files.slack.com/a", "https://hooks.slack.com/actions/1", "https://slack.com/a"],
)
def test_slacks_own_hosts_are_trusted(address: str) -> None:
    assert trusted(address, OFFICIAL)


@pytest.mark.parametrize(
    "address",
    [
        "http://files.slack.com/a",
        "https://files.slack.com:8443/a",
        "https://evilslack.com/a",
        "https://slack.com.evil.example/a",
        "https://user@evil.example/slack.com",
        "http://127.0.0.1:8000/a",
        "",
        "//slack.com",
    ],
)
def test_others_are_not(address: str) -> None:
    assert not trusted(address, OFFICIAL)


def test_another_server_is_trusted_where_we_speak_to_it() -> None:
    assert trusted("http://127.0.0.1:8000/files/a", "http://127.0.0.1:8000/api/")
    assert not trusted("http://127.0.0.1:8001/files/a", "http://127.0.0.1:8000/api/")


def test_a_client_tries_once() -> None:
    client = connect("xoxb", "http://127.0.0.1:9/api")
    assert client.retry_handlers == []
    assert client.base_url == "http://127.0.0.1:9/api/"


def test_secrets_are_not_printed() -> None:
    shown = repr(Credentials("xoxb-secret", "xapp-secret", "signing-secret"))
    assert "secret" not in shown.replace("signing_secret", "")


async def test_an_error_reads_without_what_it_held() -> None:
    async with FakeSlack() as slack:
        client = web_client(slack)
        said = []
        for fault in ("ok_false:invalid_auth", "500", "truncated"):
            slack.fail_next("auth.test", fault)
            with pytest.raises(SlackApiError) as caught:
                await client.auth_test()
            said.append(reason(caught.value))
    assert said == ["invalid_auth", "status 500", "an answer that cannot be read"]
    assert reason(aiohttp.ServerDisconnectedError()) == "ServerDisconnectedError"
