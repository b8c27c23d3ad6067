import { type ChannelCredentials, credentials } from '@grpc/grpc-js';

/** What TLS is made of, each as PEM. */
export interface TlsSettings {
  /** Authorities that the service's certificate is checked against. Default: those of Node.js. */
  readonly ca?: Buffer;
  /** The caller's own certificate with its private key, where the service asks for one (docs/security.md). */
  readonly clientCertificate?: { readonly certificate: Buffer; readonly key: Buffer };
}

/** A connection by TLS. Throws where a PEM cannot be read. */
export function tls({ ca, clientCertificate }: TlsSettings = {}): ChannelCredentials {
  return credentials.createSsl(ca, clientCertificate?.key, clientCertificate?.certificate);
}

/** No protection at all: whoever is on the way reads and changes everything. For a service on the same machine. */
export function insecure(): ChannelCredentials {
  return credentials.createInsecure();
}
