"""Find passwords: by the words and options before them, or by looking like nothing else. Pure."""

import re
from collections.abc import Iterator

_Span = tuple[int, int]

# After their name ---------------------------------------------------------------------------------

_QUOTED = r"\"[^\"\n]{1,200}\"|'[^'\n]{1,200}'|`[^`\n]{1,200}`"
_VALUE = rf"(?![\"'`]█)(?P<value>{_QUOTED}|[^\s█]++)"

# `password: x`, `db_password = "x"`, `"apiKey": "x"`, `export FOO_SECRET=x`
_ASSIGNED = re.compile(
    r"(?<![A-Za-z0-9])(?P<name>[A-Za-z0-9_.-]{1,64}+)[\"'`]?(?P<sign>\s{0,4}(?:=>|:=|[:=])\s{0,4})"
)
_ASSIGNED_VALUE = re.compile(_VALUE)
_LOOKED_INTO = 200  # characters: a longer value that is no secret is passed by as a whole
_ALWAYS = re.compile(r"(?i:(?:.*[_.-])?(?:pass(?:word|phrase|wd|code)|pwd|pw|passwort))")
_IN_CAPITALS = re.compile(
    r"(?:[A-Z0-9]+_)*(?:PASS|PASSWORD|PASSWD|PWD|SECRET|TOKEN|KEY|CREDENTIALS?|AUTH|PIN)"
)
_SOMETIMES = re.compile(
    r"(?i:(?:.*[_.-])?(?:secret|token|pass|(?:api|access|secret|private|auth|encryption|signing"
    r"|client|licen[cs]e|master|account|storage|deploy)[_-]?key|client[_-]?secret|credentials?))"
    r"|.*[a-z](?:Password|Secret|Token|ApiKey|SecretKey|AccessKey)"
)
_REFERENCE = re.compile(
    r"[$%<{*.(\[].*|.*\(.*|[a-z_]+(?:\.[a-z_]+)+[,;)]?|(?i:none|null|nil|true|false|undefined)\W*"
    r"|(?i:password|passphrase|token|secret)\W*",
    re.DOTALL,
)

# `my password is x`, `the pin was 4821`, `passphrase is x y z`
_TOLD = re.compile(
    r"(?i:\b(?P<name>pass(?:word|wd|code)|pwd|pw|passwort"
    r"|(?:pin|cvv2?|cvc2?|puk)(?: code| number)?)"
    r"(?P<of> (?:for|to|of|on)(?: [\w.'@-]{1,30}){1,4}?)?"
    r"(?P<link>\s{0,2}[:=]|\s{1,2}(?:(?:is|was)(?: now)?:?|to|now)|(?(of)(?!)))\s{1,3})" + _VALUE
)
_TOLD_PHRASE = re.compile(
    r"(?i:\b(?:passphrase|seed phrase|recovery phrase)(?: (?:for|to|of) (?:[\w.'-]{1,30} ){1,4}?)?"
    r"(?:\s{1,2}(?:is|was)\b|\s{0,2}[:=])\s{0,3})(?P<value>[^\s█,;][^\n█,;]{0,300})"
)
_PIN = re.compile(
    r"(?i:\b(?:pin|cvv2?|cvc2?|puk)\b\s{0,2}(?:code|number)?\s{0,2}[:=#]?\s{0,2})"
    r"(?P<value>\d{4,8}|(?<=[vVcC2] )\d{3}|(?<=[:=#])\d{3}|(?<=[:=#] )\d{3})(?!\w|[.,:]\d)"
)
_NUMBERS = ("pin", "cv", "puk")  # names of what has digits only
_NAMED = ("pass", "pw", "pin", "phrase", "cvv", "cvc", "puk")  # what the three above start from
_A_YEAR = re.compile(r"(?:19|20)\d\d")
_SAID_OF_ONE = """
a about above again all also always an and any are as asked at bad be because been being below but
by case changed checked compromised correct default different due easy either empty encrypted enough
exactly expired expiring for from given going gone good hard hashed here hidden how if in
incorrect insecure invalid it just kept known leaked less like locked long lost made mandatory
masked missing more much my near needed never no not now null of ok okay old on only optional or
our outdated over probably protected public really required reset right safe salted same saved
secret secure sent set shared short shown similar simple so still stored strong such supposed
than that the their there this to too typed under unique unknown up used useless valid very
visible weak what when where which who why with without written wrong yes your
"""
_STATES = frozenset(_SAID_OF_ONE.split())
_GOES_ON = """
after another around before behind can could do does during had has have he her him his i inside
into its lol may me might must my next onto or outside please she should since someone somewhere
thanks them they through until us was we were will would you
"""
_NO_PART = _STATES | frozenset(_GOES_ON.split())  # where the sentence goes on after a pass phrase
_FURTHER_WORDS = re.compile(r"(?: [^\W\d_][\w'’-]{0,30}[.,;:!?]{0,3}(?![^\s█])){1,7}")
_ENDINGS = ".,;:!?"
_SENTENCE_ENDS = re.compile(r"\s{0,4}(?:\Z|[\n\r.,;!?()–—-])")
_PHRASE = range(2, 7)  # words; the customary one has four to six
_LONG_PHRASE = 4  # words that hold together where the first could be said of a password

