"""Opens the channel with the retry policy, and creates the metadata of calls."""

from pathlib import Path
from secrets import token_hex

import grpc

# The retry policy that the contract publishes for clients in every language. Copy the file to your own code.
_contract = Path(__file__).parents[2] / "proto/focal/orchestration/v1"
_service_config = (_contract / "service_config.json").read_text()


def connect(address: str) -> grpc.Channel:
    """Opens a channel to a service on the same machine, without TLS. For other machines, see docs/clients.md."""
    return grpc.insecure_channel(address, options=[("grpc.service_config", _service_config)])


class Trace:
    """A W3C trace context. With OpenTelemetry, the gRPC instrumentation sends the context of the current span automatically."""

    def __init__(self) -> None:
        self.trace_id = token_hex(16)

    def metadata(self) -> list[tuple[str, str]]:
        """Returns the metadata of a call, with a new sampled span in the trace."""
        return [("traceparent", f"00-{self.trace_id}-{token_hex(8)}-01")]
