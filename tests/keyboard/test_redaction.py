"""What is cut before a line is kept, and what ordinary prose keeps.

In the tables `=>` stands between a line and what is left of it, and `~` only breaks invented keys so
that no scanner of repositories takes them for real ones: it is dropped before the test.
"""

import base64
import hashlib

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from hushkey.keyboard.redaction import REDACTED, Redaction, redact
from hushkey.keyboard.redaction_values import NO_VALUES

CUT = {
    "card": """
4111 1111 1111 1111 => █
4111111111111111 => █
4111-1111-1111-1111 => █
my visa is 4012 8888 8888 1881 ok => my visa is █ ok
5555555555554444 => █
pay with 5105 1051 0510 5100. => pay with █.
amex 3782 822463 10005 please => amex █ please
378282246310005 => █
(6011111111111117) => (█)
diners 3056 930902 5904 => diners █
jcb 3530111333300000! => jcb █!
card:4222222222222 => card:█
both 4111111111111111 and 5555555555554444 => both █ and █
6200 0000 0000 0005 => █
maestro 6759649826438453 now => maestro █ now
""",
    "iban": """
DE89 3704 0044 0532 0130 00 => █
DE89370400440532013000 => █
send it to GB29 NWBK 6016 1331 9268 19 today => send it to █ today
GB29NWBK60161331926819 => █
FR14 2004 1010 0505 0001 3M02 606 => █
iban FR1420041010050500013M02606. => iban █.
NL91ABNA0417164300 => █
(ES91 2100 0418 4502 0005 1332) => (█)
IT60 X054 2811 1010 0000 0123 456 => █
CH93 0076 2011 6238 5295 7 => █
NO93 8601 1117 947 => █
be68 5390 0754 7034 => █
PL61 1090 1014 0000 0712 1981 2874 => █
AT611904300234573201 is mine => █ is mine
SE45 5000 0000 0583 9825 7466 => █
DK50 0040 0440 1162 43 => █
""",
    "phone": """
call +1 415 555 2671 => call █
+14155552671 => █
+44 20 7946 0958 is the office => █ is the office
+49 170 1234567 => █
+33 6 12 34 56 78 => █
+91 98765 43210, any time => █, any time
(415) 555-2671 => █
415-555-2671 => █
415.555.2671 => █
415 555 2671 => █
1-800-555-0199 => █
06 12 34 56 78 => █
01.42.68.53.00 => █
020 7946 0958 => █
07700 900123 => █
0171/1234567 => █
0044 20 7946 0958 => █
text me at +1 (650) 253-0000 or so => text me at █ or so
""",
    "email": """
ada@example.org => █
write to ada@example.org. => write to █.
Ada.Lovelace+news@mail.example.co.uk => █
<ada@example.org>, => <█>,
mailto:ada@example.org => mailto:█
a@b.io or c@d.io => █ or █
ada_l-99@sub.example.museum => █
"ada@example.org" => "█"
ADA@EXAMPLE.ORG => █
ada@münchen.example => █
o%hara@example.ie => █
cc: ada@example.org; bob@example.org => cc: █; █
ada [at] example [dot] org => █
ada (at) example.org => █
ada at example dot com => █
scp notes ada@host.example.net:/tmp => scp notes █:/tmp
""",
    "key": """
AKIA~IOSFODNN7EXAMPLE => █
aws ASIA~Y34FZKBOKMUTVV7A now => aws █ now
ghp~_16C7e42F292c6912E7710c838347Ae178B4a => █
github~_pat_11ABCDEFG0abcdefghijkl_mnopqrstuv => █
glpat~-xY12zW34vU56tS78rQ90 => █
xoxb~-123456789012-abcdefGHIJ => █
sk~_live_4eC39HqLyjWDarjtT1zdp7dc => █
rk~_test_4eC39HqLyjWDarjtT1zdp7dc => █
sk~-proj-abcDEF123456ghiJKL7890 => █
AIza~SyA1234567890abcdefghijklmnopqrstuv => █
eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dozjgNryP4J3jVmNHl0w5N => █
Authorization: Bearer abc.def.ghi => Authorization: Bearer █
curl -H "Authorization: token s3cr3tvalue" x => curl -H "Authorization: token █" x
bearer 0a1b2c3d4e5f6a7b => bearer █
d41d8cd98f00b204e9800998ecf8427e => █
da39a3ee5e6b4b0d3255bfef95601890afd80709 => █
wJ4lrXUt9FEMIK7MD/bPxRf1CYq8ZkT2vQ9z3Qx7Lm => █
dGhpcyBpcyBub3QgYSBzZWNyZXQgMTIzNDU2Nzg5MA== => █
550e8400-e29b-41d4-a716-446655440000 => █
X4T9Z-K2LMQ-7HGR2-PQ8WD => █
npm~_Ab3dEf6hIj9lMn2pQr5tUv8xYz1B => █
hf~_AbCdEfGhIjKlMnOpQrStUvWx => █
-----BEGIN RSA PRIVATE KEY----- MIIEow and more => █
-----BEGIN PRIVATE KEY-----MIIE-----END PRIVATE KEY----- after => █ after
""",
    "code": """
your code is 493021 => your code is █
Your code: 4930 => Your code: █
G-493021 is your Google verification code => █ is your Google verification code
493021 is your code => █ is your code
OTP 493021 => OTP █
otp: 49302 => otp: █
the verification code is 493 021 ok => the verification code is █ ok
One-time password for your account: 88421907 => One-time password for your account: █
login code 773311 => login code █
use 4821 to log in => use █ to log in
enter 662104 to verify => enter █ to verify
2fa code = 112233 => 2fa code = █
security code 90210 please => security code █ please
FB-48213 is your confirmation code => █ is your confirmation code
your passcode is 7745 => your passcode is █
code: AB3D9X => code: █
493021 => █
TAN 662104 => TAN █
ur code is 55 12 09 lol => ur code is █ lol
verification code 55-12-09 => verification code █
code: 48 21 => code: █
the code is 4 8 2 1, ok => the code is █, ok
55 12 09 is your code => █ is your code
The code for the new padlock is 7714 => The code for the new padlock is █
code to our back gate was 4821. => code to our back gate was █.
the code on ann's bike lock: 4821 => the code on ann's bike lock: █
the padlock has the code 7714 => the padlock has the code █
the garage code 4821 then left => the garage code █ then left
7714 is our code => █ is our code
""",
    "digits": """
1234567 => █
account 12345678901 => account █
passport no.123456789 => passport no.█
ID1234567 is mine => ID█ is mine
555-1234 => █
555 1234 after six => █ after six
sort 12345678 then => sort █ then
123-45-6789 => █
123 45 6789 is my ssn => █ is my ssn
member 4455 6677 88990 => member █
ref#99887766 => ref#█
1700000000000 => █
1234 5678 9012 => █
order 100200300400 => order █
in 2024 1234567 came => in 2024 █ came
12345-678901 => █
""",
    "password": """
password: hunter2 => password: █
Password = "open sesame" => Password = "█"
pwd=abc => pwd=█
my password is hunter2. => my password is █.
the password for the router is bluebird => the password for the router is █
the wifi password: bluebird => the wifi password: █
passphrase is correct horse battery staple => passphrase is █
passphrase: correct horse, then => passphrase: █, then
my pin is 4821 => my pin is █
PIN: 0000 => PIN: █
pin 4821! => pin █!
cvv 123 => cvv █
export FOO_SECRET=abc => export FOO_SECRET=█
DB_PASSWORD='x y z' ./run => DB_PASSWORD='█' ./run
API_TOKEN=abcdef make => API_TOKEN=█ make
login --password hunter => login --password █
login --password=hunter => login --password=█
tool --api-key abc --verbose => tool --api-key █ --verbose
mysql -u root -phunter2 shop => mysql -u root -p█ shop
sshpass -p hunter ssh box => sshpass -p █ ssh box
curl -u ann:hunter https://x.example => curl -u ann:█ https://x.example
{"password": "abc", "n": 1} => {"password": "█", "n": 1}
api_key = abc123 => api_key = █
clientSecret: 'abc' => clientSecret: '█'
I set my password to s3same => I set my password to █
password hunter22 => password █
Tr0ub4dor&3 => █
it is P@ssw0rd! => it is █!
the vault was locked: password=Otter!Basket42 => the vault was locked: password=█
the vault was locked: password=bluebird => the vault was locked: password=█
note: my_note: password: bluebird => note: my_note: password: █
a=b=c=token=x9 make => a=b=c=token=█ make
docker run --env=DB_PASS=bluebird x => docker run --env=DB_PASS=█ x
token: password: bluebird => token: password: █
my password is: bluebird => my password is: █
my password is now bluebird => my password is now █
the password is purple monkey dishwasher => the password is █
the password is purple monkey, ok => the password is █, ok
the wifi password was tulip garden. call me => the wifi password was █. call me
the password is swordfish on the router => the password is █ on the router
the password is correct horse battery staple => the password is █
the password is hunter2 for the wifi => the password is █ for the wifi
the password is "on the moon" ok => the password is "█" ok
password: correct horse battery staple => password: █
password: bluebird, user: ann => password: █, user: ann
try x7$kq9!mz2 maybe => try █ maybe
S3cur3Pass => █
aB3dE6gH9 => █
a1b2c3d4 => █
""",
    "url": """
https://ann:hunter2@example.org/path => https://█@example.org/path
postgres://app:s3cret@db.local:5432/shop => postgres://█@db.local:5432/shop
redis://:hunter2@cache:6379 => redis://█@cache:6379
ftp://ann:p@ss@example.org => ftp://█@example.org
git clone https://ann:tok3n@example.org/r.git => git clone https://█@example.org/r.git
https://abcdefghijklmnopqrstuv@example.org => https://█@example.org
https://x.example/?token=abc => https://x.example/?token=█
https://x.example/a?id=7&key=abc => https://x.example/a?id=7&key=█
https://x.example/cb?code=abc&state=on => https://x.example/cb?code=█&state=on
https://x.example/#access_token=abc&x=1 => https://x.example/#access_token=█&x=1
https://x.example/?api_key=abc => https://x.example/?api_key=█
https://x.example/?X-Amz-Signature=abc => https://x.example/?X-Amz-Signature=█
https://x.example/?sig=abc&sp=r => https://x.example/?sig=█&sp=r
https://x.example/?user=ann&password=abc => https://x.example/?user=ann&password=█
/login?session_id=abc => /login?session_id=█
https://x.example/?auth=abc&apikey=def => https://x.example/?auth=█&apikey=█
""",
}

