"""Find passwords that a sentence tells: `my password is x`, `the pin was 4821`, `x is the wifi password`. Pure."""

import re
from collections.abc import Iterator

from hushkey.keyboard.redaction_phrases import STATES, end_of_phrase, is_said_of_one
from hushkey.keyboard.redaction_spared import YEAR, Span
from hushkey.keyboard.redaction_values import NO_VALUES, VALUE, is_reference, unwrapped

_WORDS = (
    r"pas{1,2}w{1,2}o?r?[dfst]?s?|pass(?:code|key)?|pas{1,2}owrd|p[sa]?s{1,2}w(?:or)?d|pwd|pw|p/w|psw"
    r"|passwort|kennwort|mot de passe|mdp|contrase[ñn]a|clave|senha|palavra-passe|wachtwoord|has[łl]o|heslo|jelsz[óo]"
    r"|[şs]ifre|parola(?: d'ordine)?|l[öo]senord(?:et)?|passord(?:et)?|adgangskode|salasana|пароль|密码"
    r"|密碼|パスワード|비밀번호"
)
_NETWORK = r"(?:wi-?fi|wlan|wpa[23]?|ssid|hotspot|network|router)(?: (?:key|pw|pass|code|psk))"
_PINS = r"(?:pin|cvv2?|cvc2?|puk)\d?(?: ?code| number)?|geheimzahl|cid"
_IS = (
    r"(?:is|was|are|will be|used to be|ist|lautet|es|est|c'est|è|é|är|er|são)(?: (?:now|still|just|probably|always"
    r"|either|currently|actually|simply|called))?:?|now|to"
)
_TOLD = re.compile(
    rf"(?:(?<!\w)(?P<name>(?i:{_WORDS}|{_NETWORK}|{_PINS}))(?!\w)"
    r"(?P<of>(?i: (?:for|to|of|on|in|del|do|da|di|von|für|wifi|от)(?: [\w.'@-]{1,30}){1,4}?|\s?wifi))?"
    rf"(?P<link>\s{{0,2}}(?::(?!=)|=(?![=>])|:=|\||-{{1,2}}>|=>|>{{1,2}}(?=\s)|→|-(?=\s)|[;,?]|\.{{3}}|…)|(?i:(?:\s{{1,2}}(?:{_IS})|'s)(?=[\s:\"']))|(?(of)(?!)))\s{{0,3}})"
    rf"(?<=[\s:=|>→,;?…-])(?:[(\[](?=[^\s()\[\]]{{3,64}}[)\]]))?{VALUE}"
)
_TOLD_PHRASE = re.compile(
    r"(?i:\b(?:pass[ -]?phrase|seed phrase|recovery phrase|mnemonic|seed words|wallet seed)"
    r"(?: (?:for|to|of) (?:[\w.'-]{1,30} ){1,4}?)?"
    r"(?:\s{1,2}(?:is|was)\b|\s{0,2}[:=])\s{0,3})(?P<value>[^\s█,;][^\n█,;]{0,300})"
)
_BARE_PHRASE = re.compile(
    r"(?i:\b(?:pass[ -]?phrase|wallet seed|seed words|mnemonic)\s)(?!is "
    r"|was )(?P<value>[a-z]{2,12}(?: [a-z]{2,12}){3,23})(?=\s*(?:\Z|[.,;]))"
)
_PIN = re.compile(
    r"(?i:\b(?:pin|cvv2?|cvc2?|puk|cid|geheimzahl)\d?\b'?s?\s{0,2}(?:code|number|is)?\s{0,2}[:=#]?\s{0,2}|\bpincode:? )"
    r"(?P<value>\d{4,8}|\d{3} \d{3}|(?<=[vVcC2] )\d{3}|(?<=[:=#s])\d{3}|(?<=[:=#s] )\d{3})(?!\w|[.,:]\d)"
)
_BACK = re.compile(r"(?i:(?:digits|number|code) on the back(?: is|:)? )(?P<value>\d{3,4})(?!\w)")
_SAID_FIRST = re.compile(
    r"(?:(?<=\A)|(?<=[.,;:!?] ))(?:(?i:it'?s|use|try) )?(?P<value>[^\s█\"',;:]{4,64}),?"
    r"(?i: (?:is|was|as) (?:the|my|our|your|his|her)\b(?: [\w'-]{1,20}){0,2}? (?:pass ?word|pw"
    r"|pass ?phrase|wifi key)\b(?! (?:for|to) (?:success|good)))"
)
_SAID_AFTER = re.compile(
    r"(?P<value>[^\s█\"',;:]{6,64}),? ?\(?(?i:(?:the )?pass ?word\)?)(?=\s*(?:\Z|[.!)]))"
)
_CHANGED = re.compile(r"(?i:\b(?:changed|set|reset) (?:it|them|that)? ?to )(?P<value>[^\s█]{6,64})")
_SET = re.compile(
    r"(?i:\b(?:set|changed|reset) (?:my|the|our|your|his|her) (?:[\w-]{1,20} ){0,2}?(?:password|pw|pass) to )"
    r"(?P<value>[^\s█]{4,64}?)(?=[.,!]?\s*\Z)"
)
_ANSWER = re.compile(
    r"(?i:\b(?:maiden name|(?:security|secret) answer|first pet"
    r"|security question: [^:\n█]{1,60}?)(?: is| was|:)? ?[:=]?) ?(?P<value>[A-Z][^\s█]{2,40}"
    r"|(?<=[:=] )[^\s█]{3,40}|(?<=is )[^\s█]{3,40})"
)
_BEFORE_PASS = re.compile(r"(?i:\A\s*|(?:wi-?fi|my|new|user\S{0,20}:? \S{1,40}|login|[,;|/]) )\Z")
_ALSO = re.compile(r"(?i:,? (?:and|or) |, )(?P<value>[^\s█,;]{4,64})")
_NUMBERS = ("pin", "cv", "puk", "cid", "geheim")  # names of what has digits only
_NAMED_LISTED = """
pas pw p/w psw pin phrase cvv cvc puk cid pswd psswd seed mnemonic kennwort mdp contrase clave senha palavra wachtwoord
hasło haslo heslo jelsz ifre parola senord salasana adgangskode пароль 密 パスワード 비밀번호 wifi wi-fi wlan wpa ssid
hotspot network router geheim maiden answer back pet changed reset set
"""
_NAMED = _NAMED_LISTED.split()


