package orchestrator

import (
	"context"
	"crypto/tls"
	"net"

	"google.golang.org/grpc/credentials"
)

// TLS creates credentials for a TLS connection. A nil config verifies the server with the CA certificates of the system. Set RootCAs for
// other CA certificates, and Certificates for a service that requires client certificates (docs/security.md).
func TLS(config *tls.Config) credentials.TransportCredentials {
	if config == nil {
		config = &tls.Config{MinVersion: tls.VersionTLS12}
	}
	return credentials.NewTLS(config)
}

// Insecure creates credentials for a plaintext connection. Use them only for a service on the same machine.
func Insecure() credentials.TransportCredentials { return plaintext{} }

// plaintext is what the package credentials/insecure has since grpc 1.34.
type plaintext struct{}

type plaintextInfo struct{ credentials.CommonAuthInfo }

func (plaintextInfo) AuthType() string { return "insecure" }

func (plaintext) ClientHandshake(_ context.Context, _ string, conn net.Conn) (net.Conn, credentials.AuthInfo, error) {
	return conn, plaintextInfo{credentials.CommonAuthInfo{SecurityLevel: credentials.NoSecurity}}, nil
}

func (plaintext) ServerHandshake(conn net.Conn) (net.Conn, credentials.AuthInfo, error) {
	return conn, plaintextInfo{credentials.CommonAuthInfo{SecurityLevel: credentials.NoSecurity}}, nil
}

func (plaintext) Info() credentials.ProtocolInfo {
	return credentials.ProtocolInfo{SecurityProtocol: "insecure"}
}
func (p plaintext) Clone() credentials.TransportCredentials { return p }
func (plaintext) OverrideServerName(string) error           { return nil }
