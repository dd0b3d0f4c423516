"""Turn a prediction and the letters typed into the best words, written as they belong here. Pure."""

from collections.abc import Callable, Collection, Iterator

import numpy as np
import numpy.typing as npt

from hushkey.keyboard.casing import cased
from hushkey.keyboard.prediction import Prediction
from hushkey.keyboard.types import Suggestion
from hushkey.keyboard.wordbook import Wordbook
from hushkey.model.text import fold

_SPARE = 8  # candidates looked at beyond those asked for and left out: some are refused


def rank(  # noqa: PLR0913  everything that decides on the words of one key
    prediction: Prediction,
    prefix: str,
    k: int,
    *,
    book: Wordbook,
    opens_sentence: bool,
    admits: Callable[[int], bool],
    is_new: Callable[[int], bool] = lambda _: False,
    leave_out: Collection[str] = (),
) -> list[Suggestion]:
    """Return at most k suggestions for a word begun with `prefix` ("" before its first letter), likeliest first.

    A word equal to what was typed is no completion of it; neither is one whose folded text is in `leave_out`.
    """
    begun = fold(prefix)
    low, high = book.lexicon.with_prefix(begun) if begun else (0, len(book))
    own = book.own_with_prefix(begun) if begun else []
    numbers = (
        np.concatenate([np.arange(low, high), np.array(own, dtype=np.int64)])
        if own
        else slice(low, high)
    )
    found: list[Suggestion] = []
    for number in _likeliest(prediction, numbers, k + _SPARE + len(leave_out)):
        word = book.word(number)
        if word == begun or word in leave_out or not admits(number):
            continue
        text = cased(book.usual_form(number), prefix, opens_sentence=opens_sentence)
        found.append(
            Suggestion(
                text=text,
                kind="completion" if prefix else "prediction",
                score=float(prediction.chances[number]),
                experts=prediction.experts(number),
                replaces=len(prefix),
                new=is_new(number),
            )
        )
        if len(found) == k:
            break
    return found


def _likeliest(
    prediction: Prediction, numbers: npt.NDArray[np.int64] | slice, most: int
) -> Iterator[int]:
    """Yield the numbers of possible words, likeliest first; `most` are sorted, more only if they are asked for."""
    told: set[int] = set()
    while True:
        best = prediction.best(numbers, most)
        yield from (number for number in best if number not in told)
        if len(best) < most:
            return
        told.update(best)
        most *= 8
