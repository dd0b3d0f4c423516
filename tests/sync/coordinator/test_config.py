"""The settings of a role: what is there is taken, what is not is named, what cannot be is refused."""

from pathlib import Path
from typing import Any

import pytest

from hushkey.sync.coordinator.config import CoordinatorConfig, load, parsed
from hushkey.sync.errors import ConfigRefused

KEY = "ab" * 32
LEADER: dict[str, Any] = {
    "role": "leader",
    "name": "North",
    "url": "https://leader.example:8443",
    "store": "sqlite:///leader.db",
}


def _with(**changes: Any) -> CoordinatorConfig:
    return parsed(LEADER | changes, Path("/srv/hushkey"))


def _refusal(**changes: Any) -> str:
    with pytest.raises(ConfigRefused) as refused:
        _with(**changes)
    return str(refused.value)


def test_a_short_file_is_filled_up_with_what_is_documented(tmp_path: Path):
    file = tmp_path / "coordinator.toml"
    file.write_text(
        'role = "helper"\nname = "South"\nurl = "https://helper.example"\nstore = "sqlite:///h.db"\n'
        f'[peer]\nname = "North"\nurl = "https://leader.example"\nkey = "{KEY}"\nca = "ca.crt"\n'
        "[floor]\nbatch_min = 600\nsigma = 4480\n",
        encoding="utf-8",
    )
    held = load(file)
    assert (held.role, held.host, held.port) == ("helper", "127.0.0.1", 8443)
    assert held.peer is not None
    assert held.peer.ca == tmp_path / "ca.crt"
    assert held.other().key == bytes.fromhex(KEY)
    assert (held.floor.batch_min, held.floor.epsilon) == (600, 2.5)


def test_a_database_that_is_a_file_lies_beside_the_settings():
    assert _with().store == "sqlite:////srv/hushkey/leader.db"
    assert _with(store="sqlite:////var/l.db").store == "sqlite:////var/l.db"
    url = "postgresql+psycopg://hushkey@db.example/leader"
    assert _with(store=url).store == url


def test_an_unknown_key_is_answered_with_the_nearest():
    assert "did you mean store?" in _refusal(stor="x")
    assert "did you mean limits.address_burst?" in _refusal(limits={"adress_burst": 3})
    assert "there are batch_min, sigma" in _refusal(floor={"zzz": 3})


@pytest.mark.parametrize("missing", ["role", "name", "url", "store"])
def test_what_must_be_there_is_named(missing: str):
    held = {name: value for name, value in LEADER.items() if name != missing}
    with pytest.raises(ConfigRefused, match=f"setting {missing} is missing"):
        parsed(held, Path())


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"role": "owner"}, "leader or helper"),
        ({"name": 3}, "name is not a text"),
        ({"receiver_days": True}, "receiver_days is not a whole number"),
        ({"receiver_days": 0}, "below 0"),
        ({"limits": 3}, r"section, \[limits\]"),
        ({"limits": {"body_s": 0}}, "limits.body_s is above 0"),
        ({"limits": {"threads": 1.5}}, "limits.threads is not a whole number"),
        ({"limits": {"metrics_from": "10.0.0.0/8"}}, "not a list of texts"),
        ({"limits": {"metrics_from": ["10.0.0.0/99"]}}, "networks"),
        ({"floor": {"batch_min": 1}}, "batch_min is 2 or more"),
        ({"floor": {"epsilon": 0}}, "epsilon above 0"),
        ({"peer": {"name": "S", "url": "https://h.example", "key": "ab"}}, "64 hex digits"),
        ({"peer": {"name": "S", "url": "http://h.example", "key": KEY}}, "peer.url is https"),
        ({"url": "http://leader.example"}, "url is https"),
        ({"url": "https://user@leader.example"}, "url is https"),
        ({"url": "https://leader.example/path"}, "url is https"),
        ({"url": "https://leader.example:99999"}, "url is https"),
        ({"listen": "localhost:80"}, "ADDRESS:PORT"),
        ({"listen": "127.0.0.1:99999"}, "ADDRESS:PORT"),
        ({"listen": "0.0.0.0:8443"}, r"without \[tls\]"),
    ],
)
def test_what_cannot_be_is_refused(changes: dict[str, Any], said: str):
    with pytest.raises(ConfigRefused, match=said):
        _with(**changes)


def test_a_helper_with_tls_asks_its_leader_for_a_certificate():
    tls = {"certificate": "h.crt", "key": "h.key"}
    assert "client_ca is missing" in _refusal(role="helper", listen="0.0.0.0:1", tls=tls)
    held = _with(role="helper", listen="[::]:8443", tls=tls | {"client_ca": "ca.crt"})
    assert (held.host, held.port) == ("::", 8443)


def test_no_refusal_and_no_repr_quotes_a_value():
    url = "postgresql+psycopg://hushkey:secret@db/leader"
    assert "secret" not in repr(_with(store=url))
    assert "secret" not in _refusal(store=url, url="https://secret.example/secret")


def test_a_file_that_is_not_there_or_no_toml_is_refused(tmp_path: Path):
    with pytest.raises(ConfigRefused, match="coordinator init"):
        load(tmp_path / "none.toml")
    (tmp_path / "bad.toml").write_text("role = ", encoding="utf-8")
    with pytest.raises(ConfigRefused, match="not TOML"):
        load(tmp_path / "bad.toml")


def test_every_setting_is_documented_beside_itself():
    source = Path(load.__code__.co_filename).read_text(encoding="utf-8")
    for section in ("Tls", "Peer", "Limits", "Floor", "Gate", "Batching"):
        body = source.split(f"class {section}:", 1)[1].split("@dataclass", 1)[0]
        names = [line for line in body.splitlines() if line.startswith("    ") and ": " in line]
        names = [line for line in names if not line.strip().startswith('"""')]
        assert len(names) == body.count('    """') - 1, section
