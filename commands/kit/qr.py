"""Draws an address as a QR code, to be scanned from a screen or from paper."""

from __future__ import annotations

from io import BytesIO

import segno

MEDIA = "image/png"
# Dots to a square: a phone reads it from a screen across a table.
SCALE = 8


def drawn(address: str) -> bytes:
    """The picture, as PNG, with the quiet margin that scanners need."""
    out = BytesIO()
    segno.make(address, error="m", micro=False).save(out, kind="png", scale=SCALE, border=4)
    return out.getvalue()
