import { createHash, hash } from 'node:crypto';
import type { FieldDefinition } from '../../core/model/field-definition';
import type { LegacySession } from '../../core/model/legacy-session';
import type { Scenario } from '../../core/model/scenario';
import type { SessionKey } from '../../core/model/session';
import {
  encodeCanonicalFields,
  encodeCanonicalLegacySession,
  encodeCanonicalScenario,
} from '../codec/stored/canonical-bytes';
import type { Clock } from '../ports/clock';
import type { ContentHasher } from '../ports/content-hasher';
import type { InstanceIdGenerator } from '../ports/instance-id-generator';
import type { TimerTurnIds } from '../ports/timer-turn-ids';

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

/** Generates name-based UUIDs from the ids of session, turn and scenario. */
export class UuidV5InstanceIdGenerator implements InstanceIdGenerator {
  generateInstanceId(sessionId: string, turnId: string, scenarioId: string): string {
    return generateUuidV5(namespace, `${sessionId}/${turnId}/${scenarioId}`);
  }
}

// Random, and must never change: nodes of two releases would fire the same timer with different ids.
const timerNamespace = Buffer.from('b0c7a4f19d3e4b62a85c0e2f71d6934b', 'hex');

/** Generates name-based UUIDs from the ids of tenant and session, the revision and the time of the timer. */
export class UuidV5TimerTurnIds implements TimerTurnIds {
  generateTimerTurnId({ tenantId, sessionId }: SessionKey, revision: number, timerAt: number): string {
    return generateUuidV5(timerNamespace, `${tenantId}/${sessionId}/${revision}/${timerAt}`);
  }
}

/** RFC 9562, version 5. */
function generateUuidV5(space: Buffer, name: string): string {
  const hex = hash('sha1', Buffer.concat([space, Buffer.from(name)]), 'hex');
  const variant = ((Number.parseInt(hex.charAt(16), 16) & 0x3) | 0x8).toString(16); // the variant bits of RFC 9562
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
