"""Summarizes the decisions of a turn."""

from scenario_orchestrator_client import (
    ContributionType,
    ProcessTurnResponse,
    ScenarioContribution,
    ScenarioLifecycleAction,
    ScenarioLifecycleDecision,
)


def turn_text(response: ProcessTurnResponse) -> str:
    lifecycle = [lifecycle_text(decision) for decision in response.lifecycle_decisions]
    return ", ".join(lifecycle + [contribution_text(each) for each in response.plan.contributions])


def lifecycle_text(decision: ScenarioLifecycleDecision) -> str:
    return ScenarioLifecycleAction.Name(decision.action).removeprefix("SCENARIO_LIFECYCLE_ACTION_")


def contribution_text(contribution: ScenarioContribution) -> str:
    """Summarizes what the reply should ask, confirm or do."""
    kind = ContributionType.Name(contribution.type).removeprefix("CONTRIBUTION_TYPE_")
    tools = [tool.tool_id for tool in contribution.tools]
    return " ".join([kind, *contribution.fields_to_ask, *sorted(contribution.values_to_confirm), *tools])
