"""The slow twins of the search for corrections: one word at a time, straight from the definitions."""

from functools import cache
from math import exp, inf

from hushkey.keyboard.correction.channel import (
    APOSTROPHE,
    COSTS,
    letters_too_many,
    wrong_letter,
)


def missing(word: str, place: int) -> float:
    """The cost of leaving out the letter at a place."""
    cost = COSTS.left_out
    if place and word[place] == word[place - 1]:
        cost = COSTS.left_out_of_two
    if word[place] == APOSTROPHE:
        cost = COSTS.left_out_apostrophe
    return cost + (COSTS.at_the_start if place == 0 else 0.0)


def distance(typed: str, word: str, *, finished: bool, beyond: int) -> float:
    """The cheapest slips between what was typed and a word, or its best beginning."""
    extra = letters_too_many(typed)

    @cache
    def least(done: int, meant: int) -> float:
        ways = [0.0] if done == meant == 0 else []
        if meant:
            ways.append(least(done, meant - 1) + missing(word, meant - 1))
        if done:
            ways.append(least(done - 1, meant) + extra[done - 1])
        if done and meant:
            wrong = float(wrong_letter(typed[done - 1])[ord(word[meant - 1])])
            if done == meant == 1 and wrong:
                wrong += COSTS.at_the_start
            ways.append(least(done - 1, meant - 1) + wrong)
        if done > 1 and meant > 1:
            last, before = typed[done - 1], typed[done - 2]
            if last != before and (last, before) == (word[meant - 2], word[meant - 1]):
                ways.append(least(done - 2, meant - 2) + COSTS.swapped)
        return min(ways)

    longest = len(typed) + beyond
    if finished:
        return least(len(typed), len(word)) if len(word) <= longest else inf
    return min(least(len(typed), length) for length in range(min(len(word), longest) + 1))


def merits(
    typed: str, words: list[str], chances: list[float], *, finished: bool, beyond: int
) -> dict[int, tuple[float, float]]:
    """(merit, cost) of every word, by number."""
    costs = [distance(typed, word, finished=finished, beyond=beyond) for word in words]
    return {n: (chances[n] * exp(-cost), cost) for n, cost in enumerate(costs)}
