import { createHash } from 'node:crypto';
import type { LegacySession } from '../../core/model/legacy-session';
import type { Scenario } from '../../core/model/scenario';
import { encodeCanonicalLegacySession, encodeCanonicalScenario } from '../codec/stored/canonical-bytes';
import type { ContentHasher } from '../ports/content-hasher';

/** SHA-256 over the contract's encoding of the content with its maps in key order. */
export class Sha256ContentHasher implements ContentHasher {
  hash(scenario: Scenario): string {
    return sha256(encodeCanonicalScenario(scenario));
  }

  hashLegacySession(record: LegacySession): string {
    return sha256(encodeCanonicalLegacySession(record));
  }
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
