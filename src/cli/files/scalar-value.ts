import { type DescEnum, type JsonValue, ScalarType } from '@bufbuild/protobuf';
import { isScalar, type Node } from 'yaml';
import { getEnumNames, listShortEnumNames } from './enum-name';
import { findNearestName } from './nearest-name';
import { describeNode, type ParseContext } from './parse-context';

type Bounds = readonly [least: number, most: number];

const wholeBounds: ReadonlyMap<ScalarType, Bounds> = new Map([
  ...[ScalarType.INT32, ScalarType.SINT32, ScalarType.SFIXED32].map(
    (type) => [type, [-(2 ** 31), 2 ** 31 - 1]] as const,
  ),
  ...[ScalarType.UINT32, ScalarType.FIXED32].map((type) => [type, [0, 2 ** 32 - 1]] as const),
  ...[ScalarType.INT64, ScalarType.SINT64, ScalarType.SFIXED64].map(
    (type) => [type, [Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER]] as const,
  ),
  ...[ScalarType.UINT64, ScalarType.FIXED64].map((type) => [type, [0, Number.MAX_SAFE_INTEGER]] as const),
]);
const floatBounds: Bounds = [-3.4028234663852886e38, 3.4028234663852886e38];
const doubleBounds: Bounds = [-Number.MAX_VALUE, Number.MAX_VALUE];

/** Reads a scalar as proto3 JSON; undefined where it was reported as a problem. */
export function parseScalar(
  reading: ParseContext,
  type: ScalarType,
  node: Node | undefined,
  path: string,
): JsonValue | undefined {
  const value: unknown = isScalar(node) ? node.value : undefined;
  const problem = scalarProblem(type, value, node);
  if (problem !== undefined) {
    reading.report(path, node, 'WRONG_TYPE', problem);
    return undefined;
  }
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : undefined;
}

function scalarProblem(type: ScalarType, value: unknown, node: Node | undefined): string | undefined {
  switch (type) {
    case ScalarType.STRING:
    case ScalarType.BYTES:
      return typeof value === 'string' ? undefined : textExpected(node);
    case ScalarType.BOOL:
      return typeof value === 'boolean' ? undefined : `must be true or false, but it is ${describeNode(node)}`;
    case ScalarType.DOUBLE:
      return numberProblem(value, node, doubleBounds);
    case ScalarType.FLOAT:
      return numberProblem(value, node, floatBounds);
    default:
      return wholeProblem(value, node, wholeBounds.get(type) ?? doubleBounds);
  }
}

function textExpected(node: Node | undefined): string {
  const quote = isScalar(node) && node.value !== null ? '; write it in quotes' : '';
  return `must be text, but it is ${describeNode(node)}${quote}`;
}

function numberProblem(value: unknown, node: Node | undefined, [least, most]: Bounds): string | undefined {
  if (typeof value !== 'number') return `must be a number, but it is ${describeNode(node)}`;
  return value >= least && value <= most ? undefined : 'must be a finite number of the field’s size';
}

function wholeProblem(value: unknown, node: Node | undefined, [least, most]: Bounds): string | undefined {
  if (typeof value !== 'number') return `must be a whole number, but it is ${describeNode(node)}`;
  if (Number.isInteger(value) && value >= least && value <= most) return undefined;
  return `must be a whole number, ${least}..${most}`;
}

/** Reads the name of an enum value, short or full, as the full one; undefined where it was reported as a problem. */
export function parseEnumValue(
  reading: ParseContext,
  descriptor: DescEnum,
  node: Node | undefined,
  path: string,
): string | undefined {
  const names = getEnumNames(descriptor);
  const given: unknown = isScalar(node) ? node.value : undefined;
  const full = typeof given === 'string' ? names.get(given) : undefined;
  if (full === undefined) {
    const near = typeof given === 'string' ? findNearestName(given, listShortEnumNames(descriptor)) : undefined;
    const hint = near === undefined ? '' : `; did you mean ${near}?`;
    reading.report(
      path,
      node,
      'UNKNOWN_ENUM_VALUE',
      `must be one of ${listShortEnumNames(descriptor).join(', ')}${hint}`,
    );
  }
  return full;
}
