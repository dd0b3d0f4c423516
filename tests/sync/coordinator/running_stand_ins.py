"""Both roles as an operator starts them: `hushkey coordinator serve` twice on loopback, with TLS made for the test."""

import contextlib
import datetime as dt
import ipaddress
import json
import os
import secrets
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import numpy as np
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from hushkey.model.base import load_base
from hushkey.sync.codec import Codec, pack, split
from hushkey.sync.coordinator import administration
from hushkey.sync.coordinator.config import load
from hushkey.sync.coordinator.drafting import Choices
from hushkey.sync.coordinator.front import MEDIA_TYPE
from hushkey.sync.coordinator.roles import Opened, opened
from hushkey.sync.enrolment import enrol, read_code
from hushkey.sync.envelopes import seal_report
from hushkey.sync.keys import DeviceKey, ReportSeed, SigningKey
from hushkey.sync.messages import (
    Metadata,
    Offer,
    Receiver,
    Record,
    Records,
    Role,
    Task,
    decode,
    encode,
    envelope_info,
    hash_of,
)
from hushkey.sync.signing import request_signature
from hushkey.sync.task_terms import codec_of

COMMAND = [sys.executable, "-m", "hushkey", "coordinator"]
ROOT = Path(__file__).resolve().parents[3]


def free_port() -> int:
    """A port that nobody listens on just now."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


# Certificates -----------------------------------------------------------------------------------


def authority(folder: Path, name: str) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    """An authority of one operator's own; its certificate is FOLDER/ca.crt."""
    key = ec.generate_private_key(ec.SECP256R1())
    made = _certificate(name, key.public_key(), x509.Name([_common(name)]), key, is_authority=True)
    (folder / "ca.crt").write_bytes(made.public_bytes(Encoding.PEM))
    return made, key


def certify(
    folder: Path, by: tuple[x509.Certificate, ec.EllipticCurvePrivateKey], name: str = "tls"
) -> None:
    """A certificate for 127.0.0.1, as server and client; FOLDER/NAME.crt and FOLDER/NAME.key."""
    key = ec.generate_private_key(ec.SECP256R1())
    made = _certificate(name, key.public_key(), by[0].subject, by[1], is_authority=False)
    (folder / f"{name}.crt").write_bytes(made.public_bytes(Encoding.PEM))
    held = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / f"{name}.key").write_bytes(held)
    (folder / f"{name}.key").chmod(0o600)


def _common(name: str) -> x509.NameAttribute[str]:
    return x509.NameAttribute(NameOID.COMMON_NAME, name)


def _certificate(
    name: str, public: Any, issuer: x509.Name, key: Any, *, is_authority: bool
) -> x509.Certificate:
    today = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([_common(name)]))
        .issuer_name(issuer)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(today - dt.timedelta(days=1))
        .not_valid_after(today + dt.timedelta(days=2))
        .add_extension(x509.BasicConstraints(is_authority, None), critical=True)
    )
    if not is_authority:
        loopback = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
        usages = [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]
        made = made.add_extension(x509.SubjectAlternativeName([loopback]), critical=False)
        made = made.add_extension(x509.ExtendedKeyUsage(usages), critical=False)
    return made.sign(key, hashes.SHA256())


# Roles ------------------------------------------------------------------------------------------


@dataclass
class Running:
    """One role's folder, and its process once it is started."""

    folder: Path
    port: int
    key: str
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"https://127.0.0.1:{self.port}"

    @property
    def settings(self) -> Path:
        return self.folder / "coordinator.toml"

    @contextlib.contextmanager
    def opened(self) -> Iterator[Opened]:
        """What its operator's commands work on."""
        with opened(load(self.settings)) as held:
            yield held

    def start(self, workers: int = 1) -> None:
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [*COMMAND, "serve", "--workers", str(workers), str(self.settings)],
                stderr=log,
                stdout=log,
                cwd=ROOT,
            )

    def stop(self) -> int:
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(40)

    def client(self, certificate: Path | None = None) -> httpx.Client:
        """An HTTP client that trusts this role's authority; it shows a certificate where one is given."""
        context = ssl.create_default_context(cafile=str(self.folder / "ca.crt"))
        if certificate is not None:
            context.load_cert_chain(certificate / "tls.crt", certificate / "tls.key")
        return httpx.Client(verify=context, base_url=self.url, timeout=30, trust_env=False)

    def wait(self) -> None:
        """Return once it answers."""
        with self.client() as client:
            for _ in range(600):
                with contextlib.suppress(httpx.TransportError):
                    if client.get("/healthz").status_code == 200:
                        return
                assert self.process is None or self.process.poll() is None, self.log()
                time.sleep(0.1)
        raise AssertionError(f"it never answered: {self.log()}")

    def log(self) -> str:
        return (self.folder / "log").read_text(encoding="utf-8")

    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.log().splitlines()]


