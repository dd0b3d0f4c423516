"""Find passwords in commands, queries and configuration: `--password x`, `mysql -px`, `IDENTIFIED BY 'x'`. Pure."""

import re
from collections.abc import Iterator

from hushkey.keyboard.redaction_loose import looks_made_up
from hushkey.keyboard.redaction_spared import Span
from hushkey.keyboard.redaction_values import QUOTED, VALUE, is_reference, unwrapped

_OPTION = re.compile(
    r"(?<![\w-])--?(?:[a-z]{1,20}-){0,3}(?i:password|passwd|passphrase|pass|pwd|token|secret|api-?key"
    r"|secret-?key|access-?key|auth-?token)(?:=|\s{1,4})(?!-)" + VALUE
)
_SHORT_OPTION = re.compile(
    r"\b(?:mysql\w{0,10}|mariadb\w{0,10}|7z|sshpass)\b(?:[^\n|;&█]{0,200}?\s)-p" + VALUE
)
_GLUED_OPTION = re.compile(r"(?<!\S)-p(?P<value>[^\s█:=/,]{6,64}+)(?!\S)")
_USER_OPTION = re.compile(
    r"(?<!\S)(?:-u ?|--user[= ]|--proxy-user[= ]|-a )[= ]{0,3}[\"']?[^\s:\"'█=-][^\s:\"'█]{0,63}:(?P<value>[^\s\"'█]++)"
)
_BARE = r"(?P<value>" + QUOTED + r"|[^\s\"'█-][^\s\"'█]*+)"
_REST = r"[^\n|;&█]{0,200}?"
_COMMANDS = [
    re.compile(pattern)
    for pattern in (
        rf"\bsshpass\s{{1,4}}-p\s{{0,4}}{_BARE}",
        rf"(?:\A|(?<=\s))-p\s{{1,4}}{_BARE}(?=\s{{1,4}}#\s?sshpass)",
        rf"\b(?:docker|podman|skopeo|helm|az)\b{_REST}\blogin\b{_REST}\s(?:-p)\s{{1,4}}{_BARE}",
        rf"\b(?:mongosh?|mongodump|psql|useradd|usermod|mosquitto_pub|influx)\b{_REST}\s-[pP]\s{{1,4}}{_BARE}",
        rf"\bredis-cli\b{_REST}\s-a\s{{1,4}}{_BARE}",
        rf"\b(?:smbclient|rpcclient|net)\b{_REST}\s(?:-U|--user)[ =]?[\"']?[^\s%\"']{{1,64}}%(?P<value>[^\s\"'█]+)",
        r"\becho\s(?:-n\s)?(?P<value>"
        + QUOTED
        + r"|[^\s\"'█|]+)\s*\|\s*(?:sudo\s(?:-\w+\s)*-S|[\w ]{1,40}--(?:password-)?stdin)",
        r"\bprintf\s(?P<value>"
        + QUOTED
        + r"|[^\s\"'█|]+)\s*\|\s*(?:sudo\s-S|[\w ]{1,40}--(?:password-)?stdin)",
        r"\becho\s[\"']?[^\s:\"'|]{1,40}:(?P<value>[^\s\"'█|]+)[\"']?\s*\|\s*(?:sudo )?chpasswd",
        rf"\bopenssl\b{_REST}\s(?:-k|-K)\s{{1,4}}{_BARE}",
        r"(?<=\s)-?pass(?:in|out)?\s{1,2}pass:(?P<value>[^\s█]+)",
        rf"\b(?:un)?zip\b{_REST}\s-P\s?{_BARE}",
        rf"\b(?:rar|unrar)\b{_REST}\s-h?p{_BARE}",
        r"(?i:\bnet use\b[^\n█]{0,80}?\\\\\S{1,80}\s{1,2})(?![/*])(?P<value>[^\s█]+)",
        r"(?i:\bnet user \S{1,40}\s{1,2})(?![/*])(?P<value>[^\s█]+)",
        rf"\bhtpasswd\b{_REST}\s-\w*b\w*\s\S{{1,100}}\s\S{{1,64}}\s{_BARE}",
        r"(?i:\bidentified by )(?P<value>" + QUOTED + r")",
        r"(?i:\bpassword )(?P<value>'[^'\n█]{1,200}'|\"[^\"\n█]{1,200}\")",
        r"(?i:<(?:\w{1,20}:)?(?:\w{0,20}password|passwd|pass|pwd|secret)>)(?P<value>[^<\n█]{1,200})(?=</)",
        r"(?i:\bkey=\"[\w.-]{0,40}(?:password|secret|token|pwd)\" value=\")(?P<value>[^\"\n█]{1,200})(?=\")",
        r"\blogin\s{1,4}\S{1,64}\s{1,4}password\s{1,4}(?P<value>[^\s█]+)",
        r"\bwpa_passphrase\s{1,4}\S{1,40}\s{1,4}(?P<value>[^\s█]{8,63})",
        r"\A\s*AUTH\s{1,2}(?P<value>[^\s█]{4,64})",
    )
]
_WORDS_LISTED = """
-p -hp -P -a -k -U -S stdin chpasswd pass net identified IDENTIFIED login key= htpasswd AUTH PASS Pass -u user
"""
_WORDS = _WORDS_LISTED.split()


def passwords_in_commands(text: str) -> Iterator[Span]:
    """Find what options, pipes and statements hand over as a password."""
    if not any(word in text for word in _WORDS):
        return
    for pattern in (_OPTION, _SHORT_OPTION, *_COMMANDS):
        for match in pattern.finditer(text):
            if not is_reference(match["value"]) and not match["value"].startswith(("/", "|", "<")):
                yield unwrapped(match)
    for match in _GLUED_OPTION.finditer(text):
        if looks_made_up(match["value"]):
            yield match.span("value")
    for match in _USER_OPTION.finditer(text):
        if not match["value"].isdigit():  # `-u 1000:1000` are a user's and a group's numbers
            yield match.span("value")
