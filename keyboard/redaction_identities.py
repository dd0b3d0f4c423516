"""Find numbers by which an office, a bank or a shop knows a person: by name, or by a shape of their own. Pure."""

import re
from collections.abc import Iterator

from hushkey.keyboard.redaction_spared import DATE, YEAR, Span

# Of which the number is told by its name alone, however short and mixed with letters it is.
_STRONG = """
passport|passeport|pasaporte|passaporto|reisepass|паспорт|паспорта
national insurance|nino|ni|ssn|ss#|social security|itin|nhs
medicare|medicaid|ohip|health card|mrn|patient|krankenversicherten\\w{0,12}|kv-nr|ehic
driv\\w{2,4}'?s? licen[cs]e|licen[cs]e
führerschein|dl|vin|chassis|fahrgestell\\w{0,8}|aadhaa?r|pan card|pan|voter id|gstin|cpf|cnpj|rg|rut|dni|nie|cuit|curp
rfc|nif|cédula|cedula|codice fiscale|cf|partita iva|p\\.? ?iva|pesel|nip|regon|rodné číslo|cnp|oib|egn
amka|tc kimlik|bsn
rijksregister\\w{0,8}|personnummer|personnr|fødselsnummer|fnr|cpr|cpr-nr|hetu|henkilötunnus|kennitala|insee|sécu|secu
sécurité sociale|ahv|ahv-nr|svnr|sozialversicherung\\w{0,8}|rentenversicherung\\w{0,8}|steuer-?(?: ?id)?|steuernummer
steuernr|steuer-?identifikationsnummer|idnr|sin|tfn|abn|ird|ppsn?|nric|fin|mykad|hkid|snils|снилс|инн|inn|ein|utr
tax id|tax number|tin|vat|ust-?id(?:-?nr)?|uid|siret|siren|company|hrb|green card|alien|id card|identity card
ausweis\\w{0,8}|personalausweis|身份证|주민번호|マイナンバー|resident id|imei|iccid|eid|serial|s/n|sn
sort code|sort|s/c|blz|bsb|routing|aba|transit|ifsc|clabe|cbu|bankgiro|plusgiro|bank details|account|acct?|a/c
konto|kontonr|kontonummer|kto|iban
"""
# Of which many things are said; a number of theirs has five digits and more.
_WEAK = """
policy|claim|member(?:ship)?|insurance|group|student|matrikel\\w{0,8}|matr|candidate|employee|staff|personalnummer|pers\\w{0,6}nr
order|bestell\\w{0,8}|auftrag\\w{0,8}|po|purchase order|invoice|rechnung\\w{0,10}|inv|customer|client
kunden\\w{0,8}|contract
vertrag\\w{0,8}|case|aktenzeichen|az|ticket|e-ticket|tracking|parcel|package|shipment|sendung\\w{0,8}|ups|usps|fedex|dhl|gls
hermes|royal mail|booking|reservation|boarding pass|frequent flyer|loyalty|library|bahncard|clubcard
nectar|card|gift card
meter|zähler\\w{0,8}|mpan|mprn|ref|reference|verwendungszweck|kid|ogm|friend code|meeting|zoom|webex
conference|teamviewer
anydesk|telegram|discord|steam|qq|device|user|donor|licence plate|visa|id|number|no|nr|№|account id|customer id
"""


def _names(table: str) -> str:
    return "|".join(
        sorted("|".join(table.split("\n")).strip("|").split("|"), key=len, reverse=True)
    )


_SUFFIX = r"(?:[ -]?(?:numbers?|num|nummer|no|nr|n[°º]|id|#|card|ref|reference|code|key|loyalty|details))?(?:\.|#)?"
_LINK = r"(?:(?:'s| is| was| ist| est| es| lautet)?(?: now| still)?(?: ?[:=#])?|,) ?"
_GROUP = r"(?:[A-Z]{0,8}\d[A-Z0-9]*|[A-Z]{1,2}(?=[ ./-]?[A-Z]{0,3}\d)|[A-Z]{1,2}(?![A-Za-z]))"
_VALUE = (
    rf"(?P<value>[+(]{{0,3}}(?:{_GROUP}|[A-Z]{{3,6}}(?=[ -]\d))(?:[ ./_+-]{{1,2}}{_GROUP}"
    rf"|\([A-Z0-9]\)){{0,9}}[#+]{{0,3}})(?![\w])"
)
_NAMED = re.compile(
    rf"(?<![\w-])(?:(?P<strong>(?i:{_names(_STRONG)}))|(?i:{_names(_WEAK)})){_SUFFIX}"
    rf"(?:(?i:{_SUFFIX}){_SUFFIX})?(?i:{_LINK}){_VALUE}"
)
_LOWER_INSURANCE = re.compile(
    r"(?i:\bni(?:no)?(?: no| number)?\.?:? )(?P<value>[a-z]{2}(?: ?\d\d){3} ?[a-d])\b"
)

