"""Examines what only Slack needs: tokens, scopes, the signing secret, and the clock."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

from slack_sdk.errors import SlackApiError

from bot.finding import Finding, broken, clock, dated, fine
from bot.slack.api import FAILURES, Credentials, connect, reason
from bot.slack.manifest import SCOPES
from commands.kit.reasons import of_platform
from commands.kit.words import T

REFUSED = frozenset(
    {"invalid_auth", "not_authed", "account_inactive", "token_revoked", "token_expired"}
)
REINSTALL = T(
    "Open the app at api.slack.com/apps, paste what `python -m bot manifest` prints as its "
    "manifest, and install it to the workspace again."
)


async def examine(
    credentials: Credentials, url: str, public_url: str, now: datetime
) -> list[Finding]:
    """Ask Slack who we are, and look at what it answers."""
    found = await _bot_token(credentials, url, now)
    if credentials.app_token:
        return [*found, await _app_token(credentials, url)]
    return [*found, *_over_http(credentials, public_url)]


async def _bot_token(credentials: Credentials, url: str, now: datetime) -> list[Finding]:
    client = connect(credentials.bot_token, url)
    try:
        answer = await client.auth_test()
    except FAILURES as error:
        return [_refused(T("Slack token"), "SLACK_BOT_TOKEN", "xoxb-", error)]
    team = fine(T("Slack token"), T("known to the workspace {team}", team=str(answer.get("team"))))
    headers = {str(k).lower(): str(v) for k, v in answer.headers.items()}
    there = dated(headers.get("date"))
    return [team, _scopes(headers), clock(T("Slack clock"), there, now)]


def _scopes(headers: Mapping[str, str]) -> Finding:
    given = {scope.strip() for scope in headers.get("x-oauth-scopes", "").split(",")}
    missing = sorted(set(SCOPES) - given)
    if not missing:
        return fine(T("Slack scopes"), T("everything the manifest asks for is granted"))
    said = T("these scopes are missing: {scopes}", scopes=", ".join(missing))
    return broken(T("Slack scopes"), said, REINSTALL)


async def _app_token(credentials: Credentials, url: str) -> Finding:
    client = connect(credentials.app_token, url)
    try:
        await client.apps_connections_open(app_token=credentials.app_token)
    except FAILURES as error:
        return _refused(T("Slack socket"), "SLACK_APP_TOKEN", "xapp-", error)
    return fine(T("Slack socket"), T("Socket Mode can be opened"))


def _refused(check: T, setting: str, begins: str, error: Exception) -> Finding:
    why = reason(error)
    if isinstance(error, SlackApiError) and why in REFUSED:
        return broken(
            check,
            T("Slack refuses the token in {setting} (“{why}”)", setting=setting, why=why),
            T(
                "Copy it again from api.slack.com/apps (it begins with {begins}), and install the "
                "app to the workspace if it is not.",
                begins=begins,
            ),
        )
    return broken(
        check,
        T("Slack could not be asked: {why}", why=of_platform(why)),
        T("Let this machine reach slack.com over https, or correct SLACK_API_URL."),
    )


def _over_http(credentials: Credentials, public_url: str) -> Iterator[Finding]:
    if credentials.signing_secret:
        yield fine(T("Slack signature"), T("the signing secret is set"))
    else:
        yield broken(
            T("Slack signature"),
            T("neither SLACK_APP_TOKEN nor SLACK_SIGNING_SECRET is set: nothing can be heard"),
            T("Set SLACK_APP_TOKEN for Socket Mode, or SLACK_SIGNING_SECRET for HTTP."),
        )
    if public_url:
        yield fine(T("Slack address"), T("Slack posts to {url}", url=f"{public_url}/slack/events"))
    else:
        yield broken(
            T("Slack address"),
            T("PUBLIC_URL is not set, so Slack has no address to post to"),
            T("Set PUBLIC_URL to the bot's https address, or SLACK_APP_TOKEN for Socket Mode."),
        )
