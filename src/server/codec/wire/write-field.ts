import type { BinaryWriter } from '@bufbuild/protobuf/wire';
import { Value } from '../../../../gen/google/protobuf/struct';
import { Timestamp } from '../../../../gen/google/protobuf/timestamp';
import type { FieldValues, JsonValue } from '../../../core/model/json';
import type { EncodableType } from './encode-message';
import { joinPath, jsonToProto } from './json-value';
import { listEntryKeys } from './map-field';

// Write the fields of a message from a domain value, without building the generated message first. `field` is the number of the field in the
// contract. Like generated code, they leave out default values. A message must write its fields in ascending order, so that it has the
// bytes of the generated encoder.

export type WriteMessage<T> = (writer: BinaryWriter, value: T) => void;

const varint = 0;
const bit64 = 1;
const lengthDelimited = 2;

function writeTag(writer: BinaryWriter, field: number, wireType: number): BinaryWriter {
  return writer.uint32((field << 3) | wireType);
}

export function writeText(writer: BinaryWriter, field: number, text: string): void {
  if (text !== '') writeTag(writer, field, lengthDelimited).string(text);
}

export function writeTexts(writer: BinaryWriter, field: number, texts: readonly string[]): void {
  for (const text of texts) writeTag(writer, field, lengthDelimited).string(text);
}

/** Writes a uint32 or an enum. */
export function writeNumber(writer: BinaryWriter, field: number, value: number): void {
  if (value !== 0) writeTag(writer, field, varint).uint32(value);
}

/** Writes an int32. */
export function writeInteger(writer: BinaryWriter, field: number, value: number): void {
  if (value !== 0) writeTag(writer, field, varint).int32(value);
}

/** Writes an int64. */
export function writeLong(writer: BinaryWriter, field: number, value: number): void {
  if (value !== 0) writeTag(writer, field, varint).int64(value);
}

export function writeDouble(writer: BinaryWriter, field: number, value: number): void {
  if (value !== 0) writeTag(writer, field, bit64).double(value);
}

export function writeFlag(writer: BinaryWriter, field: number, value: boolean): void {
  if (value) writeTag(writer, field, varint).bool(value);
}

/** Starts a message, which ends with `writer.join()`. */
export function startMessage(writer: BinaryWriter, field: number): void {
  writeTag(writer, field, lengthDelimited).fork();
}

/** Writes a message, also an empty one, unless it is undefined. */
export function writeMessage<T>(
  writer: BinaryWriter,
  field: number,
  value: T | undefined,
  write: WriteMessage<T>,
): void {
  if (value === undefined) return;
  startMessage(writer, field);
  write(writer, value);
  writer.join();
}

export function writeMessages<T>(
  writer: BinaryWriter,
  field: number,
  values: readonly T[],
  write: WriteMessage<T>,
): void {
  for (const value of values) writeMessage(writer, field, value, write);
}

/** Writes values that have the fields of the generated message. */
export function writeEncoded<T>(
  writer: BinaryWriter,
  field: number,
  values: readonly T[],
  type: EncodableType<T>,
): void {
  for (const value of values) type.encode(value, writeTag(writer, field, lengthDelimited).fork()).join();
}

const maxUint32 = 0xffff_ffff;

/** Writes a google.protobuf.Timestamp, in milliseconds since 1970. */
export function writeTime(writer: BinaryWriter, field: number, milliseconds: number): void {
  const seconds = Math.trunc(milliseconds / 1_000);
  const nanos = (milliseconds % 1_000) * 1_000_000;
  startMessage(writer, field);
  // Most times fit. A uint32 has the same bytes as an int64.
  if (seconds >= 0 && seconds <= maxUint32) {
    writeNumber(writer, 1, seconds);
    writeInteger(writer, 2, nanos);
  } else {
    Timestamp.encode({ seconds, nanos }, writer);
  }
  writer.join();
}

/** Writes a time unless it is undefined. Unlike in `writeSetTime`, 0 is a valid time. */
export function writeOptionalTime(writer: BinaryWriter, field: number, milliseconds: number | undefined): void {
  if (milliseconds !== undefined) writeTime(writer, field, milliseconds);
}

/** Writes a time whose value 0 means "not set". */
export function writeSetTime(writer: BinaryWriter, field: number, milliseconds: number): void {
  if (milliseconds !== 0) writeTime(writer, field, milliseconds);
}

/** Writes a google.protobuf.Value. Normalizes and throws as `jsonToProto` does; errors name the value by `path` and `member`. */
export function writeValue(writer: BinaryWriter, field: number, value: JsonValue, path: string, member?: string): void {
  startMessage(writer, field);
  if (typeof value === 'string') writer.uint32(stringValueTag).string(value);
  else if (typeof value === 'boolean') writer.uint32(boolValueTag).bool(value);
  else if (typeof value === 'number' && Number.isFinite(value)) writer.uint32(numberValueTag).double(value);
  else {
    const valuePath = member === undefined ? path : joinPath(path, member);
    Value.encode(Value.wrap(jsonToProto(value, valuePath)), writer);
  }
  writer.join();
}

// The fields of google.protobuf.Value for the usual kinds of values.
const numberValueTag = (2 << 3) | bit64;
const stringValueTag = (3 << 3) | lengthDelimited;
const boolValueTag = (4 << 3) | varint;

/** Writes a map of google.protobuf.Value in the order of `listEntryKeys`. */
export function writeValues(writer: BinaryWriter, field: number, values: FieldValues, path: string): void {
  if (values.size === 0) return;
  for (const name of listEntryKeys(values, path)) {
    const value = values.get(name);
    if (value === undefined) continue;
    startEntry(writer, field, name);
    writeValue(writer, 2, value, path, name);
    writer.join();
  }
}

/** Writes a map in the order of `listEntryKeys`, so that equal maps have equal bytes. `writeEntry` writes field 2 of an entry. */
export function writeMap<T>(
  writer: BinaryWriter,
  field: number,
  map: ReadonlyMap<string, T>,
  path: string,
  writeEntry: (writer: BinaryWriter, field: number, value: T) => void,
): void {
  if (map.size === 0) return;
  for (const key of listEntryKeys(map, path)) {
    const value = map.get(key);
    if (value === undefined) continue;
    startEntry(writer, field, key);
    writeEntry(writer, 2, value);
    writer.join();
  }
}

function startEntry(writer: BinaryWriter, field: number, key: string): void {
  startMessage(writer, field);
  writeText(writer, 1, key);
}
