package main

import (
	"sort"
	"strings"

	orchestrationv1 "example.com/orchestrator-example/gen/focal/orchestration/v1"
)

// turnText summarizes the decisions of a turn.
func turnText(response *orchestrationv1.ProcessTurnResponse) string {
	var said []string
	for _, decision := range response.LifecycleDecisions {
		said = append(said, lifecycleText(decision))
	}
	for _, contribution := range response.GetPlan().GetContributions() {
		said = append(said, contributionText(contribution))
	}
	return strings.Join(said, ", ")
}

func lifecycleText(decision *orchestrationv1.ScenarioLifecycleDecision) string {
	return strings.TrimPrefix(decision.Action.String(), "SCENARIO_LIFECYCLE_ACTION_")
}

// contributionText summarizes what the reply should ask, confirm or do.
func contributionText(contribution *orchestrationv1.ScenarioContribution) string {
	said := []string{strings.TrimPrefix(contribution.Type.String(), "CONTRIBUTION_TYPE_")}
	said = append(said, contribution.FieldsToAsk...)
	var values []string
	for name := range contribution.ValuesToConfirm {
		values = append(values, name)
	}
	sort.Strings(values)
	said = append(said, values...)
	for _, tool := range contribution.Tools {
		said = append(said, tool.ToolId)
	}
	return strings.Join(said, " ")
}