@dataclass
class Pair:
    """A leader and a helper that know one another."""

    leader: Running
    helper: Running
    task: Task
    identity: bytes
    codec: Codec

    @property
    def of_task(self) -> str:
        return f"/v1/tasks/{self.identity.hex()}"

    def records(self, client: httpx.Client) -> list[Record]:
        answer = client.get(f"{self.of_task}/records")
        found = decode(answer.content, Records, limit_bytes=2**20).records
        return [decode(each.body, Record, limit_bytes=4096) for each in found]

    def report_of(self, device: DeviceKey, client: httpx.Client, code: str) -> httpx.Response:
        """Enrol a device with a code, and send a report of a small delta."""
        enrolment = enrol(read_code(code), device)
        post(client, f"{self.of_task}/devices", encode(enrolment)).raise_for_status()
        offer = decode(client.get(self.of_task).content, Offer, limit_bytes=2**20)
        leader, helper = (
            decode(each.body, Receiver, limit_bytes=4096)
            for each in (offer.leader_receiver, offer.helper_receiver)
        )
        now = int(time.time())
        metadata = Metadata(
            secrets.token_bytes(16),
            0,
            now + 3600,
            hash_of(secrets.token_bytes(32)),
            leader.number,
            helper.number,
        )
        seed = ReportSeed.generate(os.urandom)
        delta = np.full(self.codec.terms.dimension, 1e-6)
        context = envelope_info("helper", self.identity, metadata)
        elements = self.codec.encode(delta, 1.0, os.urandom)
        share = pack(split(elements, seed, self.task.bits, context), self.task.bits)
        report = seal_report(self.identity, metadata, share, seed, leader, helper, now=now)
        path = f"{self.of_task}/reports/{metadata.report.hex()}"
        return put(client, path, encode(report), device)


def post(
    client: httpx.Client, path: str, body: bytes, key: SigningKey | None = None
) -> httpx.Response:
    return client.post(path, content=body, headers=_headers("POST", path, body, key))


def put(client: httpx.Client, path: str, body: bytes, key: SigningKey) -> httpx.Response:
    return client.put(path, content=body, headers=_headers("PUT", path, body, key))


def _headers(method: str, path: str, body: bytes, key: SigningKey | None) -> dict[str, str]:
    told = {"Content-Type": MEDIA_TYPE}
    if key is not None:
        at, nonce = int(time.time()), secrets.token_bytes(16)
        told["Authorization"] = request_signature(
            key, method, path, body, at=at, nonce=nonce
        ).header()
    return told


@contextlib.contextmanager
def pair(place: Path) -> Iterator[Pair]:
    """Both roles running over TLS, with a demonstration task that both signed and whose base is recorded."""
    leader, helper = (_made(place / role, role) for role in ("leader", "helper"))
    for each in (leader, helper):
        certify(each.folder, authority(each.folder, each.folder.name))
    gate = leader.folder / "gate.txt"
    gate.write_text("see you at the harbour\nthe train is late again\n", encoding="utf-8")
    _know(leader, helper, '[gate]\ntext = "gate.txt"\n[batching]\npoll_s = 0.2\n')
    _know(helper, leader, "[floor]\nbatch_min = 4\ndemonstration = true\n", client_ca=True)
    identity = _agreed(leader, helper)
    helper.start()
    leader.start(workers=2)
    try:
        helper.wait()
        leader.wait()
        with leader.client() as client:
            yield _published(leader, helper, client, identity)
    finally:
        for each in (leader, helper):
            if each.process is not None and each.process.poll() is None:
                each.stop()


def _agreed(leader: Running, helper: Running) -> bytes:
    """A demonstration task that one made, the other signed and the first published."""
    chosen = Choices("one", {"output": 16}, 4, 8, sigma=1, norm_limit=100.0, demonstration=True)
    with leader.opened() as ours, helper.opened() as theirs:
        begun, _ = administration.create_task(ours, chosen)
        signed = administration.sign_task(theirs, encode(begun))
        return administration.publish_task(ours, encode(signed))


def _published(leader: Running, helper: Running, client: httpx.Client, identity: bytes) -> Pair:
    for _ in range(600):
        answer = client.get(f"/v1/tasks/{identity.hex()}")
        if answer.status_code == 200:
            offer = decode(answer.content, Offer, limit_bytes=2**20)
            task = decode(offer.task.body, Task, limit_bytes=2**16)
            shape = load_base().shape()
            return Pair(leader, helper, task, identity, codec_of(task, shape))
        time.sleep(0.1)
    raise AssertionError(f"the base was never recorded: {leader.log()}")


def _made(folder: Path, role: str) -> Running:
    port = free_port()
    address = f"127.0.0.1:{port}"
    known: Role = "leader" if role == "leader" else "helper"
    store = f"sqlite:///{role}.db"
    settings = administration.Settings(known, role, f"https://{address}", store, address)
    return Running(folder, port, administration.init(folder, settings))


def _know(one: Running, other: Running, more: str, *, client_ca: bool = False) -> None:
    """Add to one role's settings what its operator has of the other."""
    ca = f'client_ca = "{other.folder}/ca.crt"\n' if client_ca else ""
    with one.settings.open("a", encoding="utf-8") as file:
        file.write(f'[tls]\ncertificate = "tls.crt"\nkey = "tls.key"\n{ca}')
        file.write(f'[peer]\nname = "{other.folder.name}"\nurl = "{other.url}"\n')
        file.write(f'key = "{other.key}"\nca = "{other.folder}/ca.crt"\n')
        file.write(f"[limits]\nbody_s = 1\nhead_s = 3\n{more}")
