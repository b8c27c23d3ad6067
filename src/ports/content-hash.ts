import type { Scenario } from '../domain/scenario';

/** Tells definitions apart. */
export interface ContentHash {
  /** SHA-256 over a canonical encoding of the definition, lower-case hexadecimal: equal hashes are the same definition. */
  hash(scenario: Scenario): string;
}
