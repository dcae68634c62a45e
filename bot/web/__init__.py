"""The web: the pages and the chat that need no other platform."""
