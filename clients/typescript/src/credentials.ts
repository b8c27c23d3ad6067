import {
  type ChannelCredentials,
  credentials,
  InterceptingCall,
  type Interceptor,
  type Metadata,
  status,
} from '@grpc/grpc-js';

/** The PEM certificates and keys of a TLS connection. */
export interface TlsSettings {
  /** CA certificates that verify the server. Default: the CA certificates of Node.js. */
  readonly ca?: Buffer;
  /** Client certificate and private key, for a service that requires them (docs/security.md). */
  readonly clientCertificate?: { readonly certificate: Buffer; readonly key: Buffer };
}

/** Creates credentials for a TLS connection. Throws if a PEM file is invalid. */
export function tls({ ca, clientCertificate }: TlsSettings = {}): ChannelCredentials {
  return credentials.createSsl(ca, clientCertificate?.key, clientCertificate?.certificate);
}

/** Creates credentials for a plaintext connection. Use them only for a service on the same machine. */
export function insecure(): ChannelCredentials {
  return credentials.createInsecure();
}

/**
 * An API key or token, or a function that returns one. The client calls the function before every call, so that it can rotate
 * tokens.
 */
export type BearerToken = string | (() => string | Promise<string>);

/**
 * Adds `authorization: Bearer` to every call. If the token function fails, the call is not sent and fails with UNAUTHENTICATED.
 */
export function createBearerTokenInterceptor(token: BearerToken): Interceptor {
  return (options, nextCall) => {
    const call = new InterceptingCall(nextCall(options), {
      start: (metadata, listener, next) => {
        const send = (text: string): void => next(addToken(metadata, text), listener);
        // grpc-js reports the status of a call only if the call has started.
        const fail = (error: unknown): void => {
          next(metadata, listener);
          const reason = error instanceof Error ? error.message : String(error);
          call.cancelWithStatus(status.UNAUTHENTICATED, `Failed to get a token: ${reason}`);
        };
        if (typeof token === 'string') send(token);
        else void Promise.resolve().then(token).then(send, fail);
      },
    });
    return call;
  };
}

function addToken(metadata: Metadata, token: string): Metadata {
  metadata.set('authorization', `Bearer ${token}`);
  return metadata;
}
