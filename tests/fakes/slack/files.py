"""The Web API's file methods: the three steps of an upload, and what is known of a file."""

from __future__ import annotations

import mimetypes

from tests.fakes.slack.chat import check_thread, required, writable
from tests.fakes.slack.values import BOT_USER, Channel, Json, Message, SlackRefusal, StoredFile
from tests.fakes.slack.workspace import Workspace

LONGEST_ALT_TEXT = 1000


def mimetype_of(name: str) -> str:
    return mimetypes.guess_type(name)[0] or "application/octet-stream"


def new_file(workspace: Workspace, name: str, user: str, size: int) -> StoredFile:
    file_id = workspace.fresh("F")
    url = f"{workspace.base_url}/files-pri/{file_id}/{name.replace('/', '_')}"
    stored = StoredFile(file_id, name, user, size, mimetype=mimetype_of(name), url=url)
    workspace.files[file_id] = stored
    return stored


def get_upload_url(workspace: Workspace, arguments: Json) -> Json:
    name, length = required(arguments, "filename"), arguments.get("length")
    if not isinstance(length, int) or length <= 0:
        raise SlackRefusal("invalid_arguments", "length must be more than 0 [json-pointer:/length]")
    if len(arguments.get("alt_txt") or "") > LONGEST_ALT_TEXT:
        raise SlackRefusal("alt_txt_too_large")
    stored = new_file(workspace, name, BOT_USER, length)
    stored.alt_txt = arguments.get("alt_txt")
    return {"upload_url": f"{workspace.base_url}/upload/v1/{stored.id}", "file_id": stored.id}


def by_id(workspace: Workspace, channel_id: str) -> Channel:
    """Here, unlike in chat.postMessage, a person's id or a channel's name is no address."""
    return writable(workspace, workspace.channel(channel_id).id)


def complete_upload(workspace: Workspace, arguments: Json) -> Json:
    """Shares what was uploaded, if a channel (by id) is named; a file can be completed once."""
    given = arguments.get("files")
    if not isinstance(given, list) or not given:
        raise SlackRefusal(
            "invalid_arguments", "missing required field: files [json-pointer:/files]"
        )
    stored = [workspace.file(item["id"]) for item in given]
    if any(file.content is None or file.completed for file in stored):
        raise SlackRefusal("file_not_found", "not uploaded, or completed before")
    channels = arguments.get("channels") or arguments.get("channel_id") or ""
    places = [by_id(workspace, channel_id) for channel_id in channels.split(",") if channel_id]
    for place in places:
        check_thread(workspace, place, arguments.get("thread_ts"))
    for file, item in zip(stored, given, strict=True):
        file.completed, file.title = True, item.get("title") or file.name
        file.looks = workspace.looks
    for place in places:
        share(workspace, stored, place.id, arguments)
    return {"files": [file.as_json() for file in stored]}


def share(workspace: Workspace, stored: list[StoredFile], channel: str, arguments: Json) -> None:
    for file in stored:
        file.channels.append(channel)
    workspace.keep(
        Message(
            channel=channel,
            ts=workspace.next_ts(),
            user=BOT_USER,
            text=arguments.get("initial_comment") or "",
            thread_ts=arguments.get("thread_ts"),
            files=[file.as_json() for file in stored],
        )
    )


def file_info(workspace: Workspace, arguments: Json) -> Json:
    stored = workspace.file(required(arguments, "file", "file_not_found"))
    told = stored.as_json()
    stored.looks = max(0, stored.looks - 1)
    return {"file": told}
