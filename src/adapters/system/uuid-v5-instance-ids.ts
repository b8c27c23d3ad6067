import { createHash } from 'node:crypto';
import type { InstanceIds } from '../../ports/instance-ids';

// Chosen once at random and never changed: another one would name the instances of a repeated turn differently.
const NAMESPACE = Buffer.from('6f1d6f0e2b5f4c0c9a3c1e8f4d7a5b21', 'hex');

/** Instance ids as name-based UUIDs (RFC 9562, version 5) of session, turn and scenario. */
export class UuidV5InstanceIds implements InstanceIds {
  instanceId(sessionId: string, turnId: string, scenarioId: string): string {
    const hash = createHash('sha1').update(NAMESPACE).update(`${sessionId}/${turnId}/${scenarioId}`).digest();
    hash.writeUInt8((hash.readUInt8(6) & 0x0f) | 0x50, 6); // version 5
    hash.writeUInt8((hash.readUInt8(8) & 0x3f) | 0x80, 8); // variant of RFC 9562
    const hex = hash.toString('hex', 0, 16);
    return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
  }
}
