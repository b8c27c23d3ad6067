import { hash } from 'node:crypto';
import type { InstanceIdGenerator } from '../ports/instance-id-generator';

// Chosen once at random and never changed: another one would name the instances of a repeated turn differently.
const NAMESPACE = Buffer.from('6f1d6f0e2b5f4c0c9a3c1e8f4d7a5b21', 'hex');

/** Instance ids as name-based UUIDs (RFC 9562, version 5) of session, turn and scenario. */
export class UuidV5InstanceIdGenerator implements InstanceIdGenerator {
  generateInstanceId(sessionId: string, turnId: string, scenarioId: string): string {
    const name = Buffer.from(`${sessionId}/${turnId}/${scenarioId}`);
    const hex = hash('sha1', Buffer.concat([NAMESPACE, name]), 'hex');
    const variant = ((Number.parseInt(hex.charAt(16), 16) & 0x3) | 0x8).toString(16); // of RFC 9562
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
  }
}
