import { createHash, hash } from 'node:crypto';
import type { FieldDefinition } from '../../core/model/field-definition';
import type { LegacySession } from '../../core/model/legacy-session';
import type { Scenario } from '../../core/model/scenario';
import {
  encodeCanonicalFields,
  encodeCanonicalLegacySession,
  encodeCanonicalScenario,
} from '../codec/stored/canonical-bytes';
import type { Clock } from '../ports/clock';
import type { ContentHasher } from '../ports/content-hasher';
import type { InstanceIdGenerator } from '../ports/instance-id-generator';

export class SystemClock implements Clock {
  now(): number {
    return Date.now();
  }
}

/** Hashes the protobuf encoding of the contract, with map entries sorted by key. */
export class Sha256ContentHasher implements ContentHasher {
  hash(scenario: Scenario): string {
    return sha256(encodeCanonicalScenario(scenario));
  }

  hashFields(definitions: readonly FieldDefinition[]): string {
    return sha256(encodeCanonicalFields(definitions));
  }

  hashLegacySession(record: LegacySession): string {
    return sha256(encodeCanonicalLegacySession(record));
  }
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

// Random, and must never change: another namespace would change the instance ids of turns that are decided again.
const namespace = Buffer.from('6f1d6f0e2b5f4c0c9a3c1e8f4d7a5b21', 'hex');

/** Generates name-based UUIDs (RFC 9562, version 5) from the ids of session, turn and scenario. */
export class UuidV5InstanceIdGenerator implements InstanceIdGenerator {
  generateInstanceId(sessionId: string, turnId: string, scenarioId: string): string {
    const name = Buffer.from(`${sessionId}/${turnId}/${scenarioId}`);
    const hex = hash('sha1', Buffer.concat([namespace, name]), 'hex');
    const variant = ((Number.parseInt(hex.charAt(16), 16) & 0x3) | 0x8).toString(16); // the variant bits of RFC 9562
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
  }
}
