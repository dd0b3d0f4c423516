"""Secrets of each kind, invented in every format that people use, and prose that must not be touched."""

import base64
import datetime as dt
import hashlib
import re

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from redaction_corpus import KINDS, cases

from hushkey.keyboard.redaction import REDACTED, redact


def lines(table: str) -> list[str]:
    return table.strip("\n").split("\n")


digit = st.sampled_from("0123456789")
letter = st.sampled_from("abcdefghijkmnopqrstuvwxyz")
before = st.sampled_from(
    ["", "it is ", "pls use ", "ok so ", "(", "> ", "- ", "→ ", "yes: ", "sent to mum: ", '"', "\t"]
)
after = st.sampled_from(
    ["", ".", ",", " ok?", "!", ")", " thanks", " 👍", "…", '"', "\n", " — bye", ";"]
)


def digits_in(text: str) -> str:
    return "".join(filter(str.isdecimal, text))


def grouped(number: str, sizes: list[int], between: str) -> str:
    groups, at = [], 0
    for size in sizes:
        groups.append(number[at : at + size])
        at += size
    return between.join(filter(None, [*groups, number[at:]]))


# Cards and accounts ---------------------------------------------------------------------------------


def with_luhn(body: str) -> str:
    for last in "0123456789":
        digits = [int(c) for c in body + last][::-1]
        if (sum(digits[::2]) + sum(sum(divmod(2 * d, 10)) for d in digits[1::2])) % 10 == 0:
            return body + last
    raise AssertionError


GAPS = ["", " ", "-", ".", "  ", " - ", "\u2013", "\u00a0", "_", "/"]
ISSUED = [  # first digits, length, and the customary groups
    ("4", 16, 4, 4, 4),
    ("51", 16, 4, 4, 4),
    ("2223", 16, 4, 4, 4),
    ("6011", 16, 4, 4, 4),
    ("3528", 16, 4, 4, 4),
    ("34", 15, 4, 6),
    ("37", 15, 4, 6),
    ("36", 14, 4, 6),
    ("62", 19, 6),
]


@st.composite
def cards(draw: st.DrawFn) -> str:
    lead, length, *sizes = draw(st.sampled_from(ISSUED))
    number = with_luhn(
        lead + draw(st.text(digit, min_size=length, max_size=length))[len(lead) + 1 :]
    )
    return grouped(number, sizes, draw(st.sampled_from(GAPS)))


@given(before, cards(), after)
def test_no_run_of_a_card_s_digits_survives(lead, card, trail):
    assert digits_in(redact(f"{lead}{card}{trail}").text) == ""


COUNTRIES = {
    "DE": "nnnnnnnnnnnnnnnnnn",
    "GB": "aaaannnnnnnnnnnnnn",
    "FR": "nnnnnnnnnnxxxxxxxxxxxnn",
    "NL": "aaaannnnnnnnnn",
    "ES": "nnnnnnnnnnnnnnnnnnnn",
    "IT": "annnnnnnnnnxxxxxxxxxxxx",
    "BE": "nnnnnnnnnnnn",
    "NO": "nnnnnnnnnnn",
    "PL": "nnnnnnnnnnnnnnnnnnnnnnnn",
    "CH": "nnnnnxxxxxxxxxxxx",
    "MT": "aaaannnnnxxxxxxxxxxxxxxxxxx",
}


