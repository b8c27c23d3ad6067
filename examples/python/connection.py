"""How calls reach the service: the channel with its retry policy, and what goes with each call."""

from pathlib import Path
from secrets import token_hex

import grpc

# The contract publishes what is safe to retry, for clients in every language. Copy the file beside your own code.
_contract = Path(__file__).parents[2] / "proto/focal/orchestration/v1"
_service_config = (_contract / "service_config.json").read_text()


def connect(address: str) -> grpc.Channel:
    """A channel to a service on the same machine, without TLS. Over a network: grpc.secure_channel, see docs/clients.md."""
    return grpc.insecure_channel(address, options=[("grpc.service_config", _service_config)])


class Trace:
    """A W3C trace context. With OpenTelemetry its instrumentation of grpc sends the context of the current span by itself."""

    def __init__(self) -> None:
        self.trace_id = token_hex(16)

    def metadata(self) -> list[tuple[str, str]]:
        """What goes with a call: a span of its own below the trace, sampled."""
        return [("traceparent", f"00-{self.trace_id}-{token_hex(8)}-01")]
