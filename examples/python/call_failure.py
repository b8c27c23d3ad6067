"""Details of a failed call, from the google.rpc.Status in its trailing metadata."""

from dataclasses import dataclass, field

import grpc
from google.rpc.error_details_pb2 import BadRequest, ErrorInfo, RetryInfo
from google.rpc.status_pb2 import Status


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


def _get_status(error: grpc.RpcError) -> Status:
    # The pip package grpcio-status does the same: rpc_status.from_call(error).
    for key, value in error.trailing_metadata() or ():
        if key == "grpc-status-details-bin":
            return Status.FromString(value)
    return Status()
