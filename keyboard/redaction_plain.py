"""Write a line's dashes, blanks, quotes and wide characters in one way each, place by place. Pure.

One character stands for one character, so that what is found in the plain line is cut from the line itself.
"""

_DASHES = "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe63\uff0d"
_BLANKS = "\t\u00a0\u2002\u2003\u2007\u2009\u200a\u202f\u3000"
_DOUBLE = "\u201c\u201d\u201e\u201f\u00ab\u00bb"
_SINGLE = "\u2018\u2019\u201a\u201b\u0060\u00b4"
_WIDE = {
    chr(code): chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)
}  # of an East Asian keyboard

_PLAIN = str.maketrans(
    {
        **_WIDE,
        **dict.fromkeys(_DASHES, "-"),
        **dict.fromkeys(_BLANKS, " "),
        **dict.fromkeys(_DOUBLE, '"'),
        **dict.fromkeys(_SINGLE, "'"),
        "·": ".",
        "。": ".",
        "〜": "~",
    }
)


def plain(text: str) -> str:
    """Return the line in plain characters, as long as it was."""
    return (
        text if text.isascii() and "\t" not in text and "`" not in text else text.translate(_PLAIN)
    )
