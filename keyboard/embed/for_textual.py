"""hushkey in Textual: a suggester for its Input. It learns nothing; whoever handles Input.Submitted does.

    Input(suggester=HushkeySuggester(surface))

Give none to an Input with `password=True`.
"""

from textual.suggester import Suggester

from hushkey.keyboard.embed.asynchronous import AsyncSession
from hushkey.keyboard.embed.surface import Surface


class HushkeySuggester(Suggester):
    """The value with the rest of the word, or the next words, behind it. A stale answer is never shown."""

    def __init__(self, surface: Surface) -> None:
        super().__init__(use_cache=False, case_sensitive=True)
        self._surface = surface
        self._session = AsyncSession(surface)

    async def get_suggestion(self, value: str) -> str | None:
        """Return the value as it is likely to go on; None where it is not, or where it has changed meanwhile."""
        ghost = await self._session.ask(lambda: self._surface.ghost(value))
        return value + ghost if ghost else None

    async def aclose(self) -> None:
        """End the thread that asks."""
        await self._session.aclose()
