package main

import (
	"context"
	"math/rand"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/proto"

	orchestrationv1 "example.com/orchestrator-example/gen/focal/orchestration/v1"
)

const firstPause, longestPause = 100 * time.Millisecond, 5 * time.Second

// followSession gives the turns behind the cursor to take, then each as it is committed, and moves the cursor along. When the
// stream breaks it goes on from there. Returns nil once take returns false, else why it cannot go on.
func followSession(
	ctx context.Context,
	sessions orchestrationv1.SessionServiceClient,
	cursor *orchestrationv1.WatchSessionRequest,
	trace trace,
	take func(*orchestrationv1.TurnRecord) bool,
) error {
	for pause := firstPause; ; pause = min(pause*2, longestPause) {
		done, moved, err := watchOnce(ctx, sessions, cursor, trace, take)
		if done || !isResumable(err) {
			return err
		}
		if moved {
			pause = firstPause
		}
		select {
		case <-time.After(time.Duration(float64(pause) * (0.75 + rand.Float64()/2))):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// watchOnce follows until take has enough or the stream breaks, and tells whether the cursor moved.
func watchOnce(
	ctx context.Context,
	sessions orchestrationv1.SessionServiceClient,
	cursor *orchestrationv1.WatchSessionRequest,
	trace trace,
	take func(*orchestrationv1.TurnRecord) bool,
) (done, moved bool, err error) {
	// No deadline: it lasts for as long as one wants to follow. Whoever leaves cancels.
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
		if !take(message.Turn) {
			return true, moved, nil
		}
	}
}

// isResumable tells after what to go on from the cursor (docs/following-sessions.md).
func isResumable(err error) bool {
	switch failure := failureOf(err); failure.reason {
	case "SLOW_READER", "TOO_MANY_CALLS", "TENANT_TOO_MANY_CALLS":
		return true
	default:
		return failure.code == codes.Unavailable
	}
}

func min(a, b time.Duration) time.Duration {
	if a < b {
		return a
	}
	return b
}
