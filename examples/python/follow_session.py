"""Following a session over breaks: every committed turn once, in order."""

import random
import time
from collections.abc import Iterator

import grpc
from focal.orchestration.v1.session_service_pb2 import TurnRecord, WatchSessionRequest
from focal.orchestration.v1.session_service_pb2_grpc import SessionServiceStub

from call_failure import CallFailure
from connection import Trace

# After these, and after UNAVAILABLE, the stream goes on from the cursor (docs/following-sessions.md).
_RESUMABLE = {"SLOW_READER", "TOO_MANY_CALLS", "TENANT_TOO_MANY_CALLS"}
_FIRST_PAUSE, _LONGEST_PAUSE = 0.1, 5.0


def follow_session(sessions: SessionServiceStub, request: WatchSessionRequest, trace: Trace) -> Iterator[TurnRecord]:
    """The turns behind the request's cursor, then each as it is committed. Has no end of its own; leaving the loop cancels the call."""
    cursor = WatchSessionRequest()
    cursor.CopyFrom(request)
    pause = _FIRST_PAUSE
    while True:
        # No deadline: it lasts for as long as one wants to follow.
        stream = sessions.WatchSession(cursor, metadata=trace.metadata())
        try:
            for message in stream:
                cursor.after_revision, cursor.after_turn_id = message.turn.revision, message.turn.turn_id
                pause = _FIRST_PAUSE
                yield message.turn
        except grpc.RpcError as error:
            failure = CallFailure.of(error)
            if failure.status != "UNAVAILABLE" and failure.reason not in _RESUMABLE:
                raise
        finally:
            stream.cancel()
        time.sleep(pause * random.uniform(0.75, 1.25))
        pause = min(pause * 2, _LONGEST_PAUSE)
