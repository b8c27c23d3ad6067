package orchestrator

import (
	"fmt"
	"strings"
	"time"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	rpcstatus "google.golang.org/genproto/googleapis/rpc/status"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// FieldViolation is a field of a refused request.
type FieldViolation struct {
	// Field path in the names of the contract.
	Field string
	// The problem and the allowed values.
	Description string
}

// CallError is a failed call, with the details of google.rpc.Status. Get it with errors.As. Its message is one line.
type CallError struct {
	// The method, for example "ProcessTurn".
	Method string
	// The name of the gRPC status code, for example "INVALID_ARGUMENT".
	Status string
	// The gRPC status code.
	Code codes.Code
	// The message of the service.
	Text string
	// The contract's ErrorReason without its prefix; "" if the error did not come from the service.
	Reason string
	// The metadata that the contract documents for the reason.
	Metadata map[string]string
	// The invalid fields, in the order of the request.
	Violations []FieldViolation
	// The delay after which to retry; 0 if the service does not suggest one.
	RetryAfter time.Duration

	cause *status.Status
}

// TraceID returns the trace id of the call in the service; "" if the service does not record traces.
func (e *CallError) TraceID() string { return e.Metadata["trace_id"] }

// GRPCStatus returns the status, so that status.FromError works.
func (e *CallError) GRPCStatus() *status.Status { return e.cause }

func (e *CallError) Error() string {
	code := e.Status
	if e.Reason != "" && e.Reason != e.Status {
		code += ", " + e.Reason
	}
	text, rest := e.Text, ""
	if len(e.Violations) > 0 {
		first := e.Violations[0].Description
		if e.Violations[0].Field != "" {
			first = e.Violations[0].Field + ": " + first
		}
		if !strings.Contains(text, first) {
			text = strings.TrimSuffix(text, ".") + ": " + first
		}
		if len(e.Violations) > 1 {
			rest = fmt.Sprintf(" (and %d more)", len(e.Violations)-1)
		}
	}
	return fmt.Sprintf("%s failed (%s): %s%s", e.Method, code, text, rest)
}

func newCallError(method string, cause *status.Status) *CallError {
	failure := &CallError{Method: method, Status: statusName(cause.Code()), Code: cause.Code(), Text: cause.Message(), cause: cause}
	for _, detail := range cause.Details() {
		switch detail := detail.(type) {
		case *errdetails.ErrorInfo:
			failure.Reason, failure.Metadata = detail.Reason, detail.Metadata
		case *errdetails.BadRequest:
			for _, violation := range detail.FieldViolations {
				failure.Violations = append(failure.Violations, FieldViolation{violation.Field, violation.Description})
			}
		case *errdetails.RetryInfo:
			failure.RetryAfter = time.Duration(detail.RetryDelay.GetSeconds())*time.Second +
				time.Duration(detail.RetryDelay.GetNanos())
		}
	}
	return failure
}

// toCallError converts the error of a call. Returns nil for nil.
func toCallError(method string, err error) error {
	if err == nil {
		return nil
	}
	if _, ok := err.(*CallError); ok {
		return err
	}
	return newCallError(method, status.Convert(err))
}

func fromStatus(method string, proto *rpcstatus.Status) *CallError {
	return newCallError(method, status.FromProto(proto))
}

// statusName returns the name of a status code in upper snake case, as the contract and other languages write it.
func statusName(code codes.Code) string {
	if code == codes.OK {
		return "OK"
	}
	var name strings.Builder
	for at, letter := range code.String() {
		if at > 0 && letter >= 'A' && letter <= 'Z' {
			name.WriteByte('_')
		}
		name.WriteRune(letter)
	}
	return strings.Replace(strings.ToUpper(name.String()), "CANCELED", "CANCELLED", 1)
}
