package orchestrator

import (
	"context"
	"errors"
	"strings"
	"testing"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	orchestrationv1 "example.com/scenario-orchestrator/clients/go/gen/focal/orchestration/v1"
)

func TestStatusNamesAreThoseOfTheContract(t *testing.T) {
	for code, expected := range map[codes.Code]string{
		codes.OK: "OK", codes.Canceled: "CANCELLED", codes.DeadlineExceeded: "DEADLINE_EXCEEDED", codes.Aborted: "ABORTED",
		codes.InvalidArgument: "INVALID_ARGUMENT", codes.Unavailable: "UNAVAILABLE", codes.ResourceExhausted: "RESOURCE_EXHAUSTED",
	} {
		if actual := statusName(code); actual != expected {
			t.Errorf("%v: got %s, expected %s", code, actual, expected)
		}
	}
}

func TestOnlyErrorsThatPassAreRetried(t *testing.T) {
	for _, row := range []struct {
		code                   codes.Code
		text, reason           string
		isBroken, canBeResumed bool
	}{
		{codes.Internal, "stream terminated by RST_STREAM with error code: INTERNAL_ERROR", "", true, true},
		{codes.Internal, "The service failed.", "", false, false},
		{codes.Internal, "RST_STREAM", "INTERNAL", false, false},
		{codes.Canceled, "", "", true, true},
		{codes.Canceled, "", "CANCELLED", false, false},
		{codes.Unavailable, "", "", false, true}, // The channel retries a unary call.
		{codes.ResourceExhausted, "", "SLOW_READER", false, true},
		{codes.ResourceExhausted, "", "TOO_MANY_CALLS", false, true},
		{codes.ResourceExhausted, "", "TENANT_TOO_MANY_CALLS", false, true},
		{codes.ResourceExhausted, "", "TOO_MANY_CONSUMERS", false, false},
		{codes.NotFound, "", "SESSION_NOT_FOUND", false, false},
	} {
		failure := newCallError("ProcessTurn", status.New(row.code, row.text))
		failure.Reason = row.reason
		if isBrokenConnection(failure) != row.isBroken || isResumable(failure) != row.canBeResumed {
			t.Errorf("%+v: got %v, %v", row, isBrokenConnection(failure), isResumable(failure))
		}
	}
}

func TestCredentialsAreRequired(t *testing.T) {
	if _, err := Connect("127.0.0.1:1", Settings{}); err == nil || !strings.Contains(err.Error(), "Settings.Credentials") {
		t.Errorf("got %v", err)
	}
}

func TestAFailingTokenFunctionSendsNoCall(t *testing.T) {
	token := func(context.Context) (string, error) { return "", errors.New("no key") }
	client, err := Connect("127.0.0.1:1", Settings{Credentials: Insecure(), Token: token})
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	_, err = client.ProcessTurn(context.Background(), &orchestrationv1.ProcessTurnRequest{})
	expected := "ProcessTurn failed (UNAUTHENTICATED): Failed to get a token: no key"
	if err == nil || err.Error() != expected {
		t.Errorf("got %v", err)
	}
	streamed := client.StreamTurn(context.Background(), &orchestrationv1.StreamTurnRequest{}, nil)
	if streamed == nil || !strings.Contains(streamed.Error(), "UNAUTHENTICATED") {
		t.Errorf("got %v", streamed)
	}
}

func TestAValueOfAnotherTypeIsAnError(t *testing.T) {
	if _, err := ToValues(map[string]interface{}{"field": struct{}{}}); err == nil || !strings.Contains(err.Error(), `"field"`) {
		t.Errorf("got %v", err)
	}
}
