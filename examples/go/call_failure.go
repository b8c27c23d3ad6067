package main

import (
	"context"
	"strings"
	"time"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// callFailure holds the details of a failed call.
type callFailure struct {
	code codes.Code
	// Error message for people.
	text string
	// The contract's ErrorReason without its prefix. Empty if the service did not return the error.
	reason string
	// Metadata of the reason. Has trace_id if the service records traces.
	metadata map[string]string
	// Every invalid field with its problem.
	violations []*errdetails.BadRequest_FieldViolation
	// Delay before a retry. 0 if the service does not suggest one.
	retryAfter time.Duration
}

func toCallFailure(err error) callFailure {
	converted := status.Convert(err)
	failure := callFailure{code: converted.Code(), text: converted.Message()}
	for _, detail := range converted.Details() {
		switch detail := detail.(type) {
		case *errdetails.ErrorInfo:
			failure.reason, failure.metadata = detail.Reason, detail.Metadata
		case *errdetails.BadRequest:
			failure.violations = detail.FieldViolations
		case *errdetails.RetryInfo:
			failure.retryAfter = time.Duration(detail.RetryDelay.GetSeconds())*time.Second +
				time.Duration(detail.RetryDelay.GetNanos())
		}
	}
	return failure
}

// isBrokenConnection reports whether the connection broke during the call. The retry policy retries only UNAVAILABLE.
func (f callFailure) isBrokenConnection() bool {
	if f.reason != "" {
		return false
	}
	return f.code == codes.Canceled || (f.code == codes.Internal && strings.Contains(f.text, "RST_STREAM"))
}

// retryBrokenConnection repeats the same request, up to three times, if the connection breaks. A turn that was applied already is not
// applied again.
func retryBrokenConnection(ctx context.Context, call func() error) error {
	for delay := minDelay; ; delay *= 2 {
		err := call()
		if err == nil || ctx.Err() != nil || delay > 4*minDelay || !toCallFailure(err).isBrokenConnection() {
			return err
		}
		time.Sleep(delay)
	}
}

// statusName returns the name of a status code in upper snake case.
func statusName(code codes.Code) string {
	switch code {
	case codes.InvalidArgument:
		return "INVALID_ARGUMENT"
	case codes.Unavailable:
		return "UNAVAILABLE"
	default:
		return code.String()
	}
}
