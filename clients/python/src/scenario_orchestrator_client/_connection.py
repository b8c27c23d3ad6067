"""The settings of a connection, and what each call sends because of them."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ._retry import SERVICE_CONFIG
from .trace_context import TraceContextSource

DEFAULT_TIMEOUT = 5.0
"""Timeout of a call in seconds, including retries."""

MAX_RECEIVED_BYTES = 64 * 1024 * 1024
"""Maximum bytes of a received message: the largest value of the service's setting `server.max_response_bytes`."""

Token = str | Callable[[], str]
AsyncToken = Token | Callable[[], Awaitable[str]]


@dataclass(frozen=True)
class Connection:
    """What is the same for every call of a connection."""

    address: str
    timeout: float
    token: AsyncToken | None
    metadata: Mapping[str, str]
    get_trace_context: TraceContextSource
    channel_options: Sequence[tuple[str, Any]]

    def get_channel_options(self) -> list[tuple[str, Any]]:
        """Returns the retry policy and the maximum size of received messages, and the options of the caller, which override them."""
        options = {"grpc.service_config": SERVICE_CONFIG, "grpc.max_receive_message_length": MAX_RECEIVED_BYTES}
        return list({**options, **dict(self.channel_options)}.items())

    def create_metadata(self, token: str | None, metadata: Mapping[str, str] | None) -> tuple[tuple[str, str], ...]:
        """Returns the metadata of a call. Entries of the call replace entries of the connection."""
        authorization = {} if token is None else {"authorization": f"Bearer {token}"}
        return tuple({**self.get_trace_context(), **self.metadata, **authorization, **(metadata or {})}.items())

    def get_timeout(self, timeout: float | None) -> float:
        return self.timeout if timeout is None else timeout
