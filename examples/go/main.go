// Runs the conversation of ../README.md: a turn, a turn as a stream, following and resuming a session, and an error.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/structpb"

	orchestrationv1 "example.com/orchestrator-example/gen/focal/orchestration/v1"
)

const (
	tenantID = "7b0e5f0e-0f5c-4f4c-9a39-0c2b4a3f1d01"
	agentID  = "7b0e5f0e-0f5c-4f4c-9a39-0c2b4a3f1d02"
	refundID = "1d5b2b3a-7d3f-4c5e-9a52-0c7f2f6f4b01" // examples/scenarios/refund.yaml

	// The deadline of a call, including retries.
	deadline = 10 * time.Second
)

// client calls the service. All calls belong to one trace.
type client struct {
	turns    orchestrationv1.OrchestratorServiceClient
	sessions orchestrationv1.SessionServiceClient
	trace    trace
}

// messageTurn creates a turn for a message of the customer with extracted values. The turn id stays the same on every attempt.
func messageTurn(session, text string, values ...*orchestrationv1.CandidateVariable) *orchestrationv1.Turn {
	return &orchestrationv1.Turn{
		TenantId: tenantID, AgentId: agentID, SessionId: session, TurnId: newUUID(),
		Situation:    &orchestrationv1.Situation{Message: text, CandidateVariables: values},
		CustomerData: map[string]*structpb.Value{"customer_id": structpb.NewStringValue("c-1")},
	}
}

func variable(name, value string) *orchestrationv1.CandidateVariable {
	return &orchestrationv1.CandidateVariable{Name: name, Value: structpb.NewStringValue(value)}
}

func (c client) processTurn(ctx context.Context, turn *orchestrationv1.Turn) error {
	ctx, cancel := context.WithTimeout(c.trace.call(ctx), deadline)
	defer cancel()
	request := &orchestrationv1.ProcessTurnRequest{Turn: turn}
	var trailer metadata.MD
	var response *orchestrationv1.ProcessTurnResponse
	err := retryBrokenConnection(ctx, func() (err error) {
		response, err = c.turns.ProcessTurn(ctx, request, grpc.Trailer(&trailer))
		return err
	})
	if err != nil {
		return err
	}
	replayed := ""
	if len(trailer.Get("x-turn-replayed")) > 0 {
		replayed = ", replayed"
	}
	fmt.Printf("ProcessTurn   revision %d%s: %s\n", response.Revision, replayed, turnText(response))
	return nil
}

// streamTurn sends a turn and prints each event. The last event contains the whole response.
func (c client) streamTurn(ctx context.Context, turn *orchestrationv1.Turn) (*orchestrationv1.ProcessTurnResponse, error) {
	ctx, cancel := context.WithTimeout(c.trace.call(ctx), deadline)
	defer cancel()
	stream, err := c.turns.StreamTurn(ctx, &orchestrationv1.StreamTurnRequest{Turn: turn})
	if err != nil {
		return nil, err
	}
	var committed *orchestrationv1.ProcessTurnResponse
	for {
		message, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			return committed, nil
		}
		if err != nil {
			return nil, err
		}
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
	}
}

// watchSession reads count turns after the cursor and advances the cursor. Store the cursor to resume in another process.
func (c client) watchSession(ctx context.Context, cursor *orchestrationv1.WatchSessionRequest, count int) error {
	fmt.Println("WatchSession  after revision", cursor.GetAfterRevision())
	return followSession(ctx, c.sessions, cursor, c.trace, func(turn *orchestrationv1.TurnRecord) bool {
		fmt.Printf("WatchSession  revision %d: %q\n", turn.Revision, turn.Request.Turn.Situation.Message)
		count--
		return count > 0
	})
}

func (c client) printError(err error) {
	failure := toCallFailure(err)
	fmt.Printf("Error         %s, %s\n", statusName(failure.code), failure.reason)
	for _, violation := range failure.violations {
		fmt.Printf("Error         %s: %s\n", violation.Field, violation.Description)
	}
	if failure.metadata["trace_id"] == c.trace.id {
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

func (c client) runConversation(ctx context.Context) error {
	session := newUUID()

	request := messageTurn(session, "I want my money back for order 4711.", variable("order_id", "4711"))
	request.Candidates = []*orchestrationv1.ScenarioCandidate{{ScenarioId: refundID, Score: 0.9}}
	for range [2]struct{}{} { // The second call simulates a retry after a lost response. The turn is applied once.
		if err := c.processTurn(ctx, request); err != nil {
			return err
		}
	}

	response, err := c.streamTurn(ctx, messageTurn(session, "It arrived broken.", variable("refund_reason", "broken")))
	if err != nil {
		return err
	}

	cursor := &orchestrationv1.WatchSessionRequest{
		TenantId: tenantID, SessionId: session, AfterRevision: proto.Uint32(0),
	}
	if err := c.watchSession(ctx, cursor, 2); err != nil {
		return err
	}
	confirmation := messageTurn(session, "Yes, please.")
	confirmation.StepOutcomes = append(confirmation.StepOutcomes, confirmed(response.Plan.Contributions[0]))
	if err := c.processTurn(ctx, confirmation); err != nil {
		return err
	}
	if err := c.watchSession(ctx, cursor, 1); err != nil {
		return err
	}

	if err := c.processTurn(ctx, messageTurn("no-uuid", "Hello?")); err != nil {
		c.printError(err)
	}
	return nil
}

func run(address string) error {
	connection, err := connect(address)
	if err != nil {
		return err
	}
	defer connection.Close()
	return client{
		turns:    orchestrationv1.NewOrchestratorServiceClient(connection),
		sessions: orchestrationv1.NewSessionServiceClient(connection),
		trace:    newTrace(),
	}.runConversation(context.Background())
}

func main() {
	address := os.Getenv("SCENARIO_ORCHESTRATOR_SERVER")
	if address == "" {
		address = "127.0.0.1:50051"
	}
	if err := run(address); err != nil {
		failure := toCallFailure(err)
		fmt.Fprintf(os.Stderr, "%s %s: %s\n", statusName(failure.code), failure.reason, failure.text)
		os.Exit(1)
	}
}
