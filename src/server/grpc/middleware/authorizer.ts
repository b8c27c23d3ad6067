import type { Metadata, ServerInterceptingCallInterface } from '@grpc/grpc-js';
import { OrchestratorError } from '../../../core/model/orchestrator-error';
import type { Authenticator, Credentials, Principal, Scope } from '../../ports/authenticator';
import type { Clock } from '../../ports/clock';
import type { Logger } from '../../ports/logger';
import type { AccessFailure, Metrics } from '../../ports/metrics';
import { toClientCertificate } from './client-certificate';

/** Who may call, seen from the calls that were let in. */
export interface Authorizer {
  /** Who makes a call, by the metadata that its handler was given; undefined where nobody has to say. */
  getPrincipal(metadata: Metadata): Principal | undefined;
  /**
   * Looks whether a request is the caller's to make.
   *
   * @throws OrchestratorError TENANT_MISMATCH, or UNAUTHENTICATED where the credential of a stream has expired meanwhile.
   */
  authorize(principal: Principal | undefined, tenantId: string | undefined): void;
  /**
   * Looks again and again whether the credential of a long-lived stream still holds, and aborts with the OrchestratorError once
   * it does not. Returns what ends that.
   */
  watchCredential(metadata: Metadata, path: string, over: AbortController): () => void;
}

/** Everybody may do everything. */
export const allowAll: Authorizer = {
  getPrincipal: () => undefined,
  authorize: () => {},
  watchCredential: () => () => {},
};

/** What access by credentials stands on. */
export interface AuthorizerDependencies {
  readonly authenticator: Authenticator;
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly log: Logger;
}

/** Milliseconds until a caller asks again where it cannot be told who it is. */
const retryAfterMs = 1_000;

/** Who it is, for the log, as far as it is known. */
interface Caller {
  readonly method?: string;
  readonly peer?: string;
  readonly principal?: string | undefined;
}

interface Admitted {
  readonly principal: Principal;
  readonly credentials: Credentials;
}

/** Only callers whose credential holds, within its scopes and its tenant. */
export class CredentialAuthorizer implements Authorizer {
  private readonly deps: AuthorizerDependencies;
  /** By the path of the method; a method without one needs any credential that holds. */
  private readonly scopes: ReadonlyMap<string, Scope>;
  private readonly recheckIntervalMs: number;
  private readonly admitted = new WeakMap<Metadata, Admitted>();

  constructor(deps: AuthorizerDependencies, scopes: ReadonlyMap<string, Scope>, recheckIntervalMs: number) {
    this.deps = deps;
    this.scopes = scopes;
    this.recheckIntervalMs = recheckIntervalMs;
  }

  /** Lets a call in, before its body is read, or tells why not. */
  async authenticate(
    path: string,
    metadata: Metadata,
    call: ServerInterceptingCallInterface,
  ): Promise<OrchestratorError | undefined> {
    const authorization = metadata.get('authorization').map(String);
    // Asking for it costs more than all the rest, and it counts only where there is nothing else.
    const peer = authorization.length === 0 ? call.getAuthContext().sslPeerCertificate : undefined;
    const credentials: Credentials = { authorization, certificate: peer && toClientCertificate(peer) };
    const found = await this.identify(path, credentials, { peer: call.getPeer() });
    if (found instanceof OrchestratorError) return found;
    this.admitted.set(metadata, { principal: found, credentials });
    return undefined;
  }

  getPrincipal(metadata: Metadata): Principal {
    return this.admittedOf(metadata).principal;
  }

  authorize(principal: Principal | undefined, tenantId: string | undefined): void {
    if (principal === undefined || principal.expiresAt <= this.deps.clock.now()) {
      this.tell('expired', { principal: principal?.name });
      throw new OrchestratorError('UNAUTHENTICATED', 'The credential of the stream has expired; open a new one.');
    }
    const own = principal.tenantId;
    if (own === undefined || tenantId === undefined || tenantId.toLowerCase() === own) return;
    this.tell('tenant', { principal: principal.name });
    throw new OrchestratorError('TENANT_MISMATCH', 'The request names another tenant than the one of the credential.');
  }

  watchCredential(metadata: Metadata, path: string, over: AbortController): () => void {
    const { principal, credentials } = this.admittedOf(metadata);
    const end = (reason: OrchestratorError): void => {
      clearInterval(timer);
      over.abort(reason);
    };
    const look = async (): Promise<void> => {
      const found = await this.identify(path, credentials, { principal: principal.name });
      if (found instanceof OrchestratorError) {
        if (found.reason !== 'AUTHENTICATION_UNAVAILABLE') end(found);
      } else if (found.tenantId !== principal.tenantId) {
        end(new OrchestratorError('UNAUTHENTICATED', 'The credential is for another tenant by now.'));
      }
    };
    const defect = (err: unknown): void =>
      this.deps.log.error({ method: path, err }, 'a credential could not be looked at');
    const timer = setInterval(() => void look().catch(defect), this.recheckIntervalMs).unref();
    return () => clearInterval(timer);
  }

  private async identify(path: string, credentials: Credentials, who: Caller): Promise<Principal | OrchestratorError> {
    const found = await this.deps.authenticator.authenticate(credentials);
    switch (found.kind) {
      case 'accepted': {
        const scope = this.scopes.get(path);
        if (scope === undefined || found.principal.scopes.has(scope)) return found.principal;
        this.tell('scope', { ...who, method: path, principal: found.principal.name });
        const text = `The credential lacks the scope "${scope}", which this method needs.`;
        return new OrchestratorError('SCOPE_MISSING', text, { metadata: { scope } });
      }
      case 'refused':
        this.tell(found.failure, { ...who, method: path });
        return new OrchestratorError('UNAUTHENTICATED', found.message);
      case 'unavailable': {
        this.tell('unavailable', { ...who, method: path });
        const text = 'Whether the credential is valid cannot be told now; retry in a moment.';
        return new OrchestratorError('AUTHENTICATION_UNAVAILABLE', text, { retryAfterMs, cause: found.cause });
      }
    }
  }

  /** Nothing of the credential itself. At info: whoever sends wrong ones shall not write the operator's warnings. */
  private tell(failure: AccessFailure, who: Caller): void {
    this.deps.metrics.recordAccessFailure(failure);
    this.deps.log.info({ failure, ...who }, 'call refused for who calls');
  }

  private admittedOf(metadata: Metadata): Admitted {
    const admitted = this.admitted.get(metadata);
    if (admitted === undefined) throw new Error('A call came to its handler that was not let in.');
    return admitted;
  }
}
