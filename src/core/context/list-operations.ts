import { isJsonArray, type JsonValue, jsonEquals } from '../model/json';
import type { CandidateVariable } from '../model/turn';

/** Applies APPEND or REMOVE to the known value (0.4). `known` is undefined if the field is not known. */
export function applyOperation(
  { operation, value }: Pick<CandidateVariable, 'operation' | 'value'>,
  known: JsonValue | undefined,
): JsonValue {
  switch (operation) {
    case 'SET':
      return value;
    case 'APPEND':
      return append(toList(known), toList(value));
    case 'REMOVE':
      return toList(known).filter((element) => !contains(toList(value), element));
  }
}

/** A single value becomes a list; an unknown one an empty list. */
function toList(value: JsonValue | undefined): readonly JsonValue[] {
  if (value === undefined || value === null) return [];
  return isJsonArray(value) ? value : [value];
}

/** Adds elements at the end, without duplicates. */
function append(list: readonly JsonValue[], added: readonly JsonValue[]): readonly JsonValue[] {
  const result = [...list];
  for (const element of added) if (!contains(result, element)) result.push(element);
  return result;
}

function contains(list: readonly JsonValue[], element: JsonValue): boolean {
  return list.some((other) => jsonEquals(other, element));
}
