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

// What is safe to retry: the contract publishes it for clients in every language.
//
//go:embed gen/service_config.json
var serviceConfig string

// connect opens a connection to a service on the same machine, without TLS. Over a network: credentials.NewTLS, see
// docs/clients.md.
//
// Dial and WithInsecure are in every grpc of version 1, which is what Linux distributions package too. With 1.63 and later write
// grpc.NewClient and grpc.WithTransportCredentials(insecure.NewCredentials()). Before 1.40 retries want GRPC_GO_RETRY=on.
func connect(address string) (*grpc.ClientConn, error) {
	return grpc.Dial(address, grpc.WithInsecure(), grpc.WithDefaultServiceConfig(serviceConfig))
}

// trace is a W3C trace context. With OpenTelemetry its otelgrpc sends the context of the current span by itself.
type trace struct{ id string }

func newTrace() trace { return trace{randomHex(16)} }

// call gives the context of a call: a span of its own below the trace, sampled.
func (t trace) call(ctx context.Context) context.Context {
	return metadata.AppendToOutgoingContext(ctx, "traceparent", fmt.Sprintf("00-%s-%s-01", t.id, randomHex(8)))
}

// newUUID gives a random UUID, version 4.
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
