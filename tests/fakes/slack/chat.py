"""The Web API's chat, reactions and reply-address methods."""

from __future__ import annotations

from tests.fakes.slack.limits import MOST_TEXT_UPDATED, check_message, check_metadata
from tests.fakes.slack.pictures import check_pictures
from tests.fakes.slack.values import (
    BOT_USER,
    TEAM_DOMAIN,
    Channel,
    Json,
    Message,
    SlackRefusal,
)
from tests.fakes.slack.workspace import ResponseUrl, Workspace


def required(arguments: Json, key: str, error: str = "invalid_arguments") -> str:
    value = arguments.get(key)
    if not value or not isinstance(value, str):
        raise SlackRefusal(error, f"missing required field: {key} [json-pointer:/{key}]")
    return value


def writable(workspace: Workspace, channel_id: str) -> Channel:
    """The channel the bot may post to; a person's id means their direct conversation."""
    if channel_id in workspace.users and channel_id != BOT_USER:
        return workspace.im(channel_id)
    channel = workspace.channel(channel_id)
    if channel.is_archived:
        raise SlackRefusal("is_archived")
    if BOT_USER not in channel.members:
        raise SlackRefusal("not_in_channel")
    return channel


def check_thread(workspace: Workspace, channel: Channel, thread_ts: str | None) -> None:
    if thread_ts is None:
        return
    if not isinstance(thread_ts, str):
        raise SlackRefusal("invalid_arguments", "must be a string [json-pointer:/thread_ts]")
    try:
        parent = workspace.message(channel.id, thread_ts)
    except SlackRefusal:
        raise SlackRefusal("thread_not_found") from None
    if parent.thread_ts not in (None, parent.ts):
        raise SlackRefusal("cannot_reply_to_message", "thread_ts is a reply's, not the parent's")


def check_unfurls(workspace: Workspace, arguments: Json) -> None:
    """Stricter than Slack: an installed app lets nobody look into links that people relay."""
    wanted = [n for n in ("unfurl_links", "unfurl_media") if arguments.get(n) is not False]
    if wanted and workspace.manifest is not None:
        workspace.complaints.append(f"chat.postMessage: {' and '.join(wanted)} must be off")


def said(workspace: Workspace, channel: Channel, arguments: Json) -> Message:
    """The bot's message these arguments make, not yet kept."""
    thread_ts = arguments.get("thread_ts")
    check_thread(workspace, channel, thread_ts)
    return Message(
        channel=channel.id,
        ts=workspace.next_ts(),
        user=BOT_USER,
        text=arguments["text"],
        blocks=arguments.get("blocks") or [],
        thread_ts=thread_ts,
        metadata=workspace.known_metadata(arguments.get("metadata")),
        attachments=arguments.get("attachments") or [],
        broadcast=bool(arguments.get("reply_broadcast")),
    )


def post_message(workspace: Workspace, arguments: Json) -> Json:
    channel = writable(workspace, required(arguments, "channel", "channel_not_found"))
    check_message(arguments)
    check_pictures(workspace, arguments.get("blocks") or [])
    check_unfurls(workspace, arguments)
    message = workspace.keep(said(workspace, channel, arguments))
    if message.thread_ts is not None:
        parent = workspace.message(channel.id, message.thread_ts)
        parent.thread_ts = parent.ts
    return {"channel": channel.id, "ts": message.ts, "message": message.as_json()}


def post_ephemeral(workspace: Workspace, arguments: Json) -> Json:
    channel = writable(workspace, required(arguments, "channel", "channel_not_found"))
    reader = required(arguments, "user")
    check_message(arguments)
    check_pictures(workspace, arguments.get("blocks") or [])
    if reader not in channel.members:
        raise SlackRefusal("user_not_in_channel")
    message = said(workspace, channel, arguments)
    message.ephemeral_to = reader
    return {"message_ts": workspace.keep(message).ts}


def own_message(workspace: Workspace, arguments: Json, error: str) -> Message:
    """The bot's own message, by channel and ts. Ephemeral ones are not found, as at Slack."""
    channel = workspace.channel(required(arguments, "channel", "channel_not_found"))
    message = workspace.message(channel.id, required(arguments, "ts", "message_not_found"))
    if not message.by_bot:
        raise SlackRefusal(error)
    return message


def update(workspace: Workspace, arguments: Json) -> Json:
    """Text alone removes the blocks, as at Slack."""
    message = own_message(workspace, arguments, "cant_update_message")
    check_message(arguments, most_text=MOST_TEXT_UPDATED)
    check_pictures(workspace, arguments.get("blocks") or [])
    workspace.revise(message, arguments["text"], arguments.get("blocks") or [], BOT_USER)
    if "metadata" in arguments:
        check_metadata(arguments["metadata"])
        message.metadata = workspace.known_metadata(arguments["metadata"])
    sent = message.as_json()
    return {"channel": message.channel, "ts": message.ts, "text": message.text, "message": sent}


def delete(workspace: Workspace, arguments: Json) -> Json:
    message = own_message(workspace, arguments, "cant_delete_message")
    message.deleted = True
    return {"channel": message.channel, "ts": message.ts}


def permalink(message: Message) -> str:
    digits = message.ts.replace(".", "")
    link = f"https://{TEAM_DOMAIN}.slack.com/archives/{message.channel}/p{digits}"
    if message.thread_ts not in (None, message.ts):
        link += f"?thread_ts={message.thread_ts}&cid={message.channel}"
    return link


def get_permalink(workspace: Workspace, arguments: Json) -> Json:
    channel = workspace.channel(required(arguments, "channel", "channel_not_found"))
    message = workspace.message(channel.id, required(arguments, "message_ts"))
    return {"channel": channel.id, "permalink": permalink(message)}


def add_reaction(workspace: Workspace, arguments: Json) -> Json:
    channel = workspace.channel(required(arguments, "channel", "channel_not_found"))
    name = required(arguments, "name", "no_reaction")
    message = workspace.message(channel.id, required(arguments, "timestamp", "bad_timestamp"))
    users = message.reactions.setdefault(name, [])
    if BOT_USER in users:
        raise SlackRefusal("already_reacted")
    users.append(BOT_USER)
    return {}


def respond(workspace: Workspace, reply: ResponseUrl, body: Json) -> None:
    """A post to a response_url: a message (ephemeral unless in_channel) or the original changed."""
    original = reply.original
    if body.get("delete_original"):
        if original is not None:
            original.deleted = True
        return
    check_message(body)
    check_pictures(workspace, body.get("blocks") or [])
    if body.get("replace_original") and original is not None:
        workspace.revise(original, body["text"], body.get("blocks") or [], BOT_USER)
        return
    message = said(workspace, workspace.channel(reply.channel), body)
    if body.get("response_type", "ephemeral") == "ephemeral":
        message.ephemeral_to = reply.user
    workspace.keep(message)
