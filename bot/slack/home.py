"""The Home tab: somebody's front page as a view, whose buttons act in their direct chat."""

from __future__ import annotations

import json
from typing import Any

from bot.pages import Page
from bot.slack import draw

Json = Any

CALLBACK = "home"
BLOCKS = 100
TAB = "home"


def view(page: Page, chat: str) -> Json:
    """A front page as the Home tab. It keeps the direct chat, which a press does not tell."""
    return {
        "type": TAB,
        "callback_id": CALLBACK,
        "private_metadata": json.dumps({"chat": chat}),
        "blocks": draw.blocks(page, BLOCKS),
    }


def chat_of(shown: Json) -> Json:
    """The direct chat that a Home tab keeps; None for any other view."""
    if shown.get("type") != TAB or shown.get("callback_id") != CALLBACK:
        return None
    return json.loads(shown["private_metadata"])["chat"]