_SHAPES = re.compile(
    r"(?<![\w.,:/-])(?:"
    r"\d{3}\.\d{3}\.\d{3}-\d\d|\d{2}\.\d{3}\.\d{3}/\d{4}-\d\d|\d{1,2}\.\d{3}\.\d{3}-[\dKkXx]|\d{7,8}-[\dKk]"
    r"|[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?\d\d ?\d\d ?\d\d ?[A-D]"  # national insurance
    r"|[A-Z]{6}\d\d[A-Z]\d\d[A-Z]\d{3}[A-Z]|[A-Z]{4}\d{6}[A-Z]{6}[A-Z0-9]\d"  # Italy, Mexico
    r"|(?:(?:19|20)\d\d|\d\d)(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])[-+]\d{4}"  # Sweden
    r"|(?:0[1-9]|[12]\d|3[01])(?:0[1-9]|1[0-2])\d\d[-+A]\d{3}[0-9A-Y]|\d{6}-\d\d-\d{4}|\d{6}-[1-4]\d{6}"
    r"|756\.\d{4}\.\d{4}\.\d\d|\d\d\.\d\d\.\d\d-\d{3}\.\d\d|\d{2,3}/\d{3}/\d{4,5}|\d{6}/\d{3,4}|\d\d-\d{7,8}(?:-\d)?"
    r"|1Z[A-Z0-9]{6}\d{10}|[A-Z]{2}\d{9}[A-Z]{2}|[A-HJ-NPR-Z0-9]{3}(?=[A-Z0-9]*\d{4})[A-HJ-NPR-Z0-9]{10}\d{4}"
    r"|\d{3}-\d{7}-\d{7}|\d{3}-\d{10}|\d{2} \d{6} [A-Z] \d{3}|\d{3}-\d{3}-\d{3} \d\d|[A-Z]{5}\d{4}[A-Z]"
    r"|\d \d\d \d\d \d\d \d{3} \d{3} \d\d|[A-Z]\d{3}-\d{4}-\d{4}(?:-\d\d)?|\d{3}-\d{3}-\d\d-\d\d"
    r")(?![\w-]|[.,:/]\d)"
)
_SORT_CODE = re.compile(
    r"(?i:\b(?:sort(?: code)?|s/c|bank details)[:=]? ?)(?P<value>\d\d[ -](?!00[ -]00)\d\d[ -]\d\d)(?![\w-])"
)
_LEAST = 4  # digits of a number that a strong name is given to
_LEAST_WEAK = 6


def identities(text: str) -> Iterator[Span]:
    """Find identity, account, order and case numbers, most of which no check could tell from others."""
    if not any(map(str.isdecimal, text)):
        return
    for match in _NAMED.finditer(text):
        if _is_identity(match["value"], strong=bool(match["strong"])):
            yield match.span("value")
    for pattern in (_LOWER_INSURANCE, _SORT_CODE):
        yield from (match.span("value") for match in pattern.finditer(text))
    for match in _SHAPES.finditer(text):
        if not DATE.fullmatch(match[0]):
            yield match.span()


def _is_identity(value: str, *, strong: bool) -> bool:
    digits = "".join(filter(str.isdecimal, value))
    if len(digits) < (_LEAST if strong else _LEAST_WEAK) or DATE.fullmatch(value):
        return False
    groups = re.split(r"[ ./_+-]+", value)
    if all(YEAR.fullmatch(group) for group in groups) or len(set(digits)) == 1:
        return False
    mixed = any(map(str.isalpha, value)) or len(groups) > 1
    if not mixed and len(digits) < _LEAST_WEAK:
        return False  # "account 1200", "company 2024"
    return not (len(digits) <= _LEAST_WEAK and digits.endswith("00"))