KEPT = {
    "card": """
we sold 4111 of them
4111 and 1111 and 1111
a 4 for 4 and a 16 for 16
chapter 4 verse 12
4,111,111
the 4111-series
1920x1080 at 60 Hz
10 20 30 40 50 60
in 1914 1918 1939 1945
1999-2003, 2004-2008
it took 4.1 and then 1.1 seconds
rows 100 200 300 400
17 plus 25 is 42
4K or 1080p
the years 2019 2020 2021 2022
""",
    "iban": """
DE is Germany
GB29 is a bus
in FR14 we met
the NL91 road and the A10
BE2 or not BE2
he drove the AT6 home again
IT support is on it
section CH93 of the manual
SE45 north then south
the PL61 plan was dropped
ES9 and ES6 modules
NO9 is fine
room DK50 upstairs
AB12 CDEF GHIJ KLMN OPQR
type GB29 then enter
""",
    "phone": """
meet at 10:30 on 01/02/2024
open 08.30-17.00 daily
01.02.2024 was a Thursday
the 0 to 60 time
a score of 3-0 and 2-1
+1 for that
it was +5 degrees
C++ and C++17
section 0.1.2
007 is his number
100-200 people
from 1 to 100
2024-01-31 12:45
12/05/2024 at 9
1 2 3 4 5 6 7 8 9
0.5 to 0.75
""",
    "email": """
meet @ noon
@ann said hi
5 apples @ 2 each
pip install numpy@1.26.4
npm i react@18.2.0
git clone git@github.com:owner/repo.git
look at example.org
the dot in the corner at home
me at work
see you at the dot
at example dot
user@localhost
ssh root@10.0.0.1
foo@ bar.com
@media print
actions/checkout@v4
""",
    "key": """
the key to success
Compensation Authorization: If your project has one
internationalization of everything
a token of gratitude
she was the bearer of bad news
bearer responsibilities
basic understanding-of-things
supercalifragilisticexpialidocious
AbstractSingletonProxyFactoryBean
get_user_by_identity_and_name
/usr/local/lib/python3.11/site-packages/numpy
src/keyboard/redaction_tokens.py
the-quick-brown-fox-jumps-over-the-lazy-dog
https://example.org/a/long/path/to/some/page.html
--------------------------------
aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
hahahahahahahahahahahahahaha
HTTPServerRequestHandlerFactory2
ISO-8859-15 and UTF-8
test_that_two_plus_two_is_4
COVID-2019-2020
git rebase -i HEAD~3
skeleton sk-learn gh_actions
====================
""",
    "code": """
the zip code is 94105
area code 0171
error code 4040 again
exit code 1000
status code: 2000
I wrote 1500 lines of code
I code 1000 lines
the code of 1986
a dress code from 1950
country code: 0044
the code is broken
code review at 10:30
use 8080 for the server
use 2000 words
postal code: 80331
promo code SAVE20
code 42
my code is in main.py
1500
2024
enter 100 items
the code is 10-12-24
the code 10 30
the code 2024
The code for the parser is 1500 lines
we wrote the code 1986 style
the zip code for the house is 94105
error code for no such file: 4040
the code for the padlock is lost
a code of conduct for 4 8 2 1
""",
    "digits": """
in 2024 and 2025
it costs $1500000
1250000 EUR
1,234,567 people
1.234.567,89
250 000 000 people
pi is 3.14159265
192.168.100.200
10.0.0.1:8080
version 3.11.2
20241231 is a date
2024-12-31T23:59:59
at 23:59:59.123
100000
12-34
pages 1021-1047
in 2024 10000 people
the 1990-2000 decade
1_000_000
room 101
""",
    "password": """
the password is wrong
your password is due to expire
your password is required
my password isn't working
Forgot my password again
a password to enter
password rules changed in 2024
the secret: practice every day
the pin is loose
pins and needles
the pass over the mountain
token = next(tokens)
password = getpass()
password=password
password=$PASSWORD
secret = None
sorted(names, key=len)
self.token = token
PWD=/home/ann
mkdir -pv a/b
docker run -p8080:80 x
tar -pxf a.tar
docker run -u 1000:1000 x
cp -pr a b
iPhone15 and MacBook2020
getUserByIdV2
CamelCaseIdentifiers
HTTP2Server
utf8ToUtf16LE
2h30m15s
Q3-2024 v1.2.3-rc1
R&D-2024
#vanlife2024!
x^2+y^2=z^2
well-known, half-hearted and twenty-one
don't, can't, won't, I'd've
$1,000-ish
O'Neill-McPherson
1920x1080
Python3.11
3rd-party
the password is on the fridge
the password is correct as of now
the password is case sensitive
the pin is bent badly
my pin: rusty old brass thing
a password to enter later on
the password is hidden behind another screen
your password is now required again
my password is: wrong
the password is long and hard to guess
locked: no, password: $PASSWORD
a: b: c=d
""",
    "url": """
https://example.org
https://example.org/a@b
https://example.org/?q=token
https://example.org/?page=2&sort=asc
https://www.youtube.com/watch?v=dQw4w9WgXcQ
ssh://git@github.com/owner/repo
https://ann@localhost/
http://localhost:8080/
http://10.0.0.1:9000/x
https://example.org/?monkey=1
https://example.org/?keyboard=qwerty
https://example.org/#section-3
file:///home/ann/notes.txt
https://example.org/?codec=opus
a?b=c&d=e
""",
    "prose": """
It was the best of times, it was the worst of times.
Dr. O'Brien-Smith met Jean-Luc at 10:30 on 12/05/2024.
We paid $1,234.56 for 3 tickets; they were 50% off.
I'll be there by 7pm — don't wait!
Version 3.11.2 fixes #1234 and #5678.
She said "hello" (twice), then left.
the temperature was -5.5°C at 6 a.m.
1st, 2nd, 3rd and 21st
Müller, Łukasz, Zoë and 田中 came along
e.g. this, i.e. that, etc.
for i in range(100): print(i)
cd ~/src/hushkey && make test
ls -la /var/log/*.log | head -20
SELECT name FROM users WHERE id = 7;
x = [1, 2, 3]; y = {"a": 1}
😀 ok 👍🏽 see you!!!
3 x 4 = 12, 12 / 4 = 3
git commit -m "Fix the build" && git push
the 1990s, the '60s, 1914–1918
half past 9, quarter to 10
""",
}


