import { BinaryReader } from '@bufbuild/protobuf/wire';

/** The fields of ProcessTurnResponse in the view PLAN: session_id, turn_id, revision, plan and validate_only. */
const planNumbers: ReadonlySet<number> = new Set([1, 2, 3, 9, 11]);

/** Returns the fields of an encoded ProcessTurnResponse that the view PLAN has, in the same order. Decodes nothing. */
export function selectPlan(response: Uint8Array): Uint8Array {
  const reader = new BinaryReader(response);
  const fields: Uint8Array[] = [];
  while (reader.pos < reader.len) {
    const start = reader.pos;
    const [number, wireType] = reader.tag();
    reader.skip(wireType, number);
    if (planNumbers.has(number)) fields.push(response.subarray(start, reader.pos));
  }
  return Buffer.concat(fields);
}
