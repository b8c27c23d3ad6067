package main

import (
	"context"
	"fmt"
	"strings"

	orchestrator "example.com/scenario-orchestrator/clients/go"
	orchestrationv1 "example.com/scenario-orchestrator/clients/go/gen/focal/orchestration/v1"
)

// write words one part of the reply. A real planner lets a language model or its templates do this.
func write(part orchestrator.ReplyPart) string {
	var words []string
	switch part := part.(type) {
	case *orchestrator.Say:
		return "<" + part.TemplateID + ">"
	case *orchestrator.Reject:
		if part.Text != "" {
			return part.Text
		}
		return fmt.Sprintf("%v is not a valid %s.", part.Value, part.Field)
	case *orchestrator.Ask:
		for _, field := range part.Fields {
			if field.Prompt == "" {
				field.Prompt = fmt.Sprintf("What is the %s?", field.Name)
			}
			words = append(words, field.Prompt)
		}
		return strings.Join(words, " ")
	case *orchestrator.Confirm:
		for name, value := range part.Values {
			words = append(words, fmt.Sprintf("%s: %v", name, value))
		}
		return fmt.Sprintf("%s (%s) Is that right?", part.Action, strings.Join(words, ", "))
	case *orchestrator.Choose:
		for _, choice := range part.Choices {
			words = append(words, choice.ScenarioName)
		}
		return fmt.Sprintf("Do you mean %s?", strings.Join(words, " or "))
	case *orchestrator.Run:
		for _, tool := range part.Tools {
			words = append(words, tool.ToolId)
		}
		return fmt.Sprintf("One moment, I run %s.", strings.Join(words, ", "))
	case *orchestrator.Offer:
		return fmt.Sprintf("Shall we go on with %s?", part.Offer.ScenarioName)
	default:
		return ""
	}
}

// writeReply sends the message of a customer who wants a refund, and says what the plan asks for.
func writeReply(ctx context.Context, client *orchestrator.Client) error {
	result, err := client.ProcessTurn(ctx, &orchestrationv1.ProcessTurnRequest{Turn: firstTurn(newUUID())})
	if err != nil {
		return err
	}
	for _, part := range orchestrator.ReplyParts(result.Response.Plan) {
		fmt.Println(write(part))
	}
	return nil
}
