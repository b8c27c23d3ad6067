import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { ProcessTurnRequest } from '../../gen/focal/orchestration/v1/orchestrator_service';
import type { Turn } from '../../gen/focal/orchestration/v1/turn';
import type { DeepPartial } from '../server/codec/partial-message';
import { uuid } from './session-builder';

/** Fields of a turn, by the names of the generated code. */
export type TurnFields = DeepPartial<Turn>;

// The type of fromPartial rejects everything except object literals.
const fromPartial: (fields: DeepPartial<ProcessTurnRequest>) => ProcessTurnRequest = ProcessTurnRequest.fromPartial;

const ids = { tenantId: uuid(1), agentId: uuid(2), sessionId: uuid(3), turnId: uuid(4) };

/** Encodes a request with a turn. */
export function turnRequest(turn: TurnFields = {}): Buffer {
  return Buffer.from(ProcessTurnRequest.encode(fromPartial({ turn: { ...ids, ...turn } })).finish());
}

/** Encodes a delimited field: a message, a string or a packed list. */
export function delimited(number: number, ...content: readonly Uint8Array[]): Uint8Array {
  return new BinaryWriter().tag(number, WireType.LengthDelimited).bytes(Buffer.concat(content)).finish();
}

/** Encodes a string field. */
export function text(number: number, value: string): Uint8Array {
  return delimited(number, Buffer.from(value));
}

/** Encodes an int32 or enum field. */
export function int32(number: number, value: number): Uint8Array {
  return new BinaryWriter().tag(number, WireType.Varint).int32(value).finish();
}

/** Encodes a double field. */
export function double(number: number, value: number): Uint8Array {
  return new BinaryWriter().tag(number, WireType.Bit64).double(value).finish();
}

/** Encodes a float field. */
export function float(number: number, value: number): Uint8Array {
  return new BinaryWriter().tag(number, WireType.Bit32).float(value).finish();
}

/** Encodes a request with a turn that has the given encoded fields. The generated code cannot encode invalid fields. */
export function turnRequestWith(...fields: readonly Uint8Array[]): Buffer {
  const [tenant, agent, session, turn] = [ids.tenantId, ids.agentId, ids.sessionId, ids.turnId];
  return Buffer.from(delimited(1, text(1, tenant), text(2, agent), text(3, session), text(4, turn), ...fields));
}

/** Encodes an entry of a map of JSON values. */
export function entry(number: number, key: string, ...value: readonly Uint8Array[]): Uint8Array {
  return delimited(number, text(1, key), delimited(2, ...value));
}

/** Encodes a google.protobuf.Value with nested lists; the innermost list is empty. */
export function encodeNestedLists(levels: number): Uint8Array {
  let value: Uint8Array = delimited(6);
  for (let level = 1; level < levels; level++) value = delimited(6, delimited(1, value));
  return value;
}

/** Encodes a google.protobuf.Value with nested objects under one key; the innermost object is empty. */
export function encodeNestedObjects(levels: number, key: string): Uint8Array {
  let value: Uint8Array = delimited(5);
  for (let level = 1; level < levels; level++) value = delimited(5, entry(1, key, value));
  return value;
}