# `--password x`, `mysql -px`, `curl -u ann:x`
_OPTION = re.compile(
    r"(?<![\w-])--?(?:[a-z]{1,20}-){0,3}(?i:password|passwd|passphrase|pass|pwd|token|secret|api-?key"
    r"|secret-?key|access-?key|auth-?token)(?:=|\s{1,4})(?!-)" + _VALUE
)
_SHORT_OPTION = re.compile(
    r"\b(?:mysql\w{0,10}|mariadb\w{0,10}|7z|sshpass)\b(?:[^\n|;&█]{0,200}?\s)-p" + _VALUE
)
_SSHPASS = re.compile(rf"\bsshpass\s{{1,4}}-p\s{{1,4}}{_VALUE}")
_GLUED_OPTION = re.compile(r"(?<!\S)-p(?P<value>[^\s█:=/,]{6,64}+)(?!\S)")
_USER_OPTION = re.compile(
    r"(?<!\S)(?:-u|--user|--proxy-user)[= ]{1,4}[\"']?[^\s:\"'█]{1,64}:(?P<value>[^\s\"'█]++)"
)


def named_passwords(text: str) -> Iterator[_Span]:
    """Find what stands after `password:`, `pin is`, `--token`, `FOO_SECRET=` and their like."""
    yield from _in_assignments(text)
    yield from _in_sentences(text)
    yield from _in_options(text)


def _in_assignments(text: str) -> Iterator[_Span]:
    if ":" not in text and "=" not in text:
        return
    at = 0
    while match := _ASSIGNED.search(text, at):
        at = match.end()  # what is assigned may assign in its turn: `note: password=x`
        value = _ASSIGNED_VALUE.match(text, at) if _may_hold_secret(match["name"]) else None
        if value and _is_assigned_secret(match["name"], match["sign"].strip(), value["value"]):
            yield _unwrapped(value)
            at = value.end()
        elif value and len(value["value"]) > _LOOKED_INTO:
            at = value.end()


def _in_sentences(text: str) -> Iterator[_Span]:
    lowered = text.lower()
    if not any(name in lowered for name in _NAMED):
        return
    for match in _TOLD.finditer(text):
        start, end = _unwrapped(match)
        phrase = _end_of_phrase(text, match)
        if phrase or _is_told(match["name"], match["link"].strip(), match["value"]):
            yield start, phrase or end
    for pattern in (_TOLD_PHRASE, _PIN):
        yield from (match.span("value") for match in pattern.finditer(text))


def _in_options(text: str) -> Iterator[_Span]:
    if "-" not in text:
        return
    for pattern in (_OPTION, _SHORT_OPTION, _SSHPASS):
        for match in pattern.finditer(text):
            if not _REFERENCE.fullmatch(match["value"]):
                yield _unwrapped(match)
    for match in _GLUED_OPTION.finditer(text):
        if _looks_made_up(match["value"]):
            yield match.span("value")
    for match in _USER_OPTION.finditer(text):
        if not match["value"].isdigit():  # `-u 1000:1000` are a user's and a group's numbers
            yield match.span("value")


def _may_hold_secret(name: str) -> bool:
    return any(names.fullmatch(name) for names in (_ALWAYS, _IN_CAPITALS, _SOMETIMES))


def _is_assigned_secret(name: str, sign: str, value: str) -> bool:
    if _REFERENCE.fullmatch(value) or value.startswith(("=", "/")):
        return False  # a variable, a call, a comparison, a path
    if _ALWAYS.fullmatch(name) or (_IN_CAPITALS.fullmatch(name) and sign == "="):
        return True
    if not _SOMETIMES.fullmatch(name):
        return False
    # "The secret: practice" is prose; `secret: x9…` and `secret=practice` are not.
    return "=" in sign or value[0] in "\"'`" or not value.strip(".,;!?").isalpha()