@st.composite
def accounts(draw: st.DrawFn) -> str:
    country = draw(st.sampled_from(sorted(COUNTRIES)))
    upper = st.sampled_from("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    classes = {"n": digit, "a": upper, "x": digit | upper}
    body = "".join(draw(classes[each]) for each in COUNTRIES[country])
    value = int("".join(str(int(c, 36)) for c in body + country + "00"))
    number = f"{country}{98 - value % 97:02d}{body}"
    spaced = grouped(number, [4] * 8, draw(st.sampled_from(["", " ", "-", ".", "  ", "\u00a0"])))
    return spaced.lower() if draw(st.booleans()) else spaced


@given(before, accounts(), after)
def test_no_account_survives_in_any_spacing_or_case(lead, account, trail):
    left = redact(f"{lead}{account}{trail}").text
    assert digits_in(left) == ""
    assert account not in left


# Telephones and long numbers ------------------------------------------------------------------------


PHONES = lines("""
+1 ddd-555-01dd
(ddd) 555-01dd
ddd.555.01dd
ddd 555 01dd
1-ddd-555-01dd
+44 20 7946 0ddd
020 7946 0ddd
07700 900ddd
+44 (0)7700 900ddd
01632 960ddd
+33 1 99 00 dd dd
01 99 00 dd dd
06.39.98.dd.dd
+49 30 23125 ddd
030/23125ddd
0049 30 23125ddd
+61 491 570 1dd
+34 6dd dd dd dd
+46 70 174 06 dd
tel: dddd ddd dd
call me on dd dd dd dd d
ddd – 555 – 01dd
+1 (ddd) 555 01dd
""")


@st.composite
def phones(draw: st.DrawFn) -> str:
    shape = draw(st.sampled_from(PHONES))
    first = shape.replace("ddd", f"{draw(st.integers(2, 9))}dd", 1)
    return re.sub("d", lambda _: draw(digit), first)


@given(st.sampled_from(["", "ring ", "my number: ", "text ", "office ", "("]), phones(), after)
def test_no_telephone_s_digits_survive(lead, phone, trail):
    assert len(digits_in(redact(f"{lead}{phone}{trail}").text)) == 0


NAMES = lines("""
account number
acct
passport no.
policy
member id:
NHS
case no
invoice:
tracking
SSN
Kundennummer
CPF
BSN
order #
my student number is
ref:
VIN
IMEI
patient
""")


@given(
    st.sampled_from(NAMES),
    st.text(st.sampled_from("123456789"), min_size=7, max_size=15),
    st.sampled_from(["", " ", "-"]),
    st.sampled_from([[3, 3], [4, 4], [2, 3, 3], [5]]),
)
def test_a_number_that_bears_a_name_is_cut_in_any_grouping(name, number, between, sizes):
    assume(
        len(set(number)) > 1 and not re.match("19|20", number)
    )  # 11111111 is nobody's; dates stay
    assert digits_in(redact(f"{name} {grouped(number, sizes, between)} as asked").text) == ""


# Addresses and URLs ---------------------------------------------------------------------------------

word = st.text(letter, min_size=3, max_size=9)
name = word.map("x{}".format)  # `look at example dot com` is no address
WIDE_AT = "\uff20"
HIDDEN = lines("""
{}@{}.com
{} [at] {} [dot] org
{}(at){}(dot)net
{} (at) {}.com
{}{{at}}{}.org
{} AT {} DOT com
{} AT {}.net
{} <at> {} <dot> com
{} at {} dot com
{} at {} [dot] org
{}[at]{}.net
{}%40{}.com
{}@@{}.org
{}@{},com
{} @ {}.net
""")
HIDDEN.append(f"{{}}{WIDE_AT}{{}}.com")


@given(before, st.sampled_from(HIDDEN), name, word, after)
def test_an_address_goes_however_it_is_hidden_from_machines(lead, hidden, local, host, trail):
    assert local not in redact(f"{lead}{hidden.format(local, host)}{trail}").text


@given(
    st.sampled_from(["https", "ftp", "postgres", "redis", "mongodb+srv", "amqp", "smb", "HTTP"]),
    st.text(letter, min_size=1, max_size=8),
    st.text(st.sampled_from("abcdefghkmnpqrstxyz0123456789!$*._~-%"), min_size=3, max_size=20),
    st.sampled_from(["example.com", "192.0.2.7", "localhost", "db.example.net:5432"]),
)
def test_a_password_in_a_url_goes(scheme, user, password, host):
    left = redact(f"open {scheme}://{user}:{password}@{host}/x").text
    assert left == f"open {scheme}://{REDACTED}@{host}/x"


PARAMETERS = (
    "token access_token api_key apikey sig X-Amz-Signature password client_secret code sessionid"
    " auth refreshToken hmac otp jwt"
)


@given(
    st.sampled_from(PARAMETERS.split()),
    st.text(st.sampled_from("abcdefghkmnpqrstxyz0123456789-_%"), min_size=3, max_size=30),
    st.sampled_from(["?", "?a=1&", "#", "?a=1&amp;"]),
    st.sampled_from(["", "&b=2", "#top", '"', " and then"]),
)
def test_a_telling_parameter_goes(parameter, value, lead, trail):
    left = redact(f"https://example.com/x{lead}{parameter}={value}{trail}").text
    assert left == f"https://example.com/x{lead}{parameter}={REDACTED}{trail}"


# Keys, codes, passwords -----------------------------------------------------------------------------

ISSUERS = "AKIA ghp_ github_pat_ glpat- xoxb- sk_live_ sk- npm_ hvs. dop_v1_ shpat_ glsa_ lin_api_"


@given(before, st.sampled_from(ISSUERS.split()), st.binary(max_size=6), after)
def test_an_issued_key_goes_whole(lead, issuer, seed, trail):
    body = hashlib.sha256(seed).hexdigest()[:36]
    body = body.upper() if issuer == "AKIA" else body
    assert body[:8] not in redact(f"{lead}{issuer}{body}{trail}").text


CALLED_KEYS = lines("""
api key {}
access token {}
secret key {}
the api key is {}
recovery key {}
client secret = {}
your backup codes: {}
X-Api-Key: {}
""")


@given(st.sampled_from(CALLED_KEYS), st.binary(max_size=6), st.integers(8, 28))
def test_a_random_string_that_is_called_a_key_goes(called, seed, length):
    body = base64.b32encode(hashlib.sha256(seed).digest()).decode().lower()[:length]
    assert body not in redact(called.format(f"4x9{body}")).text


TOLD_CODES = lines("""
your code is {}
code: {}
OTP {}
{} is your verification code
use {} to log in
verification code {}
the door code is {}
Your ACME code: {}.
2fa {}
TAN: {}
tu código es {}
passcode is {}
enter code {}
""")


@given(
    st.sampled_from(TOLD_CODES),
    st.text(digit, min_size=6, max_size=6),
    st.sampled_from(["", " ", "-"]),
)
def test_a_code_of_six_digits_goes_in_any_sentence(sentence, code, between):
    left = redact(sentence.format(grouped(code, [3], between))).text
    assert re.search(r"\d{3}", left) is None


TOLD_PASSWORDS = lines("""
password: {}
my password is {}
pw: {}
Passwort: {}
mot de passe : {}
wifi password = {}
password {}
login ann, pw {}
contraseña: {}
--password {}
PASSWORD={}
password='{}'
the password for the shed is {}
passwrd: {}
""")


@given(st.sampled_from(TOLD_PASSWORDS), word, st.integers(10, 9999))
def test_a_password_of_letters_and_digits_goes_in_any_sentence(sentence, letters, number):
    assert f"{letters}{number}" not in redact(sentence.format(f"{letters}{number}")).text


WORDS = ("walrus", "teapot", "candle", "ribbon", "pepper", "marble", "lantern", "willow", "pebble")
TOLD_PHRASES = lines("""
password: {}
password is {}
passphrase: {}
my password = {}
pw: {}
""")


@given(st.sampled_from(TOLD_PHRASES), st.lists(st.sampled_from(WORDS), min_size=2, max_size=6))
def test_a_phrase_after_password_goes_to_its_last_word(sentence, words):
    left = redact(sentence.format(" ".join(words))).text
    assert not any(each in left for each in words)


# Prose ----------------------------------------------------------------------------------------------

PROSE = """
we met at the harbour and she said it would rain again before long so they took the early train home with two
bags of apples and a letter for anna from the school about summer camp near lake placid which costs more than last year
"""
harmless = st.one_of(
    st.sampled_from(PROSE.split()),
    st.integers(0, 999).map(str),
    st.integers(1500, 2099).map(str),
    st.times().map(lambda time: f"{time:%H:%M}"),
    st.integers(1, 9999).map("${:,}".format),
    st.decimals(0, 99, places=2).map("{}%".format),
    st.dates(dt.date(1900, 1, 1), dt.date(2099, 12, 31)).map(str),
    st.integers(1, 99).map(lambda n: f"v{n}.{n % 7}.{n % 3}"),
    st.integers(1, 500).map("{}km".format),
)


@st.composite
def sentences(draw: st.DrawFn) -> str:
    """Words between which numbers stand, never two of them side by side."""
    spaced: list[str] = []
    for each in draw(st.lists(harmless, min_size=2, max_size=12)):
        if spaced and spaced[-1][-1].isdecimal() and each[0].isdecimal():
            spaced.append("and")
        spaced.append(each)
    return " ".join(spaced)


@given(sentences())
def test_prose_with_small_numbers_is_left_alone(sentence):
    assert redact(sentence).text == sentence


@pytest.mark.parametrize("kind", KINDS)
def test_redacting_the_corpus_again_changes_nothing(kind):
    for case in cases(kind):
        once = redact(case.text).text
        assert redact(once).text == once
        assert len(once) <= len(case.text)
