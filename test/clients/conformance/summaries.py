"""Summaries of what a client received, the same in every language."""

from base64 import b64encode
from typing import Any

from google.protobuf.struct_pb2 import Value
from scenario_orchestrator_client import (
    Ask,
    CallError,
    ChoiceReason,
    Choose,
    Confirm,
    Offer,
    ProcessTurnResult,
    ProcessTurnsRequest,
    Reject,
    ReplyPart,
    Run,
    Say,
    ScenarioContributionPlan,
    TurnOutcome,
    from_value,
    reply_parts,
    to_value,
)


def to_row(step: dict[str, Any], error: CallError | None, items: list[Any]) -> dict[str, Any]:
    return {"step": step["name"], **_summarize_status(error), "items": items}


def _summarize_status(error: CallError | None) -> dict[str, Any]:
    if error is None:
        return {"status": "OK", "reason": "", "metadata": {}, "violations": []}
    return {
        "status": error.status,
        "reason": error.reason,
        "metadata": {key: value for key, value in error.metadata.items() if key != "trace_id"},
        "violations": [violation.field for violation in error.violations],
    }


def summarize_result(result: ProcessTurnResult) -> dict[str, Any]:
    parts = [_summarize_part(part) for part in reply_parts(result.response.plan)]
    return {"revision": result.response.revision, "replayed": result.replayed, "parts": parts}


def summarize_outcome(result: TurnOutcome, turns: list[ProcessTurnsRequest]) -> dict[str, Any]:
    outcome = result.outcome
    summary = _summarize_status(outcome) if isinstance(outcome, CallError) else summarize_result(outcome)
    return {"turn": [each.turn.turn_id for each in turns].index(result.turn_id), **summary}


def summarize_message(call: str, message: bytes) -> list[Any]:
    """Returns the result of a helper that makes no call."""
    if call == "value":
        value = from_value(Value.FromString(message))
        return [value, b64encode(to_value(value).SerializeToString()).decode()]
    if call == "plan":
        return [_summarize_part(part) for part in reply_parts(ScenarioContributionPlan.FromString(message))]
    raise ValueError(f"The runner cannot make the call {call}.")


def _summarize_part(part: ReplyPart) -> dict[str, Any]:
    match part:
        case Say():
            return {"say": part.template_id}
        case Reject():
            return {"reject": part.field, "text": part.text, "value": part.value}
        case Ask():
            fields = [
                {
                    "name": field.name,
                    "prompt": field.prompt,
                    "examples": list(field.examples),
                    "known": [field.known_value] if field.has_known_value else [],
                    "sharedWith": list(field.shared_with),
                }
                for field in part.fields
            ]
            return {"ask": fields, "reprompt": part.is_reprompt, "reminder": part.is_reminder}
        case Confirm():
            repeats = {"reprompt": part.is_reprompt, "reminder": part.is_reminder}
            return {"confirm": part.action, "values": dict(part.values), **repeats}
        case Choose():
            names = [choice.scenario_name for choice in part.choices]
            return {"choose": names, "reason": ChoiceReason.Name(part.reason)}
        case Run():
            return {"run": [tool.tool_id for tool in part.tools]}
        case Offer():
            return {"offer": part.offer.scenario_name}
