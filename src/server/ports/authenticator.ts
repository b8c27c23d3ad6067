/** What a credential may be used for. Every method of the contract needs one of them. */
export const scopes = ['turns', 'sessions', 'catalogue'] as const;
export type Scope = (typeof scopes)[number];

/** Who calls, as a credential that holds says. */
export interface Principal {
  /** Names the credential in logs, for example `api_key:checkout-2026-11`. No secret. */
  readonly name: string;
  /** The one tenant whose data it reaches; undefined: whichever a request names. UUID, lower case. */
  readonly tenantId: string | undefined;
  readonly scopes: ReadonlySet<Scope>;
  /** When it stops to hold, milliseconds since 1970; Infinity: never. */
  readonly expiresAt: number;
}

/** A client certificate that a trusted authority has signed. */
export interface ClientCertificate {
  /** CN of the subject; undefined where there is none, or more than one. */
  readonly commonName: string | undefined;
  /** Alternative names of the subject, as the certificate spells them. */
  readonly uris: readonly string[];
  readonly dnsNames: readonly string[];
  /** When it stops to hold, milliseconds since 1970. */
  readonly expiresAt: number;
}

/** What a call shows of who calls. */
export interface Credentials {
  /** Every value of the metadata `authorization`. */
  readonly authorization: readonly string[];
  /** That of the connection. */
  readonly certificate: ClientCertificate | undefined;
}

/** Why a credential does not hold. The reasons of the metric `orchestrator.auth.failures`. */
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

/** What became of credentials. */
export type Authentication =
  | { readonly kind: 'accepted'; readonly principal: Principal }
  | {
      readonly kind: 'refused';
      readonly failure: AuthenticationFailure;
      /** For the caller, a sentence: nothing that only the holder of a credential may know, unless its signature held. */
      readonly message: string;
    }
  /** It cannot be told now; the same credential may hold in a moment. `cause` is for the log. */
  | { readonly kind: 'unavailable'; readonly cause: unknown };

/** Tells who calls. Never rejects for what a caller sends. */
export interface Authenticator {
  authenticate(credentials: Credentials): Promise<Authentication>;
}
