"""Writes the reply to a customer who wants a refund: sends the message as a turn, and says what the plan asks for."""

import os
from uuid import uuid4

from scenario_orchestrator_client import (
    Ask,
    Choose,
    Confirm,
    Offer,
    ProcessTurnRequest,
    Reject,
    ReplyPart,
    Run,
    Say,
    connect,
    insecure,
    reply_parts,
)

from refund import REFUND, message_turn


def write(part: ReplyPart) -> str:
    """Words one part of the reply. A real planner lets a language model or its templates do this."""
    match part:
        case Say():
            return f"<{part.template_id}>"
        case Reject():
            return part.text or f"{part.value} is not a valid {part.field}."
        case Ask():
            return " ".join(field.prompt or f"What is the {field.name}?" for field in part.fields)
        case Confirm():
            return f"{part.action} ({', '.join(f'{name}: {value}' for name, value in part.values.items())}) Is that right?"
        case Choose():
            return f"Do you mean {' or '.join(choice.scenario_name for choice in part.choices)}?"
        case Run():
            return f"One moment, I run {', '.join(tool.tool_id for tool in part.tools)}."
        case Offer():
            return f"Shall we go on with {part.offer.scenario_name}?"


def main(address: str) -> None:
    turn = message_turn(str(uuid4()), "I want my money back for order 4711.", order_id="4711")
    turn.candidates.add(scenario_id=REFUND, score=0.9)
    with connect(address, credentials=insecure()) as client:
        plan = client.process_turn(ProcessTurnRequest(turn=turn)).response.plan
    print("\n".join(write(part) for part in reply_parts(plan)))


if __name__ == "__main__":
    main(os.environ.get("SCENARIO_ORCHESTRATOR_SERVER", "127.0.0.1:50051"))
