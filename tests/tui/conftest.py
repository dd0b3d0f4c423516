"""No test here touches the keyring of whoever runs it."""

import gc
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


@pytest.fixture(autouse=True, scope="module")
def _no_garbage() -> Iterator[None]:
    """A file's apps go before the next file's come: whole collections are seldom here (tests/conftest.py)."""
    yield
    gc.collect()
