"""Runs the script of the conformance test with the asyncio client, as runner.py does with the synchronous one."""

import asyncio
import json
import sys
from base64 import b64decode
from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any

from scenario_orchestrator_client import (
    CallError,
    GetSessionRequest,
    ProcessTurnRequest,
    ProcessTurnsRequest,
    StreamTurnRequest,
    WatchSessionRequest,
    WatchTurnsRequest,
    insecure,
)
from scenario_orchestrator_client.aio import AsyncOrchestratorClient, connect
from summaries import summarize_message, summarize_outcome, summarize_result, to_row


async def run_step(
    client: AsyncOrchestratorClient, step: dict[str, Any], cursor: str
) -> AsyncIterator[tuple[list[Any], str | None]]:
    messages = [b64decode(text) for text in step["messages"]]
    first = messages[0]
    settings: dict[str, Any] = {"metadata": {"x-conformance-step": step["name"]}}
    timed = {**settings, "timeout": step["timeout_ms"] / 1000}
    match step["call"]:
        case "ProcessTurn":
            yield [summarize_result(await client.process_turn(ProcessTurnRequest.FromString(first), **timed))], None
        case "GetSession":
            yield [(await client.get_session(GetSessionRequest.FromString(first), **timed)).session.revision], None
        case "StreamTurn":
            async with aclosing(client.stream_turn(StreamTurnRequest.FromString(first), **timed)) as events:
                async for event in events:
                    yield [event.WhichOneof("event")], None
        case "ProcessTurns":
            turns = [ProcessTurnsRequest.FromString(each) for each in messages]
            async with aclosing(client.process_turns(turns, **timed)) as outcomes:
                async for outcome in outcomes:
                    yield [summarize_outcome(outcome, turns)], None
        case "WatchSession":
            async with aclosing(client.watch_session(WatchSessionRequest.FromString(first), **settings)) as records:
                async for record in records:
                    yield [record.revision], None
        case "WatchTurns":
            request = WatchTurnsRequest.FromString(first)
            request.cursor = cursor if step["resumes"] else ""
            async with aclosing(client.watch_turns(request, **settings)) as responses:
                async for response in responses:
                    turns = [event.turn for event in response.events if event.HasField("turn")]
                    yield [turn.revision for turn in turns], response.cursor
        case call:
            yield summarize_message(call, first), None


async def main(address: str, path: str) -> None:
    with open(path, encoding="utf-8") as file:
        steps = json.load(file)
    cursor = ""
    async with connect(address, credentials=insecure()) as client:
        for step in steps:
            items, error = [], None
            try:
                async with aclosing(run_step(client, step, cursor)) as results:
                    async for received, position in results:
                        cursor = position or cursor
                        items += received
                        if 0 < step["takes"] <= len(items):
                            break
            except CallError as caught:
                error = caught
            print(json.dumps(to_row(step, error, items)), flush=True)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
