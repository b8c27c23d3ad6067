"""What a failed call tells: the google.rpc.Status that comes with it, with the details that the contract documents."""

from dataclasses import dataclass, field

import grpc
from google.rpc.error_details_pb2 import BadRequest, ErrorInfo, RetryInfo
from google.rpc.status_pb2 import Status


@dataclass
class CallFailure:
    status: str
    """Name of the gRPC status code."""
    text: str
    """What went wrong, for people."""
    reason: str = ""
    """ErrorReason of the contract, without its prefix; empty where the error did not come from the service."""
    metadata: dict[str, str] = field(default_factory=dict)
    """What the contract documents at the reason; `trace_id` is among it where the service traces."""
    violations: list[tuple[str, str]] = field(default_factory=list)
    """Every field that was refused, with what is wrong with it."""
    retry_after: float | None = None
    """Seconds after which a retry makes sense, where the service said so."""

    @staticmethod
    def of(error: grpc.RpcError) -> "CallFailure":
        failure = CallFailure(error.code().name, error.details())
        for detail in _status_of(error).details:
            info, request, retry = ErrorInfo(), BadRequest(), RetryInfo()
            if detail.Unpack(info):
                failure.reason, failure.metadata = info.reason, dict(info.metadata)
            elif detail.Unpack(request):
                failure.violations = [(each.field, each.description) for each in request.field_violations]
            elif detail.Unpack(retry):
                failure.retry_after = retry.retry_delay.ToTimedelta().total_seconds()
        return failure


def _status_of(error: grpc.RpcError) -> Status:
    # The pip package grpcio-status does the same: rpc_status.from_call(error).
    for key, value in error.trailing_metadata() or ():
        if key == "grpc-status-details-bin":
            return Status.FromString(value)
    return Status()
