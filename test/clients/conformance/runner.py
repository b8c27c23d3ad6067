"""Runs the script of the conformance test with the synchronous Python client: `runner.py HOST:PORT STEPS.json`. Prints a JSON line a step."""

import json
import sys
from base64 import b64decode
from collections.abc import Iterator
from typing import Any

from scenario_orchestrator_client import (
    CallError,
    GetSessionRequest,
    OrchestratorClient,
    ProcessTurnRequest,
    ProcessTurnsRequest,
    StreamTurnRequest,
    WatchSessionRequest,
    WatchTurnsRequest,
    connect,
    insecure,
)
from summaries import summarize_message, summarize_outcome, summarize_result, to_row


def run_step(client: OrchestratorClient, step: dict[str, Any], cursor: str) -> Iterator[tuple[list[Any], str | None]]:
    """Makes the call of a step. Yields the summaries of each received message, and the cursor of a feed."""
    messages = [b64decode(text) for text in step["messages"]]
    first = messages[0]
    settings: dict[str, Any] = {"metadata": {"x-conformance-step": step["name"]}}
    timed = {**settings, "timeout": step["timeout_ms"] / 1000}
    match step["call"]:
        case "ProcessTurn":
            yield [summarize_result(client.process_turn(ProcessTurnRequest.FromString(first), **timed))], None
        case "GetSession":
            yield [client.get_session(GetSessionRequest.FromString(first), **timed).session.revision], None
        case "StreamTurn":
            with client.stream_turn(StreamTurnRequest.FromString(first), **timed) as events:
                for event in events:
                    yield [event.WhichOneof("event")], None
        case "ProcessTurns":
            turns = [ProcessTurnsRequest.FromString(each) for each in messages]
            with client.process_turns(turns, **timed) as outcomes:
                for outcome in outcomes:
                    yield [summarize_outcome(outcome, turns)], None
        case "WatchSession":
            with client.watch_session(WatchSessionRequest.FromString(first), **settings) as records:
                for record in records:
                    yield [record.revision], None
        case "WatchTurns":
            request = WatchTurnsRequest.FromString(first)
            request.cursor = cursor if step["resumes"] else ""
            with client.watch_turns(request, **settings) as responses:
                for response in responses:
                    turns = [event.turn for event in response.events if event.HasField("turn")]
                    yield [turn.revision for turn in turns], response.cursor
        case call:
            yield summarize_message(call, first), None


def main(address: str, path: str) -> None:
    with open(path, encoding="utf-8") as file:
        steps = json.load(file)
    cursor = ""
    with connect(address, credentials=insecure()) as client:
        for step in steps:
            items, error = [], None
            try:
                for received, position in run_step(client, step, cursor):
                    cursor = position or cursor
                    items += received
                    if 0 < step["takes"] <= len(items):
                        break
            except CallError as caught:
                error = caught
            print(json.dumps(to_row(step, error, items)), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
