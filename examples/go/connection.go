package main

import (
	"context"
	"crypto/rand"
	_ "embed"
	"encoding/hex"
	"fmt"

	"google.golang.org/grpc"
	"google.golang.org/grpc/metadata"
)

// The retry policy that the contract publishes for clients in every language.
//
//go:embed gen/service_config.json
var serviceConfig string

// connect opens a connection to a service on the same machine, without TLS. For other machines, use credentials.NewTLS (see
// docs/clients.md).
//
// Dial and WithInsecure exist in every version 1 of grpc, including those in Linux distributions. With 1.63 and later, use
// grpc.NewClient and grpc.WithTransportCredentials(insecure.NewCredentials()). Before 1.40, set GRPC_GO_RETRY=on for retries.
func connect(address string) (*grpc.ClientConn, error) {
	return grpc.Dial(address, grpc.WithInsecure(), grpc.WithDefaultServiceConfig(serviceConfig))
}

// trace is a W3C trace context. With OpenTelemetry, otelgrpc sends the context of the current span automatically.
type trace struct{ id string }

func newTrace() trace { return trace{randomHex(16)} }

// call returns the context of a call, with a new sampled span in the trace.
func (t trace) call(ctx context.Context) context.Context {
	return metadata.AppendToOutgoingContext(ctx, "traceparent", fmt.Sprintf("00-%s-%s-01", t.id, randomHex(8)))
}

// newUUID returns a random UUID, version 4.
func newUUID() string {
	id := []byte(randomHex(16))
	id[12] = '4'
	id[16] = "89ab"[id[16]%4]
	return fmt.Sprintf("%s-%s-%s-%s-%s", id[:8], id[8:12], id[12:16], id[16:20], id[20:])
}

func randomHex(bytes int) string {
	random := make([]byte, bytes)
	if _, err := rand.Read(random); err != nil {
		panic(err)
	}
	return hex.EncodeToString(random)
}
