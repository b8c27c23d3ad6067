"""Follows a session across broken connections: every committed turn once, in order."""

import random
import time
from collections.abc import Iterator

import grpc
from focal.orchestration.v1.session_service_pb2 import TurnRecord, WatchSessionRequest
from focal.orchestration.v1.session_service_pb2_grpc import SessionServiceStub

from call_failure import CallFailure
from connection import Trace

# Reasons to resume from the cursor, besides status UNAVAILABLE (docs/following-sessions.md).
_RESUMABLE = {"SLOW_READER", "TOO_MANY_CALLS", "TENANT_TOO_MANY_CALLS"}
_MIN_DELAY, _MAX_DELAY = 0.1, 5.0


def follow_session(sessions: SessionServiceStub, request: WatchSessionRequest, trace: Trace) -> Iterator[TurnRecord]:
    """Yields the turns after the request's cursor, then new turns, without end. Leaving the loop cancels the call."""
    cursor = WatchSessionRequest()
    cursor.CopyFrom(request)
    delay = _MIN_DELAY
    while True:
        # The call has no deadline, because the stream has no end.
        stream = sessions.WatchSession(cursor, metadata=trace.metadata())
        try:
            for message in stream:
                cursor.after_revision, cursor.after_turn_id = message.turn.revision, message.turn.turn_id
                delay = _MIN_DELAY
                yield message.turn
        except grpc.RpcError as error:
            failure = CallFailure.of(error)
            is_resumable = failure.status == "UNAVAILABLE" or failure.reason in _RESUMABLE
            if not is_resumable and not failure.is_broken_connection:
                raise
        finally:
            stream.cancel()
        time.sleep(delay * random.uniform(0.75, 1.25))
        delay = min(delay * 2, _MAX_DELAY)