def rows(table: dict[str, str]):
    for kind, block in table.items():
        for row in block.strip("\n").splitlines():
            yield pytest.param(kind, row.replace("~", "", 1) if kind == "key" else row, id=row)


@pytest.mark.parametrize(("kind", "row"), rows(CUT))
def test_a_secret_is_cut_whole_and_nothing_else(kind, row):
    text, left = row.split(" => ")
    assert redact(text) == Redaction(left, (kind,) * left.count(REDACTED))


@pytest.mark.parametrize(("kind", "row"), rows(KEPT))
def test_ordinary_text_stays_as_it_is(kind, row):
    assert redact(row) == Redaction(row, ())


@pytest.mark.parametrize("table", [CUT, KEPT])
def test_each_kind_has_a_table_worth_the_name(table):
    assert all(len(block.strip().splitlines()) >= 15 for block in table.values())


def test_a_line_names_its_secrets_in_their_order():
    line = "ada@example.org pays 4111 1111 1111 1111, pin is 4821"
    assert redact(line) == Redaction("█ pays █, pin is █", ("email", "card", "password"))


# Formats, invented ------------------------------------------------------------------------------

digit = st.sampled_from("0123456789")


def luhn_number(body: str) -> str:
    """Append the digit that makes the sum hold, by trying: the naive twin of the check."""
    for last in "0123456789":
        total = 0
        for place, character in enumerate(reversed(body + last)):
            value = int(character) * (1 + place % 2)
            total += value - 9 if value > 9 else value
        if total % 10 == 0:
            return body + last
    raise AssertionError


