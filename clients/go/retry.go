package orchestrator

import (
	"context"
	_ "embed" // for the service config
	"math/rand"
	"strings"
	"time"

	"google.golang.org/grpc/codes"
)

// serviceConfig is the published retry policy: the channel retries UNAVAILABLE, up to four attempts.
//
//go:embed gen/service_config.json
var serviceConfig string

// reconnectDelays are the delays before the retries of a call whose connection broke.
var reconnectDelays = []time.Duration{100 * time.Millisecond, 200 * time.Millisecond, 400 * time.Millisecond}

// The delay before a stream is resumed doubles with each attempt that receives no message.
const initialBackoff, maxBackoff = 100 * time.Millisecond, 5 * time.Second

// resumableReasons are the error reasons after which a stream is resumed, in addition to the status UNAVAILABLE.
var resumableReasons = map[string]bool{"SLOW_READER": true, "TOO_MANY_CALLS": true, "TENANT_TOO_MANY_CALLS": true}

// isBrokenConnection reports whether a call ended because its connection broke, with a status other than UNAVAILABLE, which the channel
// itself retries. Such an error has no ErrorInfo, because the service did not send it.
func isBrokenConnection(err error) bool {
	failure, ok := err.(*CallError)
	if !ok || failure.Reason != "" {
		return false
	}
	return failure.Code == codes.Canceled || (failure.Code == codes.Internal && strings.Contains(failure.Text, "RST_STREAM"))
}

// isResumable reports whether a stream is resumed from its cursor after the error.
func isResumable(err error) bool {
	failure, ok := err.(*CallError)
	return ok && (failure.Code == codes.Unavailable || resumableReasons[failure.Reason] || isBrokenConnection(err))
}

// sleep waits, and returns false if the context ended first.
func sleep(ctx context.Context, delay time.Duration) bool {
	timer := time.NewTimer(delay)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// withJitter changes a delay by at most 25 percent.
func withJitter(delay time.Duration) time.Duration {
	return time.Duration(float64(delay) * (0.75 + rand.Float64()/2))
}
