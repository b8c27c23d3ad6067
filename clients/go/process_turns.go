package orchestrator

import (
	"context"
	"fmt"

	"google.golang.org/protobuf/proto"

	orchestrationv1 "example.com/scenario-orchestrator/clients/go/gen/focal/orchestration/v1"
)

// ProcessTurns processes the turns of many sessions over one call, at the rate at which the service reads them. Close the channel after the last
// turn. Calls handle for each outcome; turns of one session are applied in order. A failed turn is an outcome and does not end the call.
//
// Returns nil after the last outcome or ErrStop, the error of handle, or a *CallError if the call breaks. Then send the turns without an outcome
// again, with the same turn ids. The call has the deadline of ctx and no other. A turn without trace context gets that of the settings, from ctx.
// After ProcessTurns has returned, it receives nothing from the channel.
func (c *Client) ProcessTurns(
	ctx context.Context, turns <-chan *orchestrationv1.ProcessTurnsRequest, handle func(TurnOutcome) error,
) error {
	isSent := make(chan struct{})
	close(isSent)
	ctx, cancel := context.WithCancel(ctx)
	_, err := read(ctx, "ProcessTurns", func(ctx context.Context) (func() (interface{}, error), error) {
		stream, err := c.Turns.ProcessTurns(ctx)
		if err != nil {
			return nil, err
		}
		isSent = make(chan struct{})
		go func() {
			defer close(isSent)
			c.sendTurns(ctx, stream, turns)
		}()
		return func() (interface{}, error) { return stream.Recv() }, nil
	}, func(message interface{}) error {
		outcome, err := toTurnOutcome(message.(*orchestrationv1.ProcessTurnsResponse))
		if err != nil {
			return err
		}
		return handle(outcome)
	})
	cancel()
	<-isSent
	return stopped(err)
}

// sendTurns sends turns until the channel is closed or the call ends. The receiving side reports the status of the call.
func (c *Client) sendTurns(
	ctx context.Context, stream orchestrationv1.OrchestratorService_ProcessTurnsClient, turns <-chan *orchestrationv1.ProcessTurnsRequest,
) {
	for {
		select {
		case <-ctx.Done():
			return
		case turn, ok := <-turns:
			if !ok {
				_ = stream.CloseSend()
				return
			}
			if stream.Send(c.withTraceContext(ctx, turn)) != nil {
				return
			}
		}
	}
}

func (c *Client) withTraceContext(ctx context.Context, turn *orchestrationv1.ProcessTurnsRequest) *orchestrationv1.ProcessTurnsRequest {
	if turn.TraceContext != nil || c.settings.TraceContext == nil {
		return turn
	}
	trace := c.settings.TraceContext(ctx)
	if trace["traceparent"] == "" {
		return turn
	}
	traced := proto.Clone(turn).(*orchestrationv1.ProcessTurnsRequest)
	traced.TraceContext = &orchestrationv1.TraceContext{Traceparent: trace["traceparent"], Tracestate: trace["tracestate"]}
	return traced
}

func toTurnOutcome(message *orchestrationv1.ProcessTurnsResponse) (TurnOutcome, error) {
	switch result := message.Result.(type) {
	case *orchestrationv1.ProcessTurnsResponse_Response:
		return TurnOutcome{TurnID: message.TurnId, Result: &TurnResult{result.Response, message.Replayed}}, nil
	case *orchestrationv1.ProcessTurnsResponse_Error:
		return TurnOutcome{TurnID: message.TurnId, Failure: fromStatus("ProcessTurns", result.Error)}, nil
	default:
		return TurnOutcome{}, fmt.Errorf("the result of turn %s is neither a response nor an error: update this client", message.TurnId)
	}
}