def told_passwords(text: str) -> Iterator[Span]:
    """Find what a sentence says a password or a PIN is."""
    lowered = text.lower()
    if not any(name in lowered for name in _NAMED):
        return
    for match in _TOLD.finditer(text):
        if match["name"].lower() != "pass" or _is_login(text, match):
            yield from _told(text, match)
    for pattern in (_TOLD_PHRASE, _BARE_PHRASE, _PIN, _BACK, _ANSWER):
        yield from (match.span("value") for match in pattern.finditer(text))
    yield from _said_otherwise(text)


def _told(text: str, match: re.Match[str]) -> Iterator[Span]:
    start, end = unwrapped(match)
    link = match["link"].strip().lower()
    name = match["name"].lower()
    if not name.startswith(_NUMBERS):
        phrase = _phrase_told(text, match, link)
        if phrase:
            yield start, phrase
            return
    if _is_told(name, link, match["value"]):
        yield start, end
        also = _ALSO.match(text, match.end() - (match["value"][-1] == ","))
        if also and _is_mixed(also["value"].strip(".,;!?")) and not is_reference(also["value"]):
            yield unwrapped(also)


def _is_login(text: str, match: re.Match[str]) -> bool:
    """Tell `user: ann pass: teapot` from `first pass: outline`, `PASS: test_login`, `the pass is closed`."""
    if _is_mixed(match["value"].strip(".,;!?")):
        return "_" not in match["value"]
    alone = _BEFORE_PASS.search(text[max(0, match.start() - 40) : match.start()])
    return bool(
        alone
        and match["link"].strip() in {":", "="}
        and match["value"].isalpha()
        and match["value"].islower()
    )


def _phrase_told(text: str, match: re.Match[str], link: str) -> int:
    if link in {":", "="}:
        stands_off = text[match.start("value") - 1].isspace()
        usual = stands_off and not is_reference(match["value"])
        return end_of_phrase(text, match, "sign") if usual else 0
    if link.startswith(("is", "was")):
        return end_of_phrase(text, match, "is")
    return 0


def _said_otherwise(text: str) -> Iterator[Span]:
    for match in _SAID_FIRST.finditer(text):
        core = match["value"].strip("\"'.,;!?()")
        if not is_reference(core) and core.lower() not in _NO_SUBJECTS:
            yield unwrapped(match)
    for match in _SET.finditer(text):
        if match["value"].lower() not in _NO_SUBJECTS:
            yield unwrapped(match)
    for pattern in (_SAID_AFTER, _CHANGED):
        for match in pattern.finditer(text):
            if _is_mixed(match["value"].strip(".,;!?()")) and not is_reference(match["value"]):
                yield unwrapped(match)


_NO_SUBJECTS_LISTED = """
whats what's who's whose here's this that what which where security username email everything nothing
something
"""
_NO_SUBJECTS = STATES | frozenset(_NO_SUBJECTS_LISTED.split())


def _is_mixed(core: str) -> bool:
    """Whether letters stand with digits or with marks, as in a password and in few words."""
    digits = any(map(str.isdecimal, core))
    return len(core) > 3 and digits and any(map(str.isalpha, core))


def _is_told(name: str, link: str, value: str) -> bool:
    core = value.strip("\"'`.,:;!?()[]")
    if name.startswith(_NUMBERS):
        return core.isdigit() and (bool(link) or len(core) > 3)
    if value.startswith(("=", "/")):
        return False
    if link in {":", "=", ":="} or "→" in link or ">" in link:
        return not is_reference(value) and core.lower() not in NO_VALUES
    if not link.startswith(
        (
            "is",
            "was",
            "are",
            "ist",
            "lautet",
            "es",
            "est",
            "c'est",
            "è",
            "é",
            "är",
            "er",
            "will",
            "used",
        )
    ):
        # "a password to enter", but "my password to s3sam3"; "password, please"
        return len(core) > 3 and any(map(str.isdigit, core)) and not _is_plain_number(core)
    return bool(core) and not is_reference(core) and not is_said_of_one(core)


def _is_plain_number(core: str) -> bool:
    return bool(YEAR.fullmatch(core)) or (len(core) < 6 and core.isdigit()) or "(" in core
