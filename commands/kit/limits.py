"""The tightest limit of any platform for what is declared, so that a label fits everywhere."""

LABEL = 25  # a button: cut by phones near 30, a modal's buttons at 24
MODAL_TITLE = 24
QUESTION = 150
DESCRIPTION = 250
COMMAND_NAME = 30
MENU = 50
TAP_BYTES = 64
SEAL_BYTES = 9
TITLE = 150
WORDS = 3000
NAME = 100
OPTIONS = 100
OPTION = 75
PHOTOS = 10


def shortened(text: str, most: int) -> str:
    """At most so many characters, with an ellipsis where something was cut."""
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"
