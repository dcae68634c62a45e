"""People in tests: they speak, press, answer and see, on whichever platform they are."""

from __future__ import annotations

from typing import Protocol


class Player(Protocol):
    """Somebody at a phone.

    Every verb returns once the bot has acknowledged; `house.settle()` lets it finish speaking.
    `where` names a bound place by its title; by default things happen in the direct chat.
    """

    name: str
    platform: str
    user: str

    async def says(self, text: str, *, where: str = "", reply_to: str = "", times: int = 1) -> None:
        """Type a message; one beginning with "/" is a command.

        `reply_to`: answer the newest message containing this text, in its thread where the
        platform has threads. `times`: the platform delivers it so many times.
        """

    async def presses(self, label: str, *, on: str = "", where: str = "", times: int = 1) -> None:
        """Press the newest button with this label (a leading part is enough).

        The message must contain `on`. Fails when no such button is in sight.
        """

    async def answers(self, **fields: str) -> None:
        """Answer what is asked: fill the open form and submit it, or reply question by question.

        Keys are the command's field names. A choice is given by its visible label, a pick by what
        one would type; an answer that is not on offer fails the test.
        """

    async def closes(self) -> None:
        """Close what asks, without answering: the form, or the question by its Cancel."""

    async def picks(self, label: str) -> None:
        """Choose what is offered: a button, or an option of the form's search."""

    async def sends_photo(
        self, text: str = "", *, where: str = "", reply_to: str = "", name: str = "photo.png"
    ) -> None:
        """Send a small picture."""

    async def sends_file(
        self, name: str, content: bytes, text: str = "", *, where: str = "", reply_to: str = ""
    ) -> None:
        """Send any file."""

    async def starts(self, code: str = "") -> None:
        """Open the bot, perhaps by a link with a code."""

    def sees(self, *texts: str, where: str = "") -> bool:
        """Whether one message in sight, or an answer to this person alone, contains all of these.

        The newest thirty are in sight.
        """

    def reads(self, where: str = "") -> str:
        """Everything in sight, oldest first, as a person reads it; the open form last."""

    def links(self) -> list[str]:
        """The addresses that can be opened in the direct chat, the newest last."""

    def handed(self) -> list[tuple[str, bytes]]:
        """The files that came along in the direct chat, by name, the newest last."""

    def buttons(self, on: str = "", where: str = "") -> list[str]:
        """The labels on the newest message containing `on`."""

    def count(self, text: str, where: str = "") -> int:
        """How many messages in sight contain this text."""
