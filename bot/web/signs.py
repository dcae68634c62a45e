"""Draws the sign that a card's title begins with: not every font has it."""

from __future__ import annotations

from markupsafe import Markup

_PATHS = {
    "done": Markup('<circle cx="12" cy="12" r="9"/><path d="M8 12.5l2.7 2.7L16 9.5"/>'),
    "time": Markup(
        '<circle cx="12" cy="13" r="8"/><path d="M12 8.5V13l3 2M4.5 4.5L7 2.5M19.5 4.5L17 2.5"/>'
    ),
    "late": Markup('<circle cx="12" cy="12" r="9"/><path d="M12 7v6M12 16.5v.01"/>'),
    "alarm": Markup('<path d="M12 3.5L21.5 20h-19zM12 10v4.5M12 17.2v.01"/>'),
    "decide": Markup(
        '<path d="M12 2.8L21.2 12 12 21.2 2.8 12z"/><path d="M12 8.5v4M12 15.5v.01"/>'
    ),
    "case": Markup(
        '<rect x="5" y="4.5" width="14" height="16" rx="2.5"/>'
        '<path d="M9 3h6v3H9zM8.5 11h7M8.5 15h5"/>'
    ),
    "post": Markup('<path d="M3.5 13l3-8h11l3 8v6h-17zM3.5 13.5h5l1.5 2.5h4l1.5-2.5h5"/>'),
    "bell": Markup('<path d="M6 17V11a6 6 0 0 1 12 0v6l1.5 1.5h-15zM10 21h4"/>'),
    "work": Markup(
        '<path d="M14.5 6.5a4 4 0 0 1 5-1.5l-2.5 2.5 1.5 1.5L21 6.5a4 4 0 0 1-5.3 4.8L8'
        ' 19a2.1 2.1 0 0 1-3-3l7.7-7.7a4 4 0 0 1 1.8-1.8z"/>'
    ),
    "talk": Markup('<path d="M4 5.5h16v11h-9L6.5 20v-3.5H4z"/>'),
    "back": Markup('<path d="M9 6.5L4.5 11 9 15.5M5 11h9.5a5 5 0 0 1 0 10H11"/>'),
    "photo": Markup(
        '<rect x="3.5" y="6" width="17" height="13" rx="2.5"/>'
        '<circle cx="12" cy="12.5" r="3.5"/>'
        '<path d="M9 6l1-2h4l1 2"/>'
    ),
    "day": Markup(
        '<rect x="4" y="5.5" width="16" height="15" rx="2.5"/><path d="M4 10h16M8 3.5v4M16 3.5v4"/>'
    ),
    "compass": Markup('<circle cx="12" cy="12" r="9"/><path d="M15.5 8.5l-2 5-5 2 2-5z"/>'),
    "pin": Markup(
        '<path d="M12 21s-6.5-6-6.5-11a6.5 6.5 0 0 1 13 0c0 5-6.5 11-6.5 11z"/>'
        '<circle cx="12" cy="10" r="2.3"/>'
    ),
    "gift": Markup(
        '<rect x="4.5" y="11" width="15" height="9.5" rx="1.5"/>'
        '<path d="M3.5 7.5h17V11h-17zM12 7.5v13'
        'M12 7.5C9 7.5 7.5 6 8 4.5S11.5 4.5 12 7.5c.5-3 3-4.5 4-3s-1 3-4 3"/>'
    ),
    "stop": Markup('<circle cx="12" cy="12" r="9"/><rect x="9" y="9" width="6" height="6"/>'),
    "mail": Markup('<rect x="3.5" y="5.5" width="17" height="13" rx="2"/><path d="M4 7l8 6 8-6"/>'),
}
_SIGNS = {
    "✅": "done", "✔": "done", "☑": "done", "⏰": "time", "🔴": "late", "⚠": "alarm",
    "🚨": "alarm", "🔷": "decide", "📋": "case", "📨": "post", "📥": "post", "🔔": "bell",
    "🔧": "work", "🛠": "work", "💬": "talk", "↩": "back", "📷": "photo", "🗓": "day", "📅": "day",
    "🧭": "compass", "📍": "pin", "🎁": "gift", "⏹": "stop", "✉": "mail",
}  # fmt: skip
_VARIANT = "\ufe0f"  # asks for the coloured form of the character before it


def title(text: str) -> Markup:
    """The title, its leading sign drawn."""
    name = _SIGNS.get(text[:1])
    if name is None:
        return Markup("{}").format(text)
    drawn = Markup(
        '<svg class="sign sign-{0}" viewBox="0 0 24 24" width="20" height="20" role="img" '
        'aria-label="{1}">{2}</svg>'
    ).format(name, text[0], _PATHS[name])
    return Markup("{}{}").format(drawn, text[1:].removeprefix(_VARIANT).lstrip())
