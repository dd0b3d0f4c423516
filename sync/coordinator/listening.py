"""The socket, TLS and HTTP server of a role's web part. Knows no route and no store."""

import socket
import ssl

import uvicorn
from starlette.applications import Starlette

from hushkey.sync.coordinator.config import CoordinatorConfig
from hushkey.sync.coordinator.http_protocol import protocol
from hushkey.sync.errors import ConfigRefused

GRACE_S = 30.0  # for requests and stages to end
BACKLOG = 512


def bound(config: CoordinatorConfig) -> socket.socket:
    """Return the socket that a role listens on. Raises ConfigRefused."""
    family = socket.AF_INET6 if ":" in config.host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((config.host, config.port))
        listening.listen(BACKLOG)
    except OSError as error:
        listening.close()
        raise ConfigRefused(
            f"it cannot listen on {config.listen} ({error.strerror}); nothing was started"
        ) from None
    return listening


def answer_requests(app: Starlette, config: CoordinatorConfig, listening: socket.socket) -> None:
    """Answer until SIGTERM, then end what has begun."""
    settings = uvicorn.Config(
        app,
        http=protocol(config.limits.head_s),
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        limit_concurrency=config.limits.in_flight * 8,
        backlog=BACKLOG,
        timeout_keep_alive=max(1, int(config.limits.head_s)),
        timeout_graceful_shutdown=int(GRACE_S) - 5,
    )
    settings.load()
    settings.ssl = server_context(config)
    uvicorn.Server(settings).run([listening])


def server_context(config: CoordinatorConfig) -> ssl.SSLContext | None:
    """Return TLS as a role serves it; a helper takes its leader's certificate and asks nobody else for one."""
    if config.tls is None:
        return None
    try:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_3
        context.load_cert_chain(config.tls.certificate, config.tls.key)
        if config.role == "helper" and config.tls.client_ca is not None:
            context.load_verify_locations(config.tls.client_ca)
            context.verify_mode = ssl.CERT_OPTIONAL
    except (OSError, ssl.SSLError):
        raise ConfigRefused(
            "the certificate, key or client_ca of [tls] cannot be read; nothing was started"
        ) from None
    return context
