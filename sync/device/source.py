"""Where a device's lines come from: its own history, read while it trains and looks for words, and kept nowhere."""

from dataclasses import dataclass, field, replace
from functools import cache
from typing import Protocol

from hushkey.keyboard.engine import SuggestionEngine
from hushkey.keyboard.history import History
from hushkey.model.adapter import Adapter
from hushkey.model.base import Base, load_base
from hushkey.sync.device.training import newest


class Source(Protocol):
    """A history and the base that it is learned on."""

    @property
    def base(self) -> Base:
        """The base."""

    @property
    def zero(self) -> Adapter:
        """The adapter of the base that changes nothing: it knows the base's shape."""

    @property
    def forgettings(self) -> int:
        """How often anything was forgotten."""

    def lines(self) -> list[str]:
        """Return the newest lines, oldest first."""


@dataclass(frozen=True, slots=True)
class HistorySource:
    """The owner's history, with the engine that serves its base; without one, the shipped base."""

    history: History = field(repr=False)
    engine: SuggestionEngine | None = field(default=None, repr=False)

    @property
    def base(self) -> Base:
        """The base."""
        return load_base() if self.engine is None else self.engine.base

    @property
    def zero(self) -> Adapter:
        """The adapter of the base that changes nothing; its shape has the base's public directions."""
        if self.engine is None:
            return _shipped_zero()
        return _knowing(self.engine.zero_adapter(), self.engine.base)

    @property
    def forgettings(self) -> int:
        """How often anything was forgotten, by this process or another."""
        return self.history.forgettings

    def lines(self) -> list[str]:
        """Return the newest lines, oldest first."""
        end = self.history.cursor().id
        return newest(line for lines in self.history.texts(until=end) for line in lines)


@cache
def _shipped_zero() -> Adapter:
    base = load_base()
    return _knowing(base.runtime().zero_adapter(), base)


def _knowing(zero: Adapter, base: Base) -> Adapter:
    return replace(zero, shape=replace(zero.shape, directions=base.directions))
