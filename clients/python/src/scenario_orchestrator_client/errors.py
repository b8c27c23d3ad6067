"""The error of a failed call, with the details of google.rpc.Status."""

from collections.abc import Iterable
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import grpc
from google.protobuf.any_pb2 import Any as PackedDetail

from .contract.rpc.error_details_pb2 import BadRequest, ErrorInfo, RetryInfo
from .contract.rpc.status_pb2 import Status

_STATUS_NAMES = {code.value[0]: code.name for code in grpc.StatusCode}


@dataclass(frozen=True)
class FieldViolation:
    """A field of a refused request."""

    field: str
    """Field path in the names of the contract."""
    description: str
    """The problem and the allowed values."""


class CallError(Exception):
    """A failed call. The message is one line."""

    def __init__(self, method: str, status: str, text: str, details: Iterable[PackedDetail] = ()) -> None:
        info, request, retry = ErrorInfo(), BadRequest(), RetryInfo()
        types = {"ErrorInfo": info, "BadRequest": request, "RetryInfo": retry}
        has_retry = False
        for detail in details:
            name = detail.type_url.rsplit("/", 1)[-1].removeprefix("google.rpc.")
            if name in types:
                types[name].ParseFromString(detail.value)
                has_retry = has_retry or name == "RetryInfo"
        self.method = method
        """The method, for example `ProcessTurn`."""
        self.status = status
        """The name of the gRPC status code, for example `INVALID_ARGUMENT`."""
        self.text = text
        """The message of the service."""
        self.reason = info.reason
        """The contract's ErrorReason without its prefix; "" if the error did not come from the service."""
        self.metadata = MappingProxyType(dict(info.metadata))
        """The metadata that the contract documents for the reason."""
        self.trace_id = self.metadata.get("trace_id")
        """The trace id of the call in the service; None if the service does not record traces."""
        self.violations = [FieldViolation(each.field, each.description) for each in request.field_violations]
        """The invalid fields, in the order of the request."""
        self.retry_after = retry.retry_delay.seconds + retry.retry_delay.nanos / 1e9 if has_retry else None
        """The delay in seconds after which to retry; None if the service does not suggest one."""
        super().__init__(self._format())

    @staticmethod
    def from_rpc_error(method: str, error: Any) -> "CallError":
        """Creates the error of a call from a grpc.RpcError or grpc.aio.AioRpcError."""
        packed = [value for key, value in error.trailing_metadata() or () if key == "grpc-status-details-bin"]
        details = Status.FromString(packed[0]).details if packed else []
        return CallError(method, error.code().name, error.details() or "", details)

    @staticmethod
    def from_status(method: str, status: Status) -> "CallError":
        """Creates the error of one turn of a stream."""
        name = _STATUS_NAMES.get(status.code, f"status {status.code}")
        return CallError(method, name, status.message, status.details)

    def _format(self) -> str:
        code = self.status if self.reason in ("", self.status) else f"{self.status}, {self.reason}"
        fields = [f"{each.field}: {each.description}" if each.field else each.description for each in self.violations]
        text = self.text
        if fields and fields[0] not in text:
            text = f"{text.removesuffix('.')}: {fields[0]}"
        rest = f" (and {len(fields) - 1} more)" if len(fields) > 1 else ""
        return f"{self.method} failed ({code}): {text}{rest}"
