"""Tell pass phrases of several words from sentences about a password. Pure."""

import re

_SAID_OF_ONE = """
a about above again all already also always an and any are as asked at bad be because been being below between blank but
by case changed checked compromised correct default different due easy either empty encrypted enough
exactly expired expiring fine for from given going gone good hard hashed here hidden how if in
incorrect insecure invalid it just kept known leaked less like locked long longer lost made mandatory
masked missing more much my near needed never no none not now null of ok okay old on only optional or
our outdated over probably protected public really rejected required reset right safe salted same saved
secret secure sent set shared short shorter shown similar simple so still stored strong such supposed
than that the their there this to too typed under unique unknown up used useless valid very
visible weak what when where which who why with without written wrong yes your
accepted active chosen displayed found held given read taken alphanumeric available awesome awful
best better boring broken common complicated
confidential cool crazy
current everything first forgotten funny generated great hers important inactive lame last mine next
nice nothing nowhere numeric
obvious optional ours permanent plain private random readable ready ridiculous somewhere stale stupid
temporary terrible theirs
tricky unavailable unsafe weird whatever working worse worst yours
"""
STATES = frozenset(_SAID_OF_ONE.split())
_GOES_ON = """
after another around before behind can could do does during had has have he her him his i inside
into its lol may me might must next onto or outside please she should since someone somewhere
thanks them they through until us was we were will would you ok thx pls login user username call see
"""
_NO_PART = STATES | frozenset(_GOES_ON.split())  # where the sentence goes on after a pass phrase
_FURTHER_WORDS = re.compile(r"(?: [^\W\d_][\w'’-]{0,30}[.,;:!?]{0,3}(?![^\s█])){1,7}")
_ENDINGS = ".,;:!?"
_SENTENCE_ENDS = re.compile(r"\s{0,4}(?:\Z|[\n\r.,;!?()–—-])")
_PHRASE = range(2, 7)  # words; the customary one has four to six
_LONG_PHRASE = 4  # words that hold together where the first could be said of a password


_DONE_TO_IT = re.compile(r"[a-z]{3,}(?:[^e]ed|able|ible)")  # rejected, readable


def is_said_of_one(word: str) -> bool:
    """Whether a word tells what a password is like, rather than what it is."""
    lowered = word.lower()
    return bool(lowered in STATES or lowered.endswith("n't") or _DONE_TO_IT.fullmatch(word))


def is_no_part(word: str) -> bool:
    """Whether a word belongs to the sentence about a password and not to the password."""
    return word.lower() in _NO_PART or word.lower().endswith("n't")


def end_of_phrase(text: str, value: re.Match[str], link: str) -> int:
    """Find where a phrase of words that starts with this value ends; 0 where there is none.

    `link` is `sign` behind a colon and `is` behind a verb. `is purple monkey dishwasher, ok` is one, and so
    is `is correct horse battery staple`; neither is `is on the fridge` nor `is correct as of now`.
    """
    first = value["value"]
    further = _FURTHER_WORDS.match(text, value.end())
    if not further or not first.isalpha():
        return 0
    words, end, at = 1, value.end(), value.end()
    for word in further[0].split():
        core = word.rstrip(_ENDINGS)
        if words + 1 not in _PHRASE or word.endswith(":") or is_no_part(core):
            break
        words, end, at = words + 1, at + 1 + len(core), at + 1 + len(word)
        if core != word:
            break
    if is_no_part(first) or is_said_of_one(first):
        return end if words >= _LONG_PHRASE and _SENTENCE_ENDS.match(text, end) else 0
    if link == "sign" and words == 2 and not _SENTENCE_ENDS.match(text, end):
        return 0
    return end if words in _PHRASE else 0
