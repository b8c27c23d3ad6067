"""Runs the conversation of ../README.md: a turn, a turn as a stream, following and resuming a session, and an error."""

import os
import sys
from collections.abc import Mapping
from secrets import token_hex
from uuid import uuid4

from scenario_orchestrator_client import (
    STEP_OUTCOME_KIND_CONFIRMED,
    CallError,
    OrchestratorClient,
    ProcessTurnRequest,
    ProcessTurnResponse,
    ScenarioContribution,
    Situation,
    StepOutcome,
    StreamTurnRequest,
    Turn,
    WatchSessionRequest,
    connect,
    insecure,
    to_candidate_variables,
    to_values,
)

from decision_text import contribution_text, lifecycle_text, turn_text

TENANT = "7b0e5f0e-0f5c-4f4c-9a39-0c2b4a3f1d01"
AGENT = "7b0e5f0e-0f5c-4f4c-9a39-0c2b4a3f1d02"
REFUND = "1d5b2b3a-7d3f-4c5e-9a52-0c7f2f6f4b01"  # examples/scenarios/refund.yaml

TRACE_ID = token_hex(16)
"""A W3C trace id. With OpenTelemetry, the client sends the context of the current span automatically."""


def get_trace_context() -> Mapping[str, str]:
    """Returns a new sampled span in the trace."""
    return {"traceparent": f"00-{TRACE_ID}-{token_hex(8)}-01"}


def message_turn(session: str, text: str, **values: str) -> Turn:
    """Creates a turn for a message of the customer with extracted values. The turn id stays the same on every attempt."""
    return Turn(
        tenant_id=TENANT,
        agent_id=AGENT,
        session_id=session,
        turn_id=str(uuid4()),
        situation=Situation(message=text, candidate_variables=to_candidate_variables(values)),
        customer_data=to_values({"customer_id": "c-1"}),
    )


def process_turn(client: OrchestratorClient, turn: Turn) -> None:
    result = client.process_turn(ProcessTurnRequest(turn=turn))
    replayed = ", replayed" if result.replayed else ""
    print(f"ProcessTurn   revision {result.response.revision}{replayed}: {turn_text(result.response)}")


def stream_turn(client: OrchestratorClient, turn: Turn) -> ProcessTurnResponse:
    """Sends a turn and prints each event. The last event contains the whole response."""
    response = ProcessTurnResponse()
    for event in client.stream_turn(StreamTurnRequest(turn=turn)):
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


def watch_session(client: OrchestratorClient, cursor: WatchSessionRequest, count: int) -> None:
    """Reads `count` turns after the cursor and moves it. Store the cursor to resume in another process."""
    print(f"WatchSession  after revision {cursor.after_revision}")
    with client.watch_session(cursor) as turns:
        for turn in turns:
            print(f'WatchSession  revision {turn.revision}: "{turn.request.turn.situation.message}"')
            cursor.after_revision, cursor.after_turn_id = turn.revision, turn.turn_id
            count -= 1
            if count == 0:
                return


def print_error(client: OrchestratorClient, turn: Turn) -> None:
    try:
        client.process_turn(ProcessTurnRequest(turn=turn))
    except CallError as error:
        print(f"Error         {error.status}, {error.reason}")
        for violation in error.violations:
            print(f"Error         {violation.field}: {violation.description}")
        if error.trace_id == TRACE_ID:
            print("Error         trace id of the request")


def confirmed(confirm: ScenarioContribution) -> StepOutcome:
    """Creates the outcome for a customer who confirms a CONFIRM."""
    return StepOutcome(
        instance_id=confirm.instance_id, action_key=confirm.action_key, kind=STEP_OUTCOME_KIND_CONFIRMED
    )


def run_conversation(client: OrchestratorClient) -> None:
    session = str(uuid4())

    request = message_turn(session, "I want my money back for order 4711.", order_id="4711")
    request.candidates.add(scenario_id=REFUND, score=0.9)
    process_turn(client, request)
    process_turn(client, request)  # Simulates a retry after a lost response. The turn is applied once.

    reason = message_turn(session, "It arrived broken.", refund_reason="broken")
    confirm = stream_turn(client, reason).plan.contributions[0]

    cursor = WatchSessionRequest(tenant_id=TENANT, session_id=session, after_revision=0)
    watch_session(client, cursor, 2)

    confirmation = message_turn(session, "Yes, please.")
    confirmation.step_outcomes.append(confirmed(confirm))
    process_turn(client, confirmation)
    watch_session(client, cursor, 1)

    print_error(client, message_turn("no-uuid", "Hello?"))


def main(address: str) -> int:
    with connect(address, credentials=insecure(), timeout=10, get_trace_context=get_trace_context) as client:
        try:
            run_conversation(client)
        except CallError as error:
            print(error, file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(os.environ.get("SCENARIO_ORCHESTRATOR_SERVER", "127.0.0.1:50051")))
