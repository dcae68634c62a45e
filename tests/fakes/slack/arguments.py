"""How the Web API reads its arguments: query, form and JSON, each value decoded."""

from __future__ import annotations

import json
from collections.abc import Iterable

from aiohttp import web

from tests.fakes.slack.values import Json, SlackRefusal

JSON_ARGUMENTS = frozenset({"blocks", "view", "metadata", "attachments"})
WHOLE_ARGUMENTS = frozenset({"limit", "length"})
FLAG_ARGUMENTS = frozenset(
    {
        "exclude_archived",
        "include_all_metadata",
        "include_locale",
        "include_num_members",
        "inclusive",
        "link_names",
        "mrkdwn",
        "prevent_creation",
        "reply_broadcast",
        "return_im",
        "unfurl_links",
        "unfurl_media",
    }
)
# Slack's reading methods ignore a JSON body.
FORM_ONLY = frozenset(
    {
        "chat.getPermalink",
        "conversations.history",
        "conversations.info",
        "conversations.list",
        "conversations.members",
        "conversations.replies",
        "files.getUploadURLExternal",
        "files.info",
        "users.info",
        "users.lookupByEmail",
    }
)


def decoded(method: str, key: str, value: object) -> object:
    if not isinstance(value, str):
        return value
    is_json = key in JSON_ARGUMENTS or (key == "files" and method.startswith("files."))
    if is_json:
        try:
            return json.loads(value)
        except json.JSONDecodeError:
            error = "invalid_blocks_format" if key == "blocks" else "invalid_arguments"
            raise SlackRefusal(error, f"not JSON [json-pointer:/{key}]") from None
    if key in WHOLE_ARGUMENTS and value.isdecimal():
        return int(value)
    if key in FLAG_ARGUMENTS:
        return value.lower() in ("1", "true")
    return value


async def pairs(request: web.Request, method: str) -> Iterable[tuple[str, object]]:
    if request.content_type != "application/json":
        posted = await request.post()
        return [*request.query.items(), *posted.items()]
    body = await request.text()
    if method in FORM_ONLY:
        return request.query.items()
    try:
        given = json.loads(body or "{}")
    except json.JSONDecodeError:
        raise SlackRefusal("invalid_json") from None
    if not isinstance(given, dict):
        raise SlackRefusal("json_not_object")
    return [*request.query.items(), *given.items()]


async def read_arguments(request: web.Request, method: str) -> Json:
    return {key: decoded(method, key, value) for key, value in await pairs(request, method)}


def read_token(request: web.Request, arguments: Json) -> str:
    """The token from the header or the arguments, taken out of these."""
    inside = str(arguments.pop("token", ""))
    scheme, _, bearer = request.headers.get("Authorization", "").partition(" ")
    return bearer if scheme == "Bearer" else inside
