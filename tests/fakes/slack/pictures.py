"""Pictures within messages: Slack shows only those that it was given, and is done with."""

from __future__ import annotations

from tests.fakes.slack.values import Json, SlackRefusal
from tests.fakes.slack.workspace import Workspace


def check_pictures(workspace: Workspace, blocks: list[Json]) -> None:
    """A message shows only pictures that Slack has, by id, and is done with."""
    for block in blocks:
        shown = block.get("slack_file")
        if shown is None:
            continue
        stored = workspace.files.get(shown.get("id", "")) if isinstance(shown, dict) else None
        if stored is None or not stored.completed or stored.looks:
            raise SlackRefusal("invalid_blocks", "invalid slack file [json-pointer:/blocks]")
        if not stored.mimetype.startswith("image/"):
            raise SlackRefusal("invalid_blocks", "slack file is no image [json-pointer:/blocks]")
