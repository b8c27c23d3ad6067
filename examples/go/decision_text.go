package main

import (
	"sort"
	"strings"

	orchestrationv1 "example.com/scenario-orchestrator/clients/go/gen/focal/orchestration/v1"
)

// turnText summarizes the decisions of a turn.
func turnText(response *orchestrationv1.ProcessTurnResponse) string {
	var parts []string
	for _, decision := range response.LifecycleDecisions {
		parts = append(parts, lifecycleText(decision))
	}
	for _, contribution := range response.GetPlan().GetContributions() {
		parts = append(parts, contributionText(contribution))
	}
	return strings.Join(parts, ", ")
}

func lifecycleText(decision *orchestrationv1.ScenarioLifecycleDecision) string {
	return strings.TrimPrefix(decision.Action.String(), "SCENARIO_LIFECYCLE_ACTION_")
}

// contributionText summarizes what the reply should ask, confirm or do.
func contributionText(contribution *orchestrationv1.ScenarioContribution) string {
	parts := []string{strings.TrimPrefix(contribution.Type.String(), "CONTRIBUTION_TYPE_")}
	parts = append(parts, contribution.FieldsToAsk...)
	var values []string
	for name := range contribution.ValuesToConfirm {
		values = append(values, name)
	}
	sort.Strings(values)
	parts = append(parts, values...)
	for _, tool := range contribution.Tools {
		parts = append(parts, tool.ToolId)
	}
	return strings.Join(parts, " ")
}
