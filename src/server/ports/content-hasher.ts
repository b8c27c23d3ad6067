import type { FieldDefinition } from '../../core/model/field-definition';
import type { LegacySession } from '../../core/model/legacy-session';
import type { Scenario } from '../../core/model/scenario';

export interface ContentHasher {
  /**
   * Returns the SHA-256 of a canonical encoding of the definition, in lower-case hexadecimal. Equal hashes mean equal definitions.
   */
  hash(scenario: Scenario): string;
  /** The same for the field definitions of an agent. */
  hashFields(definitions: readonly FieldDefinition[]): string;
  /** SHA-256 of a legacy session without its agent id (section 8). Equal hashes mean the same legacy session. */
  hashLegacySession(record: LegacySession): string;
}
