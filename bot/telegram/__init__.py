"""Telegram: what arrives there, how a card is drawn there, how a letter is sent there."""
