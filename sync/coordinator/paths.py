"""What a request names: ids, numbers, whom it is signed by. Read strictly; knows no message."""

import re

from starlette.requests import Request

from hushkey.sync.errors import MessageRefused, NotFound

SIZES = {"task": 32, "hash": 32, "report": 16, "batch": 16}  # bytes
CERTIFIED = "hushkey.certified"  # of ASGI's extensions: see serving.py
_NUMBER = re.compile(r"\d{1,10}", re.ASCII)


def id_in(request: Request, name: str) -> bytes:
    """Return an id of the path: lower-case hex of its one length. Raises NotFound."""
    text = request.path_params[name]
    if re.fullmatch(rf"[0-9a-f]{{{2 * SIZES[name]}}}", text, re.ASCII) is None:
        raise NotFound(f"a {name} is {2 * SIZES[name]} hex digits; there is none of this name")
    return bytes.fromhex(text)


def number_in(request: Request, name: str) -> int | None:
    """Return a number of the query; None where it has none of that name. Raises MessageRefused."""
    values = request.query_params.getlist(name)
    if not values:
        return None
    if len(values) > 1 or _NUMBER.fullmatch(values[0]) is None or int(values[0]) >= 2**31:
        raise MessageRefused(f"{name} is one number below 2^31; nothing was done")
    return int(values[0])


def require_known(request: Request, names: set[str]) -> None:
    """Return if the query has no other names. Raises MessageRefused."""
    if request.query_params.keys() - names:
        raise MessageRefused(f"the query takes {' and '.join(sorted(names))}; nothing was done")


def asked(request: Request) -> tuple[str | None, str, str]:
    """Return what a signature is over besides the body: the header, the method, the path with its query."""
    query = request.scope["query_string"]
    target = request.scope["raw_path"] + (b"?" + query if query else b"")
    return request.headers.get("authorization"), request.method, target.decode("ascii", "replace")


def has_certificate(request: Request) -> bool:
    """Whether the connection showed a certificate that TLS has checked: see serving.py."""
    return bool(request.scope.get("extensions", {}).get(CERTIFIED, False))
