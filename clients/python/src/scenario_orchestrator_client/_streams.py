"""What the synchronous and the asyncio client share about streams: cursors, and the outcomes of a stream of turns."""

from dataclasses import dataclass

from .contract import (
    ProcessTurnRequest,
    ProcessTurnResponse,
    ProcessTurnsRequest,
    ProcessTurnsResponse,
    TurnRecord,
    WatchSessionRequest,
    WatchSessionResponse,
    WatchTurnsRequest,
    WatchTurnsResponse,
)
from .errors import CallError
from .trace_context import TraceContextSource


@dataclass(frozen=True)
class ProcessTurnResult:
    """The result of a turn."""

    response: ProcessTurnResponse
    replayed: bool
    """Whether the turn had already been applied. If true, the response is the stored response (5.1)."""


@dataclass(frozen=True)
class TurnOutcome:
    """The result of one turn of a stream. A failed turn does not end the stream."""

    turn_id: str
    """The id of the sent turn, in lower case; "" if the service could not decode it."""
    outcome: ProcessTurnResult | CallError
    """The result, or the error of a failed turn."""


class SessionCursor:
    """The position of WatchSession: after the last turn that the caller has taken."""

    def __init__(self, request: WatchSessionRequest) -> None:
        self.request = WatchSessionRequest()
        self.request.CopyFrom(request)

    def take(self, message: WatchSessionResponse) -> TurnRecord | None:
        if not message.HasField("turn"):
            return None
        self.request.after_revision = message.turn.revision
        self.request.after_turn_id = message.turn.turn_id
        return message.turn


class FeedCursor:
    """The position of WatchTurns: after the last response that the caller has taken, also for a consumer."""

    def __init__(self, request: WatchTurnsRequest) -> None:
        self.request = WatchTurnsRequest()
        self.request.CopyFrom(request)

    def take(self, message: WatchTurnsResponse) -> WatchTurnsResponse:
        self.request.consumer = ""
        self.request.cursor = message.cursor
        return message


def to_streamed_turn(
    turn: ProcessTurnRequest | ProcessTurnsRequest, get_trace_context: TraceContextSource
) -> ProcessTurnsRequest:
    """Returns the message of a turn, with the trace context of the caller if the turn has none."""
    # The fields of ProcessTurnRequest have the same numbers in ProcessTurnsRequest.
    streamed = ProcessTurnsRequest.FromString(turn.SerializeToString())
    if not streamed.HasField("trace_context"):
        context = get_trace_context()
        if context.get("traceparent"):
            streamed.trace_context.traceparent = context["traceparent"]
            streamed.trace_context.tracestate = context.get("tracestate", "")
    return streamed


def to_turn_outcome(message: ProcessTurnsResponse) -> TurnOutcome:
    match message.WhichOneof("result"):
        case "response":
            return TurnOutcome(message.turn_id, ProcessTurnResult(message.response, message.replayed))
        case "error":
            return TurnOutcome(message.turn_id, CallError.from_status("ProcessTurns", message.error))
        case _:
            raise ValueError(
                f"The result of turn {message.turn_id} is neither a response nor an error. Update this client."
            )