@given(
    st.text("123456789", min_size=1, max_size=1),
    st.text(digit, min_size=11, max_size=17),
    st.sampled_from(["", " ", "-"]),
)
def test_any_card_number_is_cut_however_grouped(first, rest, between):
    number = luhn_number(first + rest)
    grouped = between.join(number[i : i + 4] for i in range(0, len(number), 4))
    assert redact(f"take {grouped} please").text == f"take {REDACTED} please"


@given(st.text(digit, min_size=7, max_size=30))
def test_any_long_number_is_cut_unless_it_is_a_date(number):
    left = redact(f"about {number} then").text
    is_date = len(number) == 8 and number[:2] in {"19", "20"}
    assert left == f"about {REDACTED} then" or is_date


locals_ = st.from_regex(r"[A-Za-z0-9]+([._+-][A-Za-z0-9]+){0,2}", fullmatch=True)
domains = st.emails().map(lambda address: address.rpartition("@")[2])


@given(locals_.filter(lambda name: name != "git"), domains)
def test_any_address_is_cut_whole(local, domain):
    assert redact(f"to {local}@{domain} today") == Redaction(f"to {REDACTED} today", ("email",))


@given(st.text("abcdefghkmnpqrstABCDEFGHKMNPQRST23456789@#$%&", min_size=4, max_size=20))
def test_whatever_follows_password_is_cut(value):
    # Names of a value, as in code, and what is said of one: `password: redacted`.
    assume(value.strip("@#$%&").lower() not in {"secret", "passphrase", *NO_VALUES})
    assert redact(f"password: {value}").text == f"password: {REDACTED}" or value[0] in "$%"


