"""Copies as files of their owner alone: written whole or not at all, read by what stands at their beginning."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final

from hushkey.keyboard.keys import Passphrase
from hushkey.keyboard.portability import encrypted_format, open_format
from hushkey.keyboard.portability.contents import Contents, CopyRefused, contents_of
from hushkey.keyboard.private_files import write_private

if TYPE_CHECKING:
    from hushkey.keyboard.profile import Profile

_HEAD: Final = 4096  # bytes
_LARGEST: Final = 1 << 29  # bytes; eight times the largest history that is kept unless asked


def write_open(profile: "Profile", path: Path) -> Contents:
    """Write a copy that anybody can read who has the file; it is the owner's alone (0600).

    Raises FileExistsError where there is a file, FileRefused.
    """
    contents = contents_of(profile)
    _note(profile, path, contents)
    write_private(path, text_of(contents).encode(), replace=False)
    return contents


def write_encrypted(profile: "Profile", path: Path, passphrase: Passphrase) -> Contents:
    """Write a copy that only the passphrase opens. Raises FileExistsError, FileRefused."""
    contents = contents_of(profile)
    sealed = encrypted_format.encrypt(text_of(contents).encode(), passphrase)
    _note(profile, path, contents)
    write_private(path, sealed, replace=False)
    return contents


def read_copy(path: Path, passphrase: Callable[[], Passphrase]) -> Contents | None:
    """Read a copy of either format; None where the file is neither. `passphrase` is asked for where it is needed.

    Raises CopyRefused, WrongPassphrase.
    """
    try:
        with path.open("rb") as file:
            start = file.read(_HEAD)
            if encrypted_format.is_encrypted(start):
                sealed = start + file.read(_LARGEST)
                plain = encrypted_format.decrypt(sealed, passphrase())
            elif open_format.is_header(start.partition(b"\n")[0].decode("utf-8-sig", "replace")):
                plain = start + file.read(_LARGEST)
            else:
                return None
    except OSError as error:
        raise CopyRefused(
            f"{path.name}: cannot be read ({error.strerror}); nothing was taken"
        ) from None
    try:
        text = plain.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = ""
    if not text:  # told out here: in there the error would carry the other one, and that the bytes
        raise CopyRefused(f"{path.name}: is not UTF-8; nothing was taken; export it again")
    return open_format.from_lines(text.split("\n"))


def text_of(contents: Contents) -> str:
    """Return a copy in the open format, whole."""
    return "".join(line + "\n" for line in open_format.to_lines(contents))


def _note(profile: "Profile", path: Path, contents: Contents) -> None:
    """Note where a copy is about to go: forgetting cannot reach it, but it can name it."""
    lines = sum(line.count for line in contents.lines)
    end = profile.history.cursor().id
    profile.history.exports.add(str(path.absolute()), lines=lines, last_entry=end)
