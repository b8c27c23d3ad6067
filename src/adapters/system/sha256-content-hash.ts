import { createHash } from 'node:crypto';
import { canonicalScenarioBytes } from '../../codec/scenario-codec';
import type { Scenario } from '../../domain/scenario';
import type { ContentHash } from '../../ports/content-hash';

/** SHA-256 over the contract's encoding of the definition with its maps in key order. */
export class Sha256ContentHash implements ContentHash {
  hash(scenario: Scenario): string {
    return createHash('sha256').update(canonicalScenarioBytes(scenario)).digest('hex');
  }
}
