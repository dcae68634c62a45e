"""The local chat, on a stage."""
