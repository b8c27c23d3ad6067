import { BinaryReader, type BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { isUuid } from '../../../core/model/uuid';
import type { TurnBasis } from '../../ports/turn-codec';
import { encodeWith } from '../wire/encode-message';

// The bytes of a basis are a protobuf message that is not part of the contract:
//   1  fixed32  the fingerprint
//   2  bytes    the id of a scenario, a UUID as 16 bytes
//   3  string   the id of a scenario that is no UUID
//   4  uint32   the version of the scenario before it; 0 is written, too
// Every release must be able to read older bytes.

const fingerprintNumber = 1;
const uuidNumber = 2;
const textNumber = 3;
const versionNumber = 4;

export function encodeTurnBasis(basis: TurnBasis): Uint8Array {
  return encodeWith(writeTurnBasis, basis);
}

function writeTurnBasis(writer: BinaryWriter, { fingerprint, versions }: TurnBasis): void {
  writer.tag(fingerprintNumber, WireType.Bit32).fixed32(fingerprint);
  for (const [scenarioId, version] of versions) {
    if (isUuid(scenarioId) && scenarioId === scenarioId.toLowerCase())
      writer.tag(uuidNumber, WireType.LengthDelimited).bytes(toBytes(scenarioId));
    else writer.tag(textNumber, WireType.LengthDelimited).string(scenarioId);
    writer.tag(versionNumber, WireType.Varint).uint32(version);
  }
}

/** The inverse of `encodeTurnBasis`. Ignores fields of newer releases. */
export function decodeTurnBasis(bytes: Uint8Array): TurnBasis {
  const reader = new BinaryReader(bytes);
  const versions = new Map<string, number>();
  let fingerprint = 0;
  let scenarioId = '';
  while (reader.pos < reader.len) {
    const [number, wireType] = reader.tag();
    if (number === fingerprintNumber) fingerprint = reader.fixed32();
    else if (number === uuidNumber) scenarioId = toUuid(reader.bytes());
    else if (number === textNumber) scenarioId = reader.string();
    else if (number === versionNumber) versions.set(scenarioId, reader.uint32());
    else reader.skip(wireType, number);
  }
  return { fingerprint, versions };
}

function toBytes(uuid: string): Uint8Array {
  return Buffer.from(uuid.replaceAll('-', ''), 'hex');
}

function toUuid(bytes: Uint8Array): string {
  const hex = Buffer.from(bytes).toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
