"""The passphrase of an unattended run, from its environment. It is never stored, nor put there."""

import os
from collections.abc import Mapping

from hushkey.keyboard.errors import BadPassphraseSource
from hushkey.keyboard.keys import Passphrase

VARIABLE = "HUSHKEY_PASSPHRASE"
DESCRIPTOR_VARIABLE = "HUSHKEY_PASSPHRASE_FD"
_LONGEST = 4096  # bytes; what a pipe surely holds


def passphrase_from(environ: Mapping[str, str]) -> Passphrase | None:
    """Read `HUSHKEY_PASSPHRASE`, else one line of the descriptor `HUSHKEY_PASSPHRASE_FD` names.

    None where neither is set: then somebody can be asked. The descriptor is read to its end of line
    and closed, so it serves one call. Raises BadPassphraseSource.
    """
    if text := environ.get(VARIABLE):
        return Passphrase(text)
    if number := environ.get(DESCRIPTOR_VARIABLE):
        return Passphrase(_line_of(number))
    return None


def _line_of(number: str) -> str:
    if not number.isdecimal():
        raise BadPassphraseSource(f"{DESCRIPTOR_VARIABLE} is not a number; nothing was opened")
    try:
        with os.fdopen(int(number), "rb") as file:
            line = file.readline(_LONGEST + 1).rstrip(b"\r\n")
    except OSError as error:
        raise BadPassphraseSource(
            f"{DESCRIPTOR_VARIABLE}: descriptor {number} cannot be read ({error.strerror}); nothing "
            "was opened; pass one that is open for reading, as in 3<file"
        ) from None
    if not line or len(line) > _LONGEST:
        raise BadPassphraseSource(
            f"{DESCRIPTOR_VARIABLE}: no passphrase of 1 to {_LONGEST} bytes there; nothing was opened"
        )
    return line.decode("utf-8", "surrogateescape")
