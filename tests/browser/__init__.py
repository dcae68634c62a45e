"""The local chat, in a browser."""
