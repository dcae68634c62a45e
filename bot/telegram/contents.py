"""What a message holds besides words: whose words they are, a place, a phone number."""

from __future__ import annotations

from telegram import (
    Chat,
    Message,
    MessageOrigin,
    MessageOriginChannel,
    MessageOriginChat,
    MessageOriginHiddenUser,
    MessageOriginUser,
)

from bot.platform import Origin, PhoneCard, Spot
from bot.telegram.checked import degrees, moment, number, words


def origin(message: Message) -> Origin | None:
    """Who wrote a forwarded message, and when; Telegram tells no account of those who hide it."""
    found = message.forward_origin
    if found is None:
        return None
    author, user = _author(found)
    return Origin(author, moment(found.date), user)


def _author(found: MessageOrigin) -> tuple[str, str]:
    match found:
        case MessageOriginUser(sender_user=user):
            return words(user.full_name), "" if user.is_bot else number(user.id)
        case MessageOriginHiddenUser(sender_user_name=name):
            return words(name), ""
        case MessageOriginChat(sender_chat=chat, author_signature=signed):
            return _signed(chat, signed), ""
        case MessageOriginChannel(chat=chat, author_signature=signed):
            return _signed(chat, signed), ""
        case _:  # a kind that Telegram has added since: the words count all the same
            return "", ""


def _signed(chat: Chat, signed: str | None) -> str:
    return " · ".join(part for part in (words(signed), words(chat.effective_name)) if part)


def spot(message: Message) -> Spot | None:
    """A place; a venue has a name too."""
    if message.location is None:
        return None
    where = message.location
    venue = message.venue
    title = " · ".join(filter(None, (words(venue.title), words(venue.address)))) if venue else ""
    return Spot(degrees(where.latitude), degrees(where.longitude), title)


def phone(message: Message) -> PhoneCard | None:
    """A contact; it is the sender's own if Telegram says so and they wrote it themselves."""
    card, sender = message.contact, message.from_user
    if card is None or sender is None:
        return None
    name = " ".join(filter(None, (words(card.first_name), words(card.last_name))))
    own = card.user_id == sender.id and message.forward_origin is None
    return PhoneCard(name, words(card.phone_number), own)
