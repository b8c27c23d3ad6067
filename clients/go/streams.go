package orchestrator

import (
	"context"
	"errors"
	"io"

	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	orchestrationv1 "example.com/scenario-orchestrator/clients/go/gen/focal/orchestration/v1"
)

// ErrStop ends a stream: a handler returns it, and the method that called the handler returns nil.
var ErrStop = errors.New("stop")

// TurnResult is the result of a turn.
type TurnResult struct {
	Response *orchestrationv1.ProcessTurnResponse
	// Whether the turn had already been applied. If true, the response is the stored response (5.1).
	Replayed bool
}

// TurnOutcome is the result of one turn of a stream. A failed turn does not end the stream.
type TurnOutcome struct {
	// The id of the sent turn, in lower case; "" if the service could not decode it.
	TurnID string
	// The result; nil if the turn failed.
	Result *TurnResult
	// The error of a failed turn; nil if it did not fail.
	Failure *CallError
}

// ProcessTurn processes a turn exactly once. A retry with the same turn_id returns the identical response.
func (c *Client) ProcessTurn(ctx context.Context, request *orchestrationv1.ProcessTurnRequest) (*TurnResult, error) {
	var trailer metadata.MD
	response, err := c.Turns.ProcessTurn(ctx, request, grpc.Trailer(&trailer))
	if err != nil {
		return nil, err
	}
	replayed := trailer.Get("x-turn-replayed")
	return &TurnResult{response, len(replayed) > 0 && replayed[0] == "true"}, nil
}

// StreamTurn calls handle for each event of a turn. The last event is `committed`. Returns the first error of the call or of handle.
func (c *Client) StreamTurn(
	ctx context.Context, request *orchestrationv1.StreamTurnRequest, handle func(*orchestrationv1.StreamTurnResponse) error,
) error {
	if _, ok := ctx.Deadline(); !ok {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, c.settings.Timeout)
		defer cancel()
	}
	_, err := read(ctx, "StreamTurn", func(ctx context.Context) (func() (interface{}, error), error) {
		stream, err := c.Turns.StreamTurn(ctx, request)
		return func() (interface{}, error) { return stream.Recv() }, err
	}, func(message interface{}) error { return handle(message.(*orchestrationv1.StreamTurnResponse)) })
	return stopped(err)
}

// WatchSession calls handle for every turn of a session exactly once and in order, after `after_revision` or, without it, after the current
// revision. Resumes a broken stream automatically. Returns nil after ErrStop, otherwise the error of handle, or a *CallError: NOT_FOUND after
// the session was deleted, OUT_OF_RANGE if turns after the cursor are no longer recorded, CANCELLED or DEADLINE_EXCEEDED after ctx ended.
func (c *Client) WatchSession(
	ctx context.Context, request *orchestrationv1.WatchSessionRequest, handle func(*orchestrationv1.TurnRecord) error,
) error {
	cursor := proto.Clone(request).(*orchestrationv1.WatchSessionRequest)
	if cursor.AfterRevision == nil {
		// Without a cursor, turns that are committed while a stream is broken would be lost.
		revision, err := c.currentRevision(ctx, request)
		if err != nil {
			return err
		}
		cursor.AfterRevision = proto.Uint32(revision)
	}
	return resume(ctx, "WatchSession", func(ctx context.Context) (func() (interface{}, error), error) {
		stream, err := c.Sessions.WatchSession(ctx, cursor)
		return func() (interface{}, error) { return stream.Recv() }, err
	}, func(message interface{}) error {
		turn := message.(*orchestrationv1.WatchSessionResponse).Turn
		if turn == nil {
			return nil
		}
		cursor.AfterRevision, cursor.AfterTurnId = proto.Uint32(turn.Revision), turn.TurnId
		return handle(turn)
	})
}

// WatchTurns calls handle for what happens in all sessions of a tenant: responses with events, and the cursor after them. The first response has
// only the cursor from which the stream starts. Resumes a broken stream automatically, after the last response. Events are sent at least
// once. Returns as WatchSession does.
func (c *Client) WatchTurns(
	ctx context.Context, request *orchestrationv1.WatchTurnsRequest, handle func(*orchestrationv1.WatchTurnsResponse) error,
) error {
	cursor := proto.Clone(request).(*orchestrationv1.WatchTurnsRequest)
	return resume(ctx, "WatchTurns", func(ctx context.Context) (func() (interface{}, error), error) {
		stream, err := c.Sessions.WatchTurns(ctx, cursor)
		return func() (interface{}, error) { return stream.Recv() }, err
	}, func(message interface{}) error {
		response := message.(*orchestrationv1.WatchTurnsResponse)
		cursor.Consumer, cursor.Cursor = "", response.Cursor
		return handle(response)
	})
}

// currentRevision returns the current revision of a session; 0 if the session does not exist.
func (c *Client) currentRevision(ctx context.Context, request *orchestrationv1.WatchSessionRequest) (uint32, error) {
	session := &orchestrationv1.GetSessionRequest{TenantId: request.TenantId, SessionId: request.SessionId}
	response, err := c.Sessions.GetSession(ctx, session)
	var failure *CallError
	if errors.As(err, &failure) && failure.Reason == "SESSION_NOT_FOUND" {
		return 0, nil
	}
	return response.GetSession().GetRevision(), err
}

type start func(context.Context) (receive func() (interface{}, error), err error)

// read reads a stream until it ends, breaks, or handle returns an error. received is whether a message arrived.
func read(ctx context.Context, method string, start start, handle func(interface{}) error) (received bool, err error) {
	// Returning cancels the call.
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	receive, err := start(ctx)
	if err != nil {
		return false, toCallError(method, err)
	}
	for {
		message, err := receive()
		if err == io.EOF {
			return received, nil
		}
		if err != nil {
			return received, toCallError(method, err)
		}
		received = true
		if err := handle(message); err != nil {
			return received, handlerError{err}
		}
	}
}

// handlerError marks an error of a handler, which ends a stream even if it is an error of another call.
type handlerError struct{ error }

// resume reads a stream, and further ones after it has broken, with exponential back-off.
func resume(ctx context.Context, method string, start start, handle func(interface{}) error) error {
	backoff := initialBackoff
	for {
		received, err := read(ctx, method, start, handle)
		if err != nil && (ctx.Err() != nil || !isResumable(err)) {
			return stopped(err)
		}
		if received {
			backoff = initialBackoff
		}
		if !sleep(ctx, withJitter(backoff)) {
			return toCallError(method, status.FromContextError(ctx.Err()).Err())
		}
		if backoff *= 2; backoff > maxBackoff {
			backoff = maxBackoff
		}
	}
}

// stopped returns the error of a handler, and nil for ErrStop.
func stopped(err error) error {
	failure, ok := err.(handlerError)
	if !ok {
		return err
	}
	if failure.error == ErrStop {
		return nil
	}
	return failure.error
}
