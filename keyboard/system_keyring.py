"""The operating system's keyring, where there is one that encrypts. Knows no key, only text."""

from typing import Protocol

from hushkey.keyboard.errors import KeyUnavailable

SERVICE = "hushkey"
# Those that keep secrets in the clear, drop them, or are not there at all.
_REFUSED = ("keyring.backends.fail", "keyring.backends.null", "keyrings.alt.file")


class Keyring(Protocol):
    """Somewhere that keeps a text under a name for this user alone. Each raises KeyUnavailable."""

    def get(self, account: str) -> str | None:
        """Give what is kept, or None."""

    def put(self, account: str, text: str) -> None:
        """Keep a text."""

    def remove(self, account: str) -> None:
        """Drop what is kept; nothing there is fine."""


def system_keyring() -> Keyring | None:
    """Find the keyring of this system; None on most servers."""
    try:
        import keyring  # noqa: PLC0415  50 ms, and asks the session bus: only when used

        backend = keyring.get_keyring()
        parts = getattr(backend, "backends", (backend,))  # a chain is as open as its weakest part
    except Exception:  # noqa: BLE001  a backend may fail in any way; then there is none
        return None
    refused = any(type(part).__module__.startswith(_REFUSED) for part in parts)
    return None if refused or not parts else _SystemKeyring()


def no_keyring() -> Keyring | None:
    """Stand in for `system_keyring` where the owner wants the key in a file."""
    return None


class _SystemKeyring:
    def get(self, account: str) -> str | None:
        import keyring  # noqa: PLC0415

        try:
            return keyring.get_password(SERVICE, account)
        except Exception as error:  # noqa: BLE001  backends raise what their system does
            raise _away(error) from None

    def put(self, account: str, text: str) -> None:
        import keyring  # noqa: PLC0415

        try:
            keyring.set_password(SERVICE, account, text)
        except Exception as error:  # noqa: BLE001
            raise _away(error) from None

    def remove(self, account: str) -> None:
        import keyring  # noqa: PLC0415
        import keyring.errors  # noqa: PLC0415

        try:
            keyring.delete_password(SERVICE, account)
        except keyring.errors.PasswordDeleteError:
            return  # there was none
        except Exception as error:  # noqa: BLE001
            raise _away(error) from None


def _away(error: Exception) -> KeyUnavailable:
    return KeyUnavailable(
        f"the keyring does not answer ({type(error).__name__}); nothing was changed; unlock it and "
        "try again, or run 'hushkey recovery import' with the recovery code"
    )