def _is_told(name: str, link: str, value: str) -> bool:
    core = value.strip("\"'`.,;:!?()")
    if name.lower().startswith(_NUMBERS):
        return core.isdigit() and (bool(link) or len(core) > 3)
    if link in {":", "="}:
        return not _REFERENCE.fullmatch(value)
    if link in {"", "to", "now"}:  # "a password to enter", but "my password to s3sam3"
        return len(core) > 3 and any(map(str.isdigit, core)) and not _A_YEAR.fullmatch(core)
    return bool(core) and core.lower() not in _STATES and not core.lower().endswith("n't")


def _end_of_phrase(text: str, told: re.Match[str]) -> int:
    """Find where a phrase of words that starts with this value ends; 0 where there is none.

    `is purple monkey dishwasher, ok` is one, and so is `is correct horse battery staple`; neither
    is `is on the fridge` nor `is correct as of now`.
    """
    first, link = told["value"], told["link"].strip().lower()
    further = _FURTHER_WORDS.match(text, told.end())
    if not further or not first.isalpha() or told["name"].lower().startswith(_NUMBERS):
        return 0
    if not link.startswith(("is", "was", ":", "=")):
        return 0
    words, end, at = 1, told.end(), told.end()
    for word in further[0].split():
        core = word.rstrip(_ENDINGS)
        if words + 1 not in _PHRASE or word.endswith(":") or _is_no_part(core):
            break
        words, end, at = words + 1, at + 1 + len(core), at + 1 + len(word)
        if core != word:
            break
    if link in {":", "="} or _is_no_part(first):
        return end if words >= _LONG_PHRASE and _SENTENCE_ENDS.match(text, end) else 0
    return end if words in _PHRASE else 0


def _is_no_part(word: str) -> bool:
    return word.lower() in _NO_PART or word.lower().endswith("n't")


def _unwrapped(match: re.Match[str]) -> _Span:
    """Leave quotes, and the mark that ends a sentence, where they are."""
    start, end = match.span("value")
    value = match["value"]
    if value[0] in "\"'`" and value[-1] == value[0] and len(value) > 1:
        return start + 1, end - 1
    marks = ".,;)\"'`" if not value.rstrip("!?.,;").isdigit() else ".,;!?"
    trailing = len(value) - len(value.rstrip(marks))
    return start, end - (trailing if trailing < len(value) else 0)


# By themselves ------------------------------------------------------------------------------------

_TOKEN = re.compile(r"(?<!\S)[^\s█]{8,64}+(?!\S)")
_SEGMENT = re.compile(r"[0-9]+|[A-Z]?[a-z]+|[A-Z]+|[^A-Za-z0-9]+")
_SYMBOLS = frozenset("!@#$%^&*?")
_NOT_IN_PASSWORDS = frozenset("/\\()[]{}<>:;,\"'`|=+")  # paths, code, formulas, amounts
_DURATION = re.compile(r"(?:\d+[dhmswxk])+\d*")  # 2h30m15s
_VERSIONED = re.compile(r"[\w.-]+@v?\d[\w.-]*")  # react@18.2.0


def loose_passwords(text: str) -> Iterator[_Span]:
    """Find words that mix letters, digits and marks as no word, name or version does."""
    if not any(map(str.isdecimal, text)):
        return
    for match in _TOKEN.finditer(text):
        lead = len(match[0]) - len(match[0].lstrip("\"'(["))
        core = match[0].strip("\"'()[].,;:!?")
        start = match.start() + lead
        if _looks_made_up(core):
            yield start, start + len(core)


def _looks_made_up(word: str) -> bool:
    if len(word) < 8 or not word.isascii() or not _NOT_IN_PASSWORDS.isdisjoint(word):
        return False
    segments = _SEGMENT.findall(word)
    digits = sum(segment[0].isdigit() for segment in segments)
    letters = sum(segment[0].isalpha() for segment in segments)
    if not digits or not letters or _DURATION.fullmatch(word):
        return False
    a_segment = len(word) / len(segments)
    if not _SYMBOLS.isdisjoint(word[1:]):
        return _is_symbolic(word, len(segments)) and a_segment <= 3
    if not word.isalnum():
        return False
    if word in {word.lower(), word.upper()}:  # a1b2c3d4
        return digits >= 3 and a_segment <= 1.6
    return digits >= 2 and len(segments) >= 5 and a_segment <= 2  # S3cur3Pass


def _is_symbolic(word: str, segments: int) -> bool:
    """Tell Tr0ub4dor&3 from R&D-2024, #tag2024 and react@18.2.0."""
    if word[0] in "#@" or _VERSIONED.fullmatch(word) or word == word.upper():
        return False
    return segments >= (4 if word != word.lower() else 6)
