"""Credentials of a connection."""

from pathlib import Path

import grpc


def tls(
    ca: bytes | Path | None = None, client_certificate: tuple[bytes | Path, bytes | Path] | None = None
) -> grpc.ChannelCredentials:
    """Creates credentials for a TLS connection from PEM files or their contents.

    `ca` verifies the server; default: the CA certificates that grpcio contains. `client_certificate` is the certificate and the private
    key, for a service that requires them (docs/security.md).
    """
    certificate, key = client_certificate or (None, None)
    return grpc.ssl_channel_credentials(_read(ca), _read(key), _read(certificate))


class Insecure:
    """The credentials of a plaintext connection."""


def insecure() -> Insecure:
    """Creates credentials for a plaintext connection. Use them only for a service on the same machine."""
    return Insecure()


def _read(pem: bytes | Path | None) -> bytes | None:
    return pem.read_bytes() if isinstance(pem, Path) else pem
