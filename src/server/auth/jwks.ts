import type { Clock } from '../ports/clock';
import type { Logger } from '../ports/logger';
import type { Reloadable } from '../ports/reloadable';
import { createKeySet, type KeySet, parseKeySet } from './key-set';

/** Where the keys of a token issuer come from. */
export interface JwksSource {
  readonly current: KeySet;
  /**
   * Resolves to the keys after a token with an unknown key: newer ones, or the current ones if there are no newer ones. Rejects with
   * JwksUnavailableError if the keys cannot be fetched.
   */
  refetch(): Promise<KeySet>;
}

/** The key of a token is unknown, perhaps because the keys of the issuer cannot be fetched or are malformed. */
export class JwksUnavailableError extends Error {
  override readonly name = 'JwksUnavailableError';
}

const problemsMessage = 'the key set of the token issuer has problems: tokens may be rejected as UNAVAILABLE';

/** Creates the source of keys in a file. Problems of the keys are logged at the start and after every change. */
export function createFileJwks(file: Reloadable<KeySet>, log: Logger): JwksSource {
  const logProblems = ({ problems }: KeySet): void => {
    if (problems.length > 0) log.warn({ setting: 'auth.jwks_file', problems }, problemsMessage);
  };
  logProblems(file.current);
  file.onChange(logProblems);
  return {
    get current() {
      return file.current;
    },
    refetch: async () => file.current,
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
  private keySet = createKeySet([]);
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

  get current(): KeySet {
    return this.keySet;
  }

  async refetch(): Promise<KeySet> {
    if (this.clock.now() - this.fetchedAt >= cooldownMs) await this.refresh();
    else await this.pendingFetch;
    if (this.lastError === undefined) return this.keySet;
    throw new JwksUnavailableError('The keys of the token issuer cannot be fetched.', { cause: this.lastError });
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
    this.keySet = parseKeySet(text);
    this.text = text;
    const { problems } = this.keySet;
    if (problems.length > 0) this.log.warn({ jwks: this.url, problems }, problemsMessage);
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
