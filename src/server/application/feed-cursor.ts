import { OrchestratorError } from '../../core/model/orchestrator-error';
import type { FeedPosition } from '../ports/turn-feed';

// A cursor is a position in each partition of a tenant's feed. It is opaque to clients, contains no secret and grants no access, so it is not
// signed. Cursors are stored by clients, so every release must read those of earlier ones.

/** The first byte of a cursor. */
const formatVersion = 1;

/** Encodes the positions: the version, a hash of the tenant, the number of partitions, then number and mark of each. */
export function encodeCursor(tenantId: string, positions: readonly FeedPosition[]): string {
  const bytes = [formatVersion, ...splitNumber(hashTenant(tenantId), 4), ...splitNumber(positions.length, 2)];
  for (const { number, mark } of positions) {
    pushVarint(bytes, number);
    if (number > 0) bytes.push(...splitNumber(mark, 2));
  }
  return Buffer.from(bytes).toString('base64url');
}

/**
 * The inverse of `encodeCursor`.
 *
 * @throws OrchestratorError INVALID_REQUEST if the text is not a cursor of this tenant with this number of partitions.
 */
export function decodeCursor(tenantId: string, partitions: number, text: string): readonly FeedPosition[] {
  const reader = new ByteReader(Buffer.from(text, 'base64url'));
  const isOfFeed =
    reader.readNumber(1) === formatVersion &&
    reader.readNumber(4) === hashTenant(tenantId) &&
    reader.readNumber(2) === partitions;
  const positions: FeedPosition[] = [];
  for (let partition = 0; isOfFeed && partition < partitions; partition += 1) {
    const number = reader.readVarint();
    positions.push({ number, mark: number > 0 ? reader.readNumber(2) : 0 });
  }
  if (isOfFeed && reader.isAtEnd) return positions;
  throw new OrchestratorError('INVALID_REQUEST', 'The request violates the contract', {
    violations: [{ field: 'cursor', description: 'must be a cursor that WatchTurns returned for the same tenant' }],
  });
}

/** FNV-1a of 32 bits, which detects a cursor of another tenant. */
function hashTenant(tenantId: string): number {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(tenantId)) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}

/** Splits a number into bytes, the highest one first. */
function splitNumber(value: number, bytes: number): readonly number[] {
  return Array.from({ length: bytes }, (_, index) => Math.floor(value / 256 ** (bytes - 1 - index)) % 256);
}

/** Appends a number in groups of seven bits, the lowest ones first. */
function pushVarint(bytes: number[], value: number): void {
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  bytes.push(rest);
}

/** Reads bytes. Beyond the end it reads zeros, and is not at the end. */
class ByteReader {
  private offset = 0;

  constructor(private readonly bytes: Uint8Array) {}

  get isAtEnd(): boolean {
    return this.offset === this.bytes.length;
  }

  readNumber(bytes: number): number {
    let value = 0;
    for (let i = 0; i < bytes; i += 1) value = value * 256 + this.readByte();
    return value;
  }

  readVarint(): number {
    let value = 0;
    for (let factor = 1; factor <= 2 ** 49; factor *= 128) {
      const byte = this.readByte();
      value += (byte % 128) * factor;
      if (byte < 128) return value;
    }
    return value;
  }

  private readByte(): number {
    const byte = this.bytes[this.offset] ?? 0;
    this.offset += 1;
    return byte;
  }
}
