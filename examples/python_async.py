"""Suggest without blocking an event loop; an answer that a newer question made stale is never returned."""

import asyncio

from hushkey import SuggestionEngine
from hushkey.keyboard.embed import AsyncSession


async def main() -> None:
    """Ask twice at once, then take the answer that counts."""
    engine = (
        SuggestionEngine()
    )  # in memory; AsyncSession(Surface(profile, "chat")) keeps and learns
    async with AsyncSession(engine.session("chat")) as session:
        older, newer = await asyncio.gather(
            session.suggest("See you to"), session.suggest("See you tom")
        )
        print("the older question:", older)
        if newer is not None:
            print("the newer question:", [word.text for word in newer])
            print("accepted:", await session.accept(newer[0]))
        await session.commit("See you tomorrow")
        print("words learned:", engine.words_learned)


asyncio.run(main())
