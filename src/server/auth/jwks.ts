import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose';
import type { Clock } from '../ports/clock';
import type { Logger } from '../ports/logger';
import type { Reloadable } from '../ports/reloadable';

/** The public keys of a token issuer (JSON Web Key Set). */
export interface JwksSource {
  /** Finds the key of a token for jose. Rejects with JWKSNoMatchingKey or JwksUnavailableError. */
  readonly getKey: JWTVerifyGetKey;
  /** Calls `listener` when the keys have changed, so that tokens are verified again. */
  onChange(listener: () => void): void;
}

/** The key of a token is unknown, and the keys of the issuer cannot be fetched. */
export class JwksUnavailableError extends Error {
  override readonly name = 'JwksUnavailableError';
}

/** Parses a JSON Web Key Set. Throws an Error if the text is invalid. */
export function parseJwks(text: string): JSONWebKeySet {
  const keys: JSONWebKeySet = JSON.parse(text);
  createLocalJWKSet(keys); // throws if the key set is invalid
  return keys;
}

export function createFileJwks(file: Reloadable<JSONWebKeySet>): JwksSource {
  let keySet = createLocalJWKSet(file.current);
  file.onChange((keys) => {
    keySet = createLocalJWKSet(keys);
  });
  return {
    getKey: (header, token) => keySet(header, token),
    onChange: (listener) => file.onChange(listener),
  };
}

/** Timeout of a fetch in milliseconds. */
const fetchTimeoutMs = 5_000;

/** Minimum time between two fetches caused by tokens with unknown keys, in milliseconds. */
const cooldownMs = 5_000;

/**
 * The keys at a URL. They are fetched by `refresh`, and when a token has an unknown key. Fetches for unknown keys happen at most
 * every five seconds, so that tokens with invented key ids cannot flood the issuer. While the endpoint is unavailable, the known
 * keys stay valid.
 */
export class RemoteJwks implements JwksSource {
  private readonly url: string;
  private readonly clock: Clock;
  private readonly log: Logger;
  private readonly listeners: (() => void)[] = [];
  private keySet = createLocalJWKSet({ keys: [] });
  private text = '';
  /** The error of the last fetch; undefined if it succeeded. */
  private lastError: unknown = new Error('The keys have not been fetched yet.');
  private isErrorLogged = false;
  /** Start of the last fetch in milliseconds since 1970. */
  private fetchedAt = Number.NEGATIVE_INFINITY;
  private pendingFetch: Promise<void> | undefined;

  constructor(url: string, clock: Clock, log: Logger) {
    this.url = url;
    this.clock = clock;
    this.log = log;
  }

  readonly getKey: JWTVerifyGetKey = async (header, token) => {
    try {
      return await this.keySet(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
    }
    if (this.clock.now() - this.fetchedAt >= cooldownMs) await this.refresh();
    else await this.pendingFetch;
    try {
      return await this.keySet(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey) || this.lastError === undefined) throw error;
      throw new JwksUnavailableError('The keys of the token issuer cannot be fetched.', { cause: this.lastError });
    }
  };

  onChange(listener: () => void): void {
    this.listeners.push(listener);
  }

  /** Fetches the keys. Concurrent callers share one fetch. Never rejects. */
  refresh(): Promise<void> {
    this.pendingFetch ??= this.fetch().finally(() => {
      this.pendingFetch = undefined;
    });
    return this.pendingFetch;
  }

  private async fetch(): Promise<void> {
    this.fetchedAt = this.clock.now();
    try {
      const text = await fetchText(this.url);
      if (text !== this.text) this.replaceKeys(text);
      if (this.lastError !== undefined) this.log.info({ jwks: this.url }, 'the keys of the token issuer were fetched');
      this.lastError = undefined;
      this.isErrorLogged = false;
    } catch (error) {
      this.lastError = error;
      if (this.isErrorLogged) return;
      this.isErrorLogged = true;
      const message = 'the keys of the token issuer cannot be fetched: the known keys stay valid';
      this.log.error({ jwks: this.url, error }, message);
    }
  }

  private replaceKeys(text: string): void {
    this.keySet = createLocalJWKSet(parseJwks(text));
    this.text = text;
    for (const listener of this.listeners) listener();
  }
}

async function fetchText(url: string): Promise<string> {
  const response = await fetch(url, {
    headers: { accept: 'application/jwk-set+json, application/json' },
    redirect: 'error',
    signal: AbortSignal.timeout(fetchTimeoutMs),
  });
  if (response.status !== 200) throw new Error(`The endpoint returned status ${response.status}, expected 200.`);
  return await response.text();
}
