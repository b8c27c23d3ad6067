import type { Scenario, StoredScenario } from '../../../core/model/scenario';
import { decodeStoredScenario, encodeStoredScenario } from '../../codec/wire/scenario-codec';

/** The bytes of a version whose number only the store will know: 0 stands in its place. */
export function encodeVersion(scenario: Scenario, contentHash: string, storedAt: number): Buffer {
  return Buffer.from(encodeStoredScenario({ scenario, version: 0, contentHash, storedAt }));
}

/** A version of the bytes of `unnumberedVersion` and the number that it got. */
export function decodeVersion(bytes: Uint8Array, version: number): StoredScenario {
  return { ...decodeStoredScenario(bytes), version };
}

/** A newest version, whose bytes have its number and a colon in front. */
export function decodeLatestVersion(stored: Buffer): StoredScenario {
  const colon = stored.indexOf(':');
  const version = Number(stored.subarray(0, colon).toString());
  if (colon < 1 || !Number.isInteger(version)) throw new Error('A stored scenario lacks its version.');
  return decodeVersion(stored.subarray(colon + 1), version);
}
