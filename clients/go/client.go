// Package orchestrator is the client of the scenario orchestrator: connection, retries, typed errors, streams that resume, and the parts of
// a reply. The messages of the contract are in the package gen/focal/orchestration/v1.
package orchestrator

import (
	"context"
	"fmt"
	"strings"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	orchestrationv1 "example.com/scenario-orchestrator/clients/go/gen/focal/orchestration/v1"
)

const (
	// defaultTimeout is the timeout of a call without a deadline.
	defaultTimeout = 5 * time.Second
	// maxReceivedBytes is the largest value of the service's setting `server.max_response_bytes`.
	maxReceivedBytes = 64 * 1024 * 1024
)

// Settings of the connection to the service.
type Settings struct {
	// TLS(...), or Insecure() for a service on the same machine. Required.
	Credentials credentials.TransportCredentials
	// Timeout of a call whose context has no deadline, including retries. Default: 5 s.
	Timeout time.Duration
	// Returns an API key or token to send with a call. Called before every call. If it fails, the call fails with UNAUTHENTICATED. Over an
	// insecure connection, the token is readable on the network.
	Token func(context.Context) (string, error)
	// Metadata to send with every call.
	Metadata map[string]string
	// Returns `traceparent` and, if there is one, `tracestate` of a call, or of a turn of ProcessTurns that has no trace context. With
	// OpenTelemetry, inject the context into a propagation.MapCarrier.
	TraceContext func(context.Context) map[string]string
	// Options of grpc in addition to the retry policy.
	DialOptions []grpc.DialOption
}

// Client is a client of all services of the contract. Goroutines can share it. A failed call returns a *CallError.
type Client struct {
	// Turns, Scenarios and Sessions have all methods of the contract. Those with one response are retried if their connection breaks. Use
	// the methods of Client for a turn and for streams.
	Turns     orchestrationv1.OrchestratorServiceClient
	Scenarios orchestrationv1.ScenarioServiceClient
	Sessions  orchestrationv1.SessionServiceClient

	settings   Settings
	connection *grpc.ClientConn
}

// Connect creates a client of the service at HOST:PORT. The client connects on the first call.
//
// With grpc before 1.40, set the environment variable GRPC_GO_RETRY=on: these versions ignore the retry policy without it.
func Connect(address string, settings Settings) (*Client, error) {
	if settings.Credentials == nil {
		return nil, fmt.Errorf("Settings.Credentials is not set: use TLS, or Insecure for a service on the same machine")
	}
	if settings.Timeout == 0 {
		settings.Timeout = defaultTimeout
	}
	client := &Client{settings: settings}
	options := append([]grpc.DialOption{
		grpc.WithTransportCredentials(settings.Credentials),
		grpc.WithDefaultServiceConfig(serviceConfig),
		grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(maxReceivedBytes)),
		grpc.WithUnaryInterceptor(client.callUnary),
		grpc.WithStreamInterceptor(client.startStream),
	}, settings.DialOptions...)
	// Dial exists in every version 1 of grpc, including those of Linux distributions.
	connection, err := grpc.Dial(address, options...)
	if err != nil {
		return nil, err
	}
	client.connection = connection
	client.Turns = orchestrationv1.NewOrchestratorServiceClient(connection)
	client.Scenarios = orchestrationv1.NewScenarioServiceClient(connection)
	client.Sessions = orchestrationv1.NewSessionServiceClient(connection)
	return client, nil
}

// Close closes the connection and cancels its calls.
func (c *Client) Close() error { return c.connection.Close() }

// callUnary makes a unary call. Retries it if its connection breaks and time is left. Every method is safe to retry.
func (c *Client) callUnary(
	ctx context.Context, path string, request, response interface{},
	connection *grpc.ClientConn, invoke grpc.UnaryInvoker, options ...grpc.CallOption,
) error {
	method := methodName(path)
	if _, ok := ctx.Deadline(); !ok {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, c.settings.Timeout)
		defer cancel()
	}
	for attempt := 0; ; attempt++ {
		sent, err := c.withMetadata(ctx, method)
		if err == nil {
			err = toCallError(method, invoke(sent, path, request, response, connection, options...))
		}
		if !isBrokenConnection(err) || ctx.Err() != nil || attempt == len(reconnectDelays) {
			return err
		}
		deadline, _ := ctx.Deadline()
		if time.Until(deadline) <= reconnectDelays[attempt] || !sleep(ctx, reconnectDelays[attempt]) {
			return err
		}
	}
}

// startStream starts a stream with the metadata of the connection.
func (c *Client) startStream(
	ctx context.Context, description *grpc.StreamDesc, connection *grpc.ClientConn, path string,
	start grpc.Streamer, options ...grpc.CallOption,
) (grpc.ClientStream, error) {
	sent, err := c.withMetadata(ctx, methodName(path))
	if err != nil {
		return nil, err
	}
	return start(sent, description, connection, path, options...)
}

// withMetadata returns the context of a call. Metadata of the call replace metadata of the connection.
func (c *Client) withMetadata(ctx context.Context, method string) (context.Context, error) {
	sent := metadata.MD{}
	if c.settings.TraceContext != nil {
		for key, value := range c.settings.TraceContext(ctx) {
			sent.Set(key, value)
		}
	}
	for key, value := range c.settings.Metadata {
		sent.Set(key, value)
	}
	if c.settings.Token != nil {
		token, err := c.settings.Token(ctx)
		if err != nil {
			return ctx, newCallError(method, status.New(codes.Unauthenticated, "Failed to get a token: "+err.Error()))
		}
		sent.Set("authorization", "Bearer "+token)
	}
	own, _ := metadata.FromOutgoingContext(ctx)
	for key, values := range own {
		sent[key] = values
	}
	return metadata.NewOutgoingContext(ctx, sent), nil
}

func methodName(path string) string { return path[strings.LastIndex(path, "/")+1:] }
