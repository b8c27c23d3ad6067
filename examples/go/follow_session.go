package main

import (
	"context"
	"math/rand"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/proto"

	orchestrationv1 "example.com/orchestrator-example/gen/focal/orchestration/v1"
)

const minDelay, maxDelay = 100 * time.Millisecond, 5 * time.Second

// followSession calls handle for each turn after the cursor, then for each new turn, and advances the cursor. If the stream
// breaks, followSession resumes from the cursor. Returns nil when handle returns false, or an error after which it cannot
// resume.
func followSession(
	ctx context.Context,
	sessions orchestrationv1.SessionServiceClient,
	cursor *orchestrationv1.WatchSessionRequest,
	trace trace,
	handle func(*orchestrationv1.TurnRecord) bool,
) error {
	for delay := minDelay; ; delay = min(delay*2, maxDelay) {
		done, moved, err := watchOnce(ctx, sessions, cursor, trace, handle)
		if done || !isResumable(err) {
			return err
		}
		if moved {
			delay = minDelay
		}
		select {
		case <-time.After(time.Duration(float64(delay) * (0.75 + rand.Float64()/2))):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// watchOnce follows the session until handle returns false or the stream breaks. moved is true if the cursor advanced.
func watchOnce(
	ctx context.Context,
	sessions orchestrationv1.SessionServiceClient,
	cursor *orchestrationv1.WatchSessionRequest,
	trace trace,
	handle func(*orchestrationv1.TurnRecord) bool,
) (done, moved bool, err error) {
	// The call has no deadline, because the stream has no end. Returning cancels the call.
	ctx, cancel := context.WithCancel(trace.call(ctx))
	defer cancel()
	stream, err := sessions.WatchSession(ctx, cursor)
	if err != nil {
		return false, false, err
	}
	for {
		message, err := stream.Recv()
		if err != nil {
			return false, moved, err
		}
		cursor.AfterRevision, cursor.AfterTurnId = proto.Uint32(message.Turn.Revision), message.Turn.TurnId
		moved = true
		if !handle(message.Turn) {
			return true, moved, nil
		}
	}
}

// isResumable reports whether to resume from the cursor after err (docs/following-sessions.md).
func isResumable(err error) bool {
	switch failure := toCallFailure(err); failure.reason {
	case "SLOW_READER", "TOO_MANY_CALLS", "TENANT_TOO_MANY_CALLS":
		return true
	default:
		return failure.code == codes.Unavailable || failure.isBrokenConnection()
	}
}

func min(a, b time.Duration) time.Duration {
	if a < b {
		return a
	}
	return b
}
