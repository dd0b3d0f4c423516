"""Is a weekly review due, and for how many words? Reads a history without an engine; decides and keeps nothing."""

from collections.abc import Callable
from typing import Final

from hushkey.keyboard.history import History
from hushkey.keyboard.review import WEEK_S, learned_words, review_of
from hushkey.keyboard.settings import settings_from
from hushkey.model.text import fold

SETTINGS: Final = "settings"  # what a history keeps the settings under
REVIEWED: Final = "reviewed"  # and the mark of the last review


def words_due(history: History, in_base: Callable[[str], bool], now: float) -> int:
    """Count the words that a review which is due at `now` would ask for; 0 where none is due.

    The lines are read only where the last review is a week ago: about a second for 200,000 words.
    """
    mark = history.settings.get(REVIEWED)
    if mark and now - float(mark["at"]) < WEEK_S:
        return 0
    words = learned_words(
        history.entries(),
        in_base,
        settings_from(history.settings.get(SETTINGS, {})),
        vouched={fold(word) for word in history.vouched.words()},
        blocked={fold(word) for word in history.blocked.words()},
    )
    review = review_of(words, mark)
    return len(review.words) if review.due(now) else 0
