"""Bytes as text that a header, a code or a file name may hold: base64url without padding (RFC 4648 §5), strictly."""

import base64
import binascii
import re

_TEXT = re.compile(r"[A-Za-z0-9_-]*", re.ASCII)


def to_text(data: bytes) -> str:
    """Return the one text form of these bytes."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def from_text(text: str) -> bytes | None:
    """Return the bytes whose `to_text` this is, None where there are none."""
    if not _TEXT.fullmatch(text):
        return None
    try:
        data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except binascii.Error:
        return None
    return data if to_text(data) == text else None  # unused bits are zero
