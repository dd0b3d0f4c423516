"""No test here touches the keyring of whoever runs it."""

from collections.abc import Iterator

import keyring
import pytest
from keyring.backends import null


@pytest.fixture(autouse=True, scope="session")
def _no_keyring() -> Iterator[None]:
    before = keyring.get_keyring()
    keyring.set_keyring(null.Keyring())
    yield
    keyring.set_keyring(before)
