import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose';
import type { Clock } from '../ports/clock';
import type { Logger } from '../ports/logger';
import type { Reloadable } from '../ports/reloadable';

/** The public keys of an issuer of tokens. */
export interface JwksSource {
  /** As jose asks for the key of a token. Rejects with its JWKSNoMatchingKey, or with KeysUnavailable. */
  readonly getKey: JWTVerifyGetKey;
  /** Tells when the keys have changed: what was verified with the earlier ones may hold no longer. */
  onChange(listener: () => void): void;
}

/** The key of a token is not at hand, and whether the issuer has it cannot be told now. */
export class JwksUnavailableError extends Error {
  override readonly name = 'KeysUnavailable';
}

/** The keys of a file's text. Throws an Error for what is no JSON Web Key Set. */
export function parseJwks(text: string): JSONWebKeySet {
  const keys: JSONWebKeySet = JSON.parse(text);
  createLocalJWKSet(keys); // throws where it is none
  return keys;
}

/** The keys of a file, as it is now. */
export function createFileJwks(file: Reloadable<JSONWebKeySet>): JwksSource {
  let local = createLocalJWKSet(file.current);
  file.onChange((keys) => {
    local = createLocalJWKSet(keys);
  });
  return {
    getKey: (header, token) => local(header, token),
    onChange: (listener) => file.onChange(listener),
  };
}

/** Milliseconds that the endpoint may take, and between two fetches that tokens with unknown keys cause. */
const fetchTimeoutMs = 5_000;
const cooldownMs = 5_000;

/**
 * The keys at a URL. They are fetched over and over by `refresh`, and when a token names one that is not among them, at most
 * every five seconds then, so that invented key ids cannot make this service flood the issuer. While the endpoint is away the
 * keys that are known go on to hold; of others it cannot be told.
 */
export class RemoteJwks implements JwksSource {
  private readonly url: string;
  private readonly clock: Clock;
  private readonly log: Logger;
  private readonly listeners: (() => void)[] = [];
  private known = createLocalJWKSet({ keys: [] });
  private text = '';
  /** Why the last fetch failed; undefined where it did not. */
  private failure: unknown = new Error('The keys were not fetched yet.');
  private toldThatAway = false;
  private fetchedAt = Number.NEGATIVE_INFINITY;
  private fetching: Promise<void> | undefined;

  constructor(url: string, clock: Clock, log: Logger) {
    this.url = url;
    this.clock = clock;
    this.log = log;
  }

  readonly getKey: JWTVerifyGetKey = async (header, token) => {
    try {
      return await this.known(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
    }
    if (this.clock.now() - this.fetchedAt >= cooldownMs) await this.refresh();
    else await this.fetching;
    try {
      return await this.known(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey) || this.failure === undefined) throw error;
      throw new JwksUnavailableError('The keys of the issuer cannot be fetched.', { cause: this.failure });
    }
  };

  onChange(listener: () => void): void {
    this.listeners.push(listener);
  }

  /** Fetches the keys, once for all who ask meanwhile. Never rejects. */
  refresh(): Promise<void> {
    this.fetching ??= this.fetch().finally(() => {
      this.fetching = undefined;
    });
    return this.fetching;
  }

  private async fetch(): Promise<void> {
    this.fetchedAt = this.clock.now();
    try {
      const text = await textAt(this.url);
      if (text !== this.text) this.take(text);
      if (this.failure !== undefined) this.log.info({ jwks: this.url }, 'the keys of the issuer are fetched');
      this.failure = undefined;
      this.toldThatAway = false;
    } catch (error) {
      this.failure = error;
      if (this.toldThatAway) return;
      this.toldThatAway = true;
      this.log.error({ jwks: this.url, error }, 'the keys of the issuer cannot be fetched: those that are known hold');
    }
  }

  private take(text: string): void {
    this.known = createLocalJWKSet(parseJwks(text));
    this.text = text;
    for (const listener of this.listeners) listener();
  }
}

async function textAt(url: string): Promise<string> {
  const response = await fetch(url, {
    headers: { accept: 'application/jwk-set+json, application/json' },
    redirect: 'error',
    signal: AbortSignal.timeout(fetchTimeoutMs),
  });
  if (response.status !== 200) throw new Error(`The answer has the status ${response.status}, not 200.`);
  return await response.text();
}
