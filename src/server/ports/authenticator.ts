/** The permissions that a credential can have. Every method of the contract requires one of them. */
export const scopes = ['turns', 'sessions', 'catalogue'] as const;
export type Scope = (typeof scopes)[number];

/** The authenticated caller. */
export interface Principal {
  /** Identifies the credential in logs, for example `api_key:checkout-2026-11`. Not a secret. */
  readonly name: string;
  /** UUID in lower case of the only tenant that the caller may access; undefined if a request may name any tenant. */
  readonly tenantId: string | undefined;
  readonly scopes: ReadonlySet<Scope>;
  /** Expiry of the credential in milliseconds since 1970; Infinity if it does not expire. */
  readonly expiresAt: number;
}

/** A client certificate signed by a trusted CA. */
export interface ClientCertificate {
  /** CN of the subject; undefined if there is none or more than one. */
  readonly commonName: string | undefined;
  /** Subject alternative names, spelled as in the certificate. */
  readonly uris: readonly string[];
  readonly dnsNames: readonly string[];
  /** End of the validity in milliseconds since 1970. */
  readonly expiresAt: number;
}

/** The credentials of a call. */
export interface Credentials {
  /** All values of the metadata key `authorization`. */
  readonly authorization: readonly string[];
  /** The client certificate of the connection; undefined if there is none. */
  readonly certificate: ClientCertificate | undefined;
}

/** Why credentials were rejected: the attribute `reason` of the metric `orchestrator.auth.failures`. */
export type AuthenticationFailure =
  | 'missing'
  | 'malformed'
  | 'unknown_key'
  | 'bad_signature'
  | 'algorithm'
  | 'expired'
  | 'not_yet_valid'
  | 'issuer'
  | 'audience'
  | 'claims'
  | 'certificate';

/** The result of authenticating credentials. */
export type Authentication =
  | { readonly kind: 'accepted'; readonly principal: Principal }
  | {
      readonly kind: 'refused';
      readonly failure: AuthenticationFailure;
      /** A sentence for the caller. It contains no details of a token whose signature was not verified. */
      readonly message: string;
    }
  /** The credentials cannot be checked now, so a retry may succeed. `cause` is for the log. */
  | { readonly kind: 'unavailable'; readonly cause: unknown };

export interface Authenticator {
  /** Identifies the caller. For invalid credentials the promise resolves to a refusal and does not reject. */
  authenticate(credentials: Credentials): Promise<Authentication>;
}
