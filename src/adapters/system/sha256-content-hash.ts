import { createHash } from 'node:crypto';
import { canonicalOlderSessionBytes } from '../../codec/older-session-codec';
import { canonicalScenarioBytes } from '../../codec/scenario-codec';
import type { OlderSession } from '../../domain/older-session';
import type { Scenario } from '../../domain/scenario';
import type { ContentHash } from '../../ports/content-hash';

/** SHA-256 over the contract's encoding of the content with its maps in key order. */
export class Sha256ContentHash implements ContentHash {
  hash(scenario: Scenario): string {
    return sha256(canonicalScenarioBytes(scenario));
  }

  hashOlderSession(record: OlderSession): string {
    return sha256(canonicalOlderSessionBytes(record));
  }
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
