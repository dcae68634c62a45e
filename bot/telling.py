"""What some platforms can do beyond sending: tell when they are asked, and show front pages."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

from bot.pages import Page
from bot.platform import Address, Attachment, Origin


@dataclass(frozen=True, slots=True)
class Profile:
    """What a platform says of an account.

    A name, a language that we may speak, and the e-mail address for which the account's own
    workspace vouches.
    """

    name: str
    language: str
    email: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Written:
    """A message as it stands in its chat: whose words, and the thread that it is in."""

    text: str
    files: tuple[Attachment, ...]
    origin: Origin
    thread: str = ""


@runtime_checkable
class Telling(Protocol):
    """A platform that tells of people, messages and chats when it is asked.

    Raises what sends raise.
    """

    async def profile(self, workspace: str, user: str) -> Profile:
        """Who an account is."""

    async def written(self, address: Address, message: str) -> Written | None:
        """What a message says; None when it is not there, or not for us to read."""

    async def external(self, chat: str) -> bool:
        """Whether other companies read a chat, or are invited to."""


@runtime_checkable
class Fronted(Protocol):
    """A platform on which everybody has a front page. Raises what sends raise."""

    async def publish(self, user: str, address: Address, page: Page) -> None:
        """Show somebody's front page; its buttons act in their direct chat, `address`."""
