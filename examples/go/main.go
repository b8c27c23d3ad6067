// Runs the conversation of ../README.md: a turn, a turn as a stream, following and resuming a session, and an error. With the argument `reply`,
// it writes the reply to the first message instead.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"google.golang.org/protobuf/proto"

	orchestrator "example.com/scenario-orchestrator/clients/go"
	orchestrationv1 "example.com/scenario-orchestrator/clients/go/gen/focal/orchestration/v1"
)

const (
	tenantID = "7b0e5f0e-0f5c-4f4c-9a39-0c2b4a3f1d01"
	agentID  = "7b0e5f0e-0f5c-4f4c-9a39-0c2b4a3f1d02"
	refundID = "1d5b2b3a-7d3f-4c5e-9a52-0c7f2f6f4b01" // examples/scenarios/refund.yaml
)

// conversation is a session, whose calls belong to one trace.
type conversation struct {
	client  *orchestrator.Client
	session string
	traceID string
}

// messageTurn creates a turn for a message of the customer with extracted values. The turn id stays the same on every attempt.
func messageTurn(session, text string, values map[string]interface{}) *orchestrationv1.Turn {
	variables, err := orchestrator.ToCandidateVariables(values)
	if err != nil {
		panic(err)
	}
	data, err := orchestrator.ToValues(map[string]interface{}{"customer_id": "c-1"})
	if err != nil {
		panic(err)
	}
	return &orchestrationv1.Turn{
		TenantId: tenantID, AgentId: agentID, SessionId: session, TurnId: newUUID(),
		Situation:    &orchestrationv1.Situation{Message: text, CandidateVariables: variables},
		CustomerData: data,
	}
}

// firstTurn creates the turn of a customer who asks for a refund.
func firstTurn(session string) *orchestrationv1.Turn {
	turn := messageTurn(session, "I want my money back for order 4711.", map[string]interface{}{"order_id": "4711"})
	turn.Candidates = []*orchestrationv1.ScenarioCandidate{{ScenarioId: refundID, Score: 0.9}}
	return turn
}

func (c conversation) processTurn(ctx context.Context, turn *orchestrationv1.Turn) error {
	result, err := c.client.ProcessTurn(ctx, &orchestrationv1.ProcessTurnRequest{Turn: turn})
	if err != nil {
		return err
	}
	replayed := ""
	if result.Replayed {
		replayed = ", replayed"
	}
	fmt.Printf("ProcessTurn   revision %d%s: %s\n", result.Response.Revision, replayed, turnText(result.Response))
	return nil
}

// streamTurn sends a turn and prints each event. The last event contains the whole response.
func (c conversation) streamTurn(ctx context.Context, turn *orchestrationv1.Turn) (*orchestrationv1.ProcessTurnResponse, error) {
	var committed *orchestrationv1.ProcessTurnResponse
	request := &orchestrationv1.StreamTurnRequest{Turn: turn}
	err := c.client.StreamTurn(ctx, request, func(message *orchestrationv1.StreamTurnResponse) error {
		switch event := message.Event.(type) {
		case *orchestrationv1.StreamTurnResponse_Lifecycle:
			fmt.Println("StreamTurn    lifecycle", lifecycleText(event.Lifecycle))
		case *orchestrationv1.StreamTurnResponse_Transition:
			fmt.Println("StreamTurn    transition", event.Transition.SourceStepId, "->", event.Transition.TargetStepId)
		case *orchestrationv1.StreamTurnResponse_Contribution:
			fmt.Println("StreamTurn    contribution", contributionText(event.Contribution))
		case *orchestrationv1.StreamTurnResponse_Committed:
			committed = event.Committed
			fmt.Println("StreamTurn    committed, revision", committed.Revision)
		}
		return nil
	})
	return committed, err
}

// watchSession reads count turns after the cursor and moves the cursor. Store the cursor to resume in another process.
func (c conversation) watchSession(ctx context.Context, cursor *orchestrationv1.WatchSessionRequest, count int) error {
	fmt.Println("WatchSession  after revision", cursor.GetAfterRevision())
	return c.client.WatchSession(ctx, cursor, func(turn *orchestrationv1.TurnRecord) error {
		fmt.Printf("WatchSession  revision %d: %q\n", turn.Revision, turn.Request.Turn.Situation.Message)
		cursor.AfterRevision, cursor.AfterTurnId = proto.Uint32(turn.Revision), turn.TurnId
		if count--; count == 0 {
			return orchestrator.ErrStop
		}
		return nil
	})
}

func (c conversation) printError(err error) {
	var failure *orchestrator.CallError
	if !errors.As(err, &failure) {
		return
	}
	fmt.Printf("Error         %s, %s\n", failure.Status, failure.Reason)
	for _, violation := range failure.Violations {
		fmt.Printf("Error         %s: %s\n", violation.Field, violation.Description)
	}
	if failure.TraceID() == c.traceID {
		fmt.Println("Error         trace id of the request")
	}
}

// confirmed creates the outcome for a customer who confirms a CONFIRM.
func confirmed(confirm *orchestrationv1.ScenarioContribution) *orchestrationv1.StepOutcome {
	return &orchestrationv1.StepOutcome{
		InstanceId: confirm.InstanceId,
		ActionKey:  confirm.ActionKey,
		Kind:       orchestrationv1.StepOutcomeKind_STEP_OUTCOME_KIND_CONFIRMED,
	}
}

func (c conversation) run(ctx context.Context) error {
	request := firstTurn(c.session)
	for range [2]struct{}{} { // The second call simulates a retry after a lost response. The turn is applied once.
		if err := c.processTurn(ctx, request); err != nil {
			return err
		}
	}

	reason := messageTurn(c.session, "It arrived broken.", map[string]interface{}{"refund_reason": "broken"})
	response, err := c.streamTurn(ctx, reason)
	if err != nil {
		return err
	}

	cursor := &orchestrationv1.WatchSessionRequest{TenantId: tenantID, SessionId: c.session, AfterRevision: proto.Uint32(0)}
	if err := c.watchSession(ctx, cursor, 2); err != nil {
		return err
	}
	confirmation := messageTurn(c.session, "Yes, please.", nil)
	confirmation.StepOutcomes = append(confirmation.StepOutcomes, confirmed(response.Plan.Contributions[0]))
	if err := c.processTurn(ctx, confirmation); err != nil {
		return err
	}
	if err := c.watchSession(ctx, cursor, 1); err != nil {
		return err
	}

	if err := c.processTurn(ctx, messageTurn("no-uuid", "Hello?", nil)); err != nil {
		c.printError(err)
	}
	return nil
}

func run(address string, isReply bool) error {
	traceID := randomHex(16)
	client, err := orchestrator.Connect(address, orchestrator.Settings{
		Credentials: orchestrator.Insecure(),
		Timeout:     10 * time.Second,
		// A new sampled span in the trace. With OpenTelemetry, inject the context into a propagation.MapCarrier instead.
		TraceContext: func(context.Context) map[string]string {
			return map[string]string{"traceparent": fmt.Sprintf("00-%s-%s-01", traceID, randomHex(8))}
		},
	})
	if err != nil {
		return err
	}
	defer client.Close()
	if isReply {
		return writeReply(context.Background(), client)
	}
	return conversation{client, newUUID(), traceID}.run(context.Background())
}

func main() {
	address := os.Getenv("SCENARIO_ORCHESTRATOR_SERVER")
	if address == "" {
		address = "127.0.0.1:50051"
	}
	if err := run(address, len(os.Args) > 1 && os.Args[1] == "reply"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