@given(st.binary(max_size=8), st.sampled_from([32, 40, 64]))
def test_random_hexadecimal_is_cut(seed, length):
    blob = hashlib.sha256(seed).hexdigest()[:length]
    assert redact(f"see {blob} there").text == f"see {REDACTED} there"


@given(st.binary(max_size=8))
def test_random_base64_is_cut(seed):
    blob = base64.b64encode(hashlib.sha512(seed).digest()).decode()
    assert redact(f"see {blob} there").text == f"see {REDACTED} there"


# Hostile input ----------------------------------------------------------------------------------

pieces = st.sampled_from(
    [
        "password", "pin", " is ", ": ", "=", "@", ".", "://", "?token=", "&", "-", " ", "+", "(",
        "code", "4111", "1111 ", "0", "7", "aB3", "█", "--", "-p", "'", '"', "G-", "sk-", "eyJ",
        "DE89", "2024", "bearer ", "\n", "x", "Authorization: ", "KEY", "_", "é", "\ud800", "😀",
        "horse ", "correct ", " for the ", "token", "12 ", ", ",
    ]
)  # fmt: skip


@settings(max_examples=400)
@given(st.lists(pieces, max_size=30).map("".join) | st.text(st.characters(codec=None)))
def test_redacting_again_changes_nothing_and_nothing_raises(text):
    once = redact(text)
    assert redact(once.text) == Redaction(once.text, ())
    assert len(once.text) <= len(text)


