"""Telegram: what arrives there, and what is sent there, shown."""
