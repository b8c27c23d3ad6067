"""Details of a failed call, from the google.rpc.Status in its trailing metadata."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

import grpc
from google.rpc.error_details_pb2 import BadRequest, ErrorInfo, RetryInfo
from google.rpc.status_pb2 import Status

Result = TypeVar("Result")


@dataclass
class CallFailure:
    status: str
    """Name of the gRPC status code."""
    text: str
    """Error message for people."""
    reason: str = ""
    """The contract's ErrorReason without its prefix. Empty if the service did not return the error."""
    metadata: dict[str, str] = field(default_factory=dict)
    """Metadata of the reason. Has `trace_id` if the service records traces."""
    violations: list[tuple[str, str]] = field(default_factory=list)
    """Every invalid field with its problem."""
    retry_after: float | None = None
    """Delay before a retry in seconds. None if the service does not suggest one."""

    @staticmethod
    def of(error: grpc.RpcError) -> "CallFailure":
        failure = CallFailure(error.code().name, error.details())
        for detail in _get_status(error).details:
            info, request, retry = ErrorInfo(), BadRequest(), RetryInfo()
            if detail.Unpack(info):
                failure.reason, failure.metadata = info.reason, dict(info.metadata)
            elif detail.Unpack(request):
                failure.violations = [(each.field, each.description) for each in request.field_violations]
            elif detail.Unpack(retry):
                failure.retry_after = retry.retry_delay.ToTimedelta().total_seconds()
        return failure

    @property
    def is_broken_connection(self) -> bool:
        """Whether the connection broke during the call. The retry policy retries only UNAVAILABLE."""
        return self.reason == "" and (
            self.status == "CANCELLED" or (self.status == "INTERNAL" and "RST_STREAM" in self.text)
        )


def retry_broken_connection(call: Callable[[], Result]) -> Result:
    """Repeats the same request if the connection breaks. A turn that was applied already is not applied again."""
    for delay in (0.1, 0.2, 0.4):
        try:
            return call()
        except grpc.RpcError as error:
            if not CallFailure.of(error).is_broken_connection:
                raise
        time.sleep(delay)
    return call()


def _get_status(error: grpc.RpcError) -> Status:
    # The pip package grpcio-status does the same: rpc_status.from_call(error).
    for key, value in error.trailing_metadata() or ():
        if key == "grpc-status-details-bin":
            return Status.FromString(value)
    return Status()
