"""The seam to the network: one method for HTTP, one for WebSockets; tests plug in their own."""

from __future__ import annotations

from datalab_kernel_client.transport._base import (
    CertificateError,
    HandshakeError,
    Request,
    Response,
    Socket,
    SocketClosedError,
    Transport,
    TransportError,
    TransportTimeoutError,
)

__all__ = [
    "CertificateError",
    "HandshakeError",
    "Request",
    "Response",
    "Socket",
    "SocketClosedError",
    "Transport",
    "TransportError",
    "TransportTimeoutError",
]