@given(st.lists(pieces, max_size=20).map("".join))
def test_what_is_left_was_there_in_that_order(text):
    at = 0
    for part in redact(text).text.split(REDACTED):
        at = text.index(part, at) + len(part)


MILLION = 1_000_000
HOSTILE = [
    "a", "1", "1 ", "12 ", "123 ", "1234-", "a@", "@", "a.", "a@a.", "a [at] ", "+1 ", "0 ", "01 ",
    "password ", "password: ", "password is ", "password for ", "a=", "a:", "pin ", "code ",
    "://", "a://", "a://b:", "?a=", "?token=", "AKIA", "eyJ", "eyJaaaaaaaa.", "-", "- ", "--", "A1-",
    "ABC1-", "-----BEGIN PRIVATE KEY", "-----BEGIN PRIVATE KEY-----", "mysql ", "-p", "-u a:", "'",
    '"', "a1", "aB3", "DE89 ", "DE89 1234 ", "Authorization: ", "bearer ", "(0", "G-", "use ",
    "passphrase is ", "passphrase: ", "a_", "A_", "9 is your ", "1234 is your ", "█", "é", "2024 ",
    "one time code ", "a" * 63 + ".", "\n", "0.", "1,", "$1", "\U0001f600",
    "a=pin=", "token=", "token:(", "PASS=$x=", "password is correct ", "password is a password ",
    "password = a ", "code is 1 2 ", "code for a ", "12 34 ", "code of is ",
]  # fmt: skip


@pytest.mark.parametrize("unit", HOSTILE)
def test_a_line_of_a_hundred_thousand_characters_costs_as_its_length(unit):
    # Not a clock but a count: work that grows with the square of the length would not come back
    # within the limit of the suite on a line of this size.
    text = (unit * (100_000 // len(unit) + 1))[:100_000]
    assert len(redact(text).text) <= len(text)


def test_a_line_of_a_million_characters_comes_back():
    text = ("It was the best of times; write to ada@example.org, 4111 1111 1111 1111. " * 14_000)[
        :MILLION
    ]
    assert redact(text).text.count(REDACTED) >= 2 * (MILLION // 75)
