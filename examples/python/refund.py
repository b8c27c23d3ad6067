"""Runs the conversation of ../README.md: a turn, a turn as a stream, following and resuming a session, and an error."""

import os
import sys
from uuid import uuid4

import grpc
from focal.orchestration.v1.contribution_pb2 import ScenarioContribution
from focal.orchestration.v1.orchestrator_service_pb2 import ProcessTurnRequest, ProcessTurnResponse, StreamTurnRequest
from focal.orchestration.v1.orchestrator_service_pb2_grpc import OrchestratorServiceStub
from focal.orchestration.v1.scenario_pb2 import STEP_OUTCOME_KIND_CONFIRMED
from focal.orchestration.v1.session_service_pb2 import WatchSessionRequest
from focal.orchestration.v1.session_service_pb2_grpc import SessionServiceStub
from focal.orchestration.v1.turn_pb2 import Situation, StepOutcome, Turn

from call_failure import CallFailure, retry_broken_connection
from connection import Trace, connect
from decision_text import contribution_text, lifecycle_text, turn_text
from follow_session import follow_session

TENANT = "7b0e5f0e-0f5c-4f4c-9a39-0c2b4a3f1d01"
AGENT = "7b0e5f0e-0f5c-4f4c-9a39-0c2b4a3f1d02"
REFUND = "1d5b2b3a-7d3f-4c5e-9a52-0c7f2f6f4b01"  # examples/scenarios/refund.yaml

DEADLINE = 10.0
"""The deadline of a call in seconds, including retries."""


def message_turn(session: str, text: str, **values: str) -> Turn:
    """Creates a turn for a message of the customer with extracted values. The turn id stays the same on every attempt."""
    turn = Turn(tenant_id=TENANT, agent_id=AGENT, session_id=session, turn_id=str(uuid4()))
    turn.situation.CopyFrom(Situation(message=text))
    for name, value in values.items():
        turn.situation.candidate_variables.add(name=name).value.string_value = value
    turn.customer_data["customer_id"].string_value = "c-1"
    return turn


def process_turn(turns: OrchestratorServiceStub, turn: Turn, trace: Trace) -> ProcessTurnResponse:
    request = ProcessTurnRequest(turn=turn)
    response, call = retry_broken_connection(
        lambda: turns.ProcessTurn.with_call(request, timeout=DEADLINE, metadata=trace.metadata())
    )
    replayed = ("x-turn-replayed", "true") in call.trailing_metadata()
    print(f"ProcessTurn   revision {response.revision}{', replayed' if replayed else ''}: {turn_text(response)}")
    return response


def stream_turn(turns: OrchestratorServiceStub, turn: Turn, trace: Trace) -> ProcessTurnResponse:
    """Sends a turn and prints each event. The last event contains the whole response."""
    response = ProcessTurnResponse()
    for event in turns.StreamTurn(StreamTurnRequest(turn=turn), timeout=DEADLINE, metadata=trace.metadata()):
        match event.WhichOneof("event"):
            case "lifecycle":
                print(f"StreamTurn    lifecycle {lifecycle_text(event.lifecycle)}")
            case "transition":
                print(f"StreamTurn    transition {event.transition.source_step_id} -> {event.transition.target_step_id}")
            case "contribution":
                print(f"StreamTurn    contribution {contribution_text(event.contribution)}")
            case "committed":
                response = event.committed
                print(f"StreamTurn    committed, revision {response.revision}")
    return response


def watch_session(sessions: SessionServiceStub, cursor: WatchSessionRequest, count: int, trace: Trace) -> None:
    """Reads count turns after the cursor and advances the cursor. Store the cursor to resume in another process."""
    print(f"WatchSession  after revision {cursor.after_revision}")
    for turn in follow_session(sessions, cursor, trace):
        cursor.after_revision, cursor.after_turn_id = turn.revision, turn.turn_id
        print(f'WatchSession  revision {turn.revision}: "{turn.request.turn.situation.message}"')
        count -= 1
        if count == 0:
            return


def print_error(turns: OrchestratorServiceStub, turn: Turn, trace: Trace) -> None:
    try:
        request = ProcessTurnRequest(turn=turn)
        retry_broken_connection(lambda: turns.ProcessTurn(request, timeout=DEADLINE, metadata=trace.metadata()))
    except grpc.RpcError as error:
        failure = CallFailure.of(error)
        print(f"Error         {failure.status}, {failure.reason}")
        for name, problem in failure.violations:
            print(f"Error         {name}: {problem}")
        if failure.metadata.get("trace_id") == trace.trace_id:
            print("Error         trace id of the request")


def confirmed(confirm: ScenarioContribution) -> StepOutcome:
    """Creates the outcome for a customer who confirms a CONFIRM."""
    return StepOutcome(
        instance_id=confirm.instance_id, action_key=confirm.action_key, kind=STEP_OUTCOME_KIND_CONFIRMED
    )


def run_conversation(channel: grpc.Channel) -> None:
    turns, sessions = OrchestratorServiceStub(channel), SessionServiceStub(channel)
    session, trace = str(uuid4()), Trace()

    request = message_turn(session, "I want my money back for order 4711.", order_id="4711")
    request.candidates.add(scenario_id=REFUND, score=0.9)
    process_turn(turns, request, trace)
    process_turn(turns, request, trace)  # Simulates a retry after a lost response. The turn is applied once.

    reason = message_turn(session, "It arrived broken.", refund_reason="broken")
    confirm = stream_turn(turns, reason, trace).plan.contributions[0]

    cursor = WatchSessionRequest(tenant_id=TENANT, session_id=session, after_revision=0)
    watch_session(sessions, cursor, 2, trace)

    confirmation = message_turn(session, "Yes, please.")
    confirmation.step_outcomes.append(confirmed(confirm))
    process_turn(turns, confirmation, trace)
    watch_session(sessions, cursor, 1, trace)

    print_error(turns, message_turn("no-uuid", "Hello?"), trace)


def main(address: str) -> int:
    with connect(address) as channel:
        try:
            run_conversation(channel)
        except grpc.RpcError as error:
            failure = CallFailure.of(error)
            print(f"{failure.status} {failure.reason}: {failure.text}", file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(os.environ.get("SCENARIO_ORCHESTRATOR_SERVER", "127.0.0.1:50051")))
