import { types } from 'node:util';
import type { Metadata, ServerInterceptingCallInterface } from '@grpc/grpc-js';
import { OrchestratorError } from '../../../core/model/orchestrator-error';
import type { Authenticator, Credentials, Principal, Scope } from '../../ports/authenticator';
import type { Clock } from '../../ports/clock';
import type { Logger } from '../../ports/logger';
import type { AccessFailure, Metrics } from '../../ports/metrics';
import { getTraceFields, type Span } from '../../ports/span';
import { toClientCertificate } from './client-certificate';

/** Decides which data an authenticated call may access. Calls are identified by their metadata object. */
export interface Authorizer {
  /** Returns the tenant of the credential; undefined if the credential is for all tenants, or if no credential is required. */
  getTenantId(metadata: Metadata): string | undefined;
  /**
   * Checks that a request for a tenant is allowed. A request without a tenant reads and writes no tenant's data.
   *
   * @throws OrchestratorError TENANT_MISMATCH, or UNAUTHENTICATED if the credential of a stream has expired.
   */
  authorize(metadata: Metadata, tenantId: string | undefined, span: Span): void;
  /**
   * Authenticates the credential of a stream again at intervals, and calls `revoke` once if it is no longer valid. Returns a
   * function that stops the checks.
   */
  watchCredential(metadata: Metadata, path: string, revoke: (error: OrchestratorError) => void): () => void;
}

/** Allows every call, for a server without authentication. */
export const allowAll: Authorizer = {
  getTenantId: () => undefined,
  authorize: () => {},
  watchCredential: () => () => {},
};

export interface AuthorizerDependencies {
  readonly authenticator: Authenticator;
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly log: Logger;
}

/** Retry delay in ms when authentication is unavailable. */
const retryAfterMs = 1_000;

/** The log fields of the client. */
interface Client {
  readonly method?: string;
  readonly peer?: string;
  readonly principal?: string | undefined;
  /** Why the credential cannot be checked. */
  readonly problem?: string;
}

interface AuthenticatedCall {
  readonly principal: Principal;
  readonly credentials: Credentials;
}

/** Allows calls with a valid credential, within its scopes and its tenant. */
export class CredentialAuthorizer implements Authorizer {
  private readonly deps: AuthorizerDependencies;
  /** The required scope by method path. Methods without an entry require a valid credential with any scope. */
  private readonly scopes: ReadonlyMap<string, Scope>;
  private readonly recheckIntervalMs: number;
  private readonly calls = new WeakMap<Metadata, AuthenticatedCall>();

  constructor(deps: AuthorizerDependencies, scopes: ReadonlyMap<string, Scope>, recheckIntervalMs: number) {
    this.deps = deps;
    this.scopes = scopes;
    this.recheckIntervalMs = recheckIntervalMs;
  }

  /** Authenticates a call before its body is read. Returns the error if the call is rejected. */
  async authenticate(
    path: string,
    metadata: Metadata,
    call: Pick<ServerInterceptingCallInterface, 'getAuthContext' | 'getPeer'>,
  ): Promise<OrchestratorError | undefined> {
    const authorization = metadata.get('authorization').map(String);
    // The certificate is used only without an authorization header. It is read only then, because reading it is the slowest part.
    const peer = authorization.length === 0 ? call.getAuthContext().sslPeerCertificate : undefined;
    const credentials: Credentials = { authorization, certificate: peer && toClientCertificate(peer) };
    const principal = await this.identify(path, credentials, { peer: call.getPeer() });
    if (principal instanceof OrchestratorError) return principal;
    this.calls.set(metadata, { principal, credentials });
    return undefined;
  }

  getTenantId(metadata: Metadata): string | undefined {
    return this.getCall(metadata).principal.tenantId;
  }

  authorize(metadata: Metadata, tenantId: string | undefined, span: Span): void {
    const { principal } = this.getCall(metadata);
    if (principal.expiresAt <= this.deps.clock.now()) {
      this.report('expired', { ...getTraceFields(span), principal: principal.name });
      throw new OrchestratorError('UNAUTHENTICATED', 'The credential of the stream has expired; open a new stream.');
    }
    if (principal.tenantId === undefined || tenantId === undefined) return;
    if (tenantId === principal.tenantId) return;
    this.report('tenant', { ...getTraceFields(span), principal: principal.name });
    throw new OrchestratorError('TENANT_MISMATCH', 'The tenant of the request is not the tenant of the credential.');
  }

  watchCredential(metadata: Metadata, path: string, revoke: (error: OrchestratorError) => void): () => void {
    const { principal, credentials } = this.getCall(metadata);
    const end = (error: OrchestratorError): void => {
      clearInterval(timer);
      revoke(error);
    };
    const recheck = async (): Promise<void> => {
      const current = await this.identify(path, credentials, { principal: principal.name });
      if (current instanceof OrchestratorError) {
        if (current.reason !== 'AUTHENTICATION_UNAVAILABLE') end(current);
      } else if (current.tenantId !== principal.tenantId) {
        end(new OrchestratorError('UNAUTHENTICATED', 'The tenant of the credential has changed; open a new stream.'));
      }
    };
    const logDefect = (err: unknown): void =>
      this.deps.log.error({ method: path, err }, 'checking a credential failed with an internal error');
    const timer = setInterval(() => void recheck().catch(logDefect), this.recheckIntervalMs).unref();
    return () => clearInterval(timer);
  }

  private async identify(
    path: string,
    credentials: Credentials,
    client: Client,
  ): Promise<Principal | OrchestratorError> {
    const result = await this.deps.authenticator.authenticate(credentials);
    switch (result.kind) {
      case 'accepted': {
        const { principal } = result;
        const scope = this.scopes.get(path);
        if (scope === undefined || principal.scopes.has(scope)) return principal;
        this.report('scope', { ...client, method: path, principal: principal.name });
        const message = `The credential does not have the scope "${scope}", which this method requires.`;
        return new OrchestratorError('SCOPE_MISSING', message, { metadata: { scope } });
      }
      case 'refused':
        this.report(result.failure, { ...client, method: path });
        return new OrchestratorError('UNAUTHENTICATED', result.message);
      case 'unavailable': {
        const problem = types.isNativeError(result.cause) ? result.cause.message : String(result.cause);
        this.report('unavailable', { ...client, method: path, problem });
        const message = 'The credential cannot be checked at the moment; retry after the retry delay.';
        return new OrchestratorError('AUTHENTICATION_UNAVAILABLE', message, { retryAfterMs, cause: result.cause });
      }
    }
  }

  /**
   * Counts and logs a denied call, without any part of the credential. The level is info, because clients must not be able to write
   * warnings for the operator.
   */
  private report(failure: AccessFailure, client: Client): void {
    this.deps.metrics.recordAccessFailure(failure);
    this.deps.log.info({ failure, ...client }, 'access denied');
  }

  private getCall(metadata: Metadata): AuthenticatedCall {
    const call = this.calls.get(metadata);
    if (call === undefined) throw new Error('The call has not been authenticated.');
    return call;
  }
}
