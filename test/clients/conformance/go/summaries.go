package main

import (
	orchestrator "example.com/scenario-orchestrator/clients/go"
	orchestrationv1 "example.com/scenario-orchestrator/clients/go/gen/focal/orchestration/v1"
)

// summarizeStatus returns the status of a call, without what differs between calls. nil is OK.
func summarizeStatus(failure *orchestrator.CallError) object {
	violations, details := []string{}, map[string]string{}
	if failure == nil {
		return object{"status": "OK", "reason": "", "metadata": details, "violations": violations}
	}
	for _, violation := range failure.Violations {
		violations = append(violations, violation.Field)
	}
	for key, value := range failure.Metadata {
		if key != "trace_id" {
			details[key] = value
		}
	}
	return object{"status": failure.Status, "reason": failure.Reason, "metadata": details, "violations": violations}
}

func summarizeResult(result *orchestrator.TurnResult) object {
	parts := summarizeParts(result.Response.Plan)
	return object{"revision": result.Response.Revision, "replayed": result.Replayed, "parts": parts}
}

func eventName(event *orchestrationv1.StreamTurnResponse) string {
	switch event.Event.(type) {
	case *orchestrationv1.StreamTurnResponse_Context:
		return "context"
	case *orchestrationv1.StreamTurnResponse_Lifecycle:
		return "lifecycle"
	case *orchestrationv1.StreamTurnResponse_Transition:
		return "transition"
	case *orchestrationv1.StreamTurnResponse_Contribution:
		return "contribution"
	case *orchestrationv1.StreamTurnResponse_Committed:
		return "committed"
	default:
		return "none"
	}
}

func summarizeParts(plan *orchestrationv1.ScenarioContributionPlan) []interface{} {
	parts := []interface{}{}
	for _, part := range orchestrator.ReplyParts(plan) {
		parts = append(parts, summarizePart(part))
	}
	return parts
}

func summarizePart(part orchestrator.ReplyPart) object {
	switch part := part.(type) {
	case *orchestrator.Say:
		return object{"say": part.TemplateID}
	case *orchestrator.Reject:
		return object{"reject": part.Field, "text": part.Text, "value": part.Value}
	case *orchestrator.Ask:
		fields := []object{}
		for _, field := range part.Fields {
			known := []interface{}{}
			if field.HasKnownValue {
				known = append(known, field.KnownValue)
			}
			fields = append(fields, object{
				"name": field.Name, "prompt": field.Prompt, "known": known,
				"examples": append([]string{}, field.Examples...), "sharedWith": append([]string{}, field.SharedWith...),
			})
		}
		return object{"ask": fields, "reprompt": part.IsReprompt, "reminder": part.IsReminder}
	case *orchestrator.Confirm:
		return object{"confirm": part.Action, "values": part.Values, "reprompt": part.IsReprompt, "reminder": part.IsReminder}
	case *orchestrator.Choose:
		names := []string{}
		for _, choice := range part.Choices {
			names = append(names, choice.ScenarioName)
		}
		return object{"choose": names, "reason": part.Reason.String()}
	case *orchestrator.Run:
		tools := []string{}
		for _, tool := range part.Tools {
			tools = append(tools, tool.ToolId)
		}
		return object{"run": tools}
	case *orchestrator.Offer:
		return object{"offer": part.Offer.ScenarioName}
	default:
		panic("unknown part of a reply")
	}
}
