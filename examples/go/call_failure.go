package main

import (
	"time"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// callFailure is what a failed call tells.
type callFailure struct {
	code codes.Code
	// What went wrong, for people.
	text string
	// The contract's ErrorReason without its prefix; empty where the error did not come from the service.
	reason string
	// What the contract documents at the reason; trace_id is among it where the service traces.
	metadata map[string]string
	// Every field that was refused, with what is wrong with it.
	violations []*errdetails.BadRequest_FieldViolation
	// When a retry makes sense, from now; 0 where the service did not say.
	retryAfter time.Duration
}

func failureOf(err error) callFailure {
	told := status.Convert(err)
	failure := callFailure{code: told.Code(), text: told.Message()}
	for _, detail := range told.Details() {
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

// statusName spells a code as the contract does.
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
