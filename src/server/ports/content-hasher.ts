import type { LegacySession } from '../../core/model/legacy-session';
import type { Scenario } from '../../core/model/scenario';

/** Tells contents apart. */
export interface ContentHasher {
  /** SHA-256 over a canonical encoding of the definition, lower-case hexadecimal: equal hashes are the same definition. */
  hash(scenario: Scenario): string;
  /** The same over what a record of the older format says, its agent left out: equal hashes are the same record (section 8). */
  hashLegacySession(record: LegacySession): string;
}
