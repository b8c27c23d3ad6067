import { type DescField, type DescMessage, getOption, isFieldSet, type Message } from '@bufbuild/protobuf';
import {
  DoubleRulesSchema,
  DurationRulesSchema,
  EnumRulesSchema,
  type FieldRules,
  field as fieldRules,
  Ignore,
  Int32RulesSchema,
  RepeatedRulesSchema,
  StringRulesSchema,
  TimestampRulesSchema,
  UInt32RulesSchema,
} from '@bufbuild/protovalidate/gen/buf/validate/validate_pb.js';

/**
 * The constraint that fast validation checks on a single value. `unsupported` stands for annotations that fast validation does not
 * implement: a request that sets such a field is validated by protovalidate.
 */
export type ValueConstraint =
  | { readonly kind: 'none' }
  | { readonly kind: 'string'; readonly minBytes: number; readonly maxBytes: number }
  | { readonly kind: 'uuid'; readonly allowsEmpty: boolean }
  | { readonly kind: 'number'; readonly min: number; readonly max: number }
  | { readonly kind: 'enum'; readonly numbers: ReadonlySet<number> }
  | TimestampConstraint
  | { readonly kind: 'unsupported' };

/** A timestamp or a duration in the range `minSeconds` <= seconds < `maxSeconds`, in seconds, for a timestamp since 1970. */
export interface TimestampConstraint {
  readonly kind: 'timestamp';
  readonly minSeconds: number;
  readonly maxSeconds: number;
}

/** The annotations of a field, in the form that fast validation uses. */
export interface FieldConstraints {
  /** Applies to the value, to each element of a list, or to each value of a map. */
  readonly value: ValueConstraint;
  /** Applies to each key of a map. */
  readonly key: ValueConstraint;
  /** Minimum number of elements or entries; 0 without a limit in the contract. */
  readonly minCount: number;
  /** Maximum number of elements or entries; Infinity without a limit in the contract. */
  readonly maxCount: number;
  /** Whether the elements of a list must be different from each other. */
  readonly isUnique: boolean;
  /** Whether the field must be present in the bytes, because its default value is not allowed. */
  readonly isRequired: boolean;
}

const none: ValueConstraint = { kind: 'none' };
const unsupported: ValueConstraint = { kind: 'unsupported' };
const unlimited = Number.POSITIVE_INFINITY;

const noConstraints = { value: none, key: none, minCount: 0, maxCount: unlimited, isUnique: false } as const;

/** Reads the `buf.validate` annotations of a field. */
export function getConstraints(field: DescField): FieldConstraints {
  const rules = getOption(field, fieldRules);
  if (rules.ignore === Ignore.ALWAYS) return { ...noConstraints, isRequired: false };
  if (rules.type.case === 'repeated') return readList(field, rules.type.value, rules.required);
  if (rules.type.case === 'map') {
    const { keys, values, maxPairs, minPairs } = rules.type.value;
    return {
      ...noConstraints,
      value: readValue(values, field),
      key: readValue(keys, field),
      maxCount: Number(maxPairs) || unlimited,
      isRequired: minPairs > 0n || rules.required,
    };
  }
  const value = readValue(rules, field);
  const hasPresence = field.fieldKind === 'message' || field.proto.proto3Optional || field.oneof !== undefined;
  return {
    ...noConstraints,
    value,
    isRequired: rules.required || (!hasPresence && !allowsDefault(value)),
  };
}

type ListRules = (FieldRules['type'] & { case: 'repeated' })['value'];
type StringRules = (FieldRules['type'] & { case: 'string' })['value'];
type NumberRules = (FieldRules['type'] & { case: 'double' | 'int32' | 'uint32' })['value'];
type EnumRules = (FieldRules['type'] & { case: 'enum' })['value'];
type TimestampRules = (FieldRules['type'] & { case: 'timestamp' })['value'];
type DurationRules = (FieldRules['type'] & { case: 'duration' })['value'];

function readList(field: DescField, rules: ListRules, isRequired: boolean): FieldConstraints {
  const isSupported = setsOnly(RepeatedRulesSchema, rules, ['minItems', 'maxItems', 'unique', 'items']);
  return {
    ...noConstraints,
    value: isSupported ? readValue(rules.items, field) : unsupported,
    minCount: Math.max(Number(rules.minItems), isRequired ? 1 : 0),
    maxCount: Number(rules.maxItems) || unlimited,
    isUnique: rules.unique,
    isRequired: false,
  };
}

function readValue(rules: FieldRules | undefined, field: DescField): ValueConstraint {
  if (rules === undefined || rules.ignore === Ignore.ALWAYS) return none;
  if (rules.cel.length > 0 || rules.celExpression.length > 0) return unsupported;
  const { type } = rules;
  const ignoresDefault = rules.ignore === Ignore.IF_ZERO_VALUE;
  switch (type.case) {
    case undefined:
      return rules.required && field.fieldKind !== 'message' ? unsupported : none;
    case 'string':
      return readString(type.value, ignoresDefault);
    case 'double':
      return ignoresDefault ? unsupported : readNumber(DoubleRulesSchema, type.value, Number.NEGATIVE_INFINITY);
    case 'int32':
      return ignoresDefault ? unsupported : readNumber(Int32RulesSchema, type.value, Number.NEGATIVE_INFINITY);
    case 'uint32':
      // Fast validation reads values from 2^31 as negative numbers, so it does not accept them.
      return ignoresDefault ? unsupported : readNumber(UInt32RulesSchema, type.value, 0);
    case 'enum':
      return ignoresDefault ? unsupported : readEnum(type.value, field);
    case 'timestamp':
      return readTimeRange(TimestampRulesSchema, type.value);
    case 'duration':
      return readTimeRange(DurationRulesSchema, type.value);
    default:
      return unsupported;
  }
}

function readString(rules: StringRules, allowsEmpty: boolean): ValueConstraint {
  if (setsOnly(StringRulesSchema, rules, ['uuid'])) {
    return rules.wellKnown.value === true ? { kind: 'uuid', allowsEmpty } : unsupported;
  }
  // The rules count characters. A character has at least one byte, so a byte length within the maximum is sufficient.
  const isSupported = setsOnly(StringRulesSchema, rules, ['minLen', 'maxLen']) && rules.minLen <= 1n;
  if (!isSupported || allowsEmpty) return unsupported;
  return { kind: 'string', minBytes: Number(rules.minLen), maxBytes: Number(rules.maxLen) || unlimited };
}

/** Reads the range of a number. `lowest` is the minimum if the rules set none. */
function readNumber(schema: DescMessage, rules: NumberRules, lowest: number): ValueConstraint {
  if (!setsOnly(schema, rules, ['gte', 'lte'])) return unsupported;
  const min = rules.greaterThan.value ?? lowest;
  const max = rules.lessThan.value ?? unlimited;
  // protovalidate interprets a reversed range as "outside of".
  return min <= max ? { kind: 'number', min, max } : unsupported;
}

function readEnum(rules: EnumRules, field: DescField): ValueConstraint {
  if (!setsOnly(EnumRulesSchema, rules, ['definedOnly', 'notIn']) || !rules.definedOnly) return unsupported;
  if (field.enum === undefined) return unsupported;
  const numbers = field.enum.values.map(({ number }) => number).filter((number) => !rules.notIn.includes(number));
  return { kind: 'enum', numbers: new Set(numbers) };
}

function readTimeRange(schema: DescMessage, rules: TimestampRules | DurationRules): ValueConstraint {
  const { greaterThan, lessThan } = rules;
  if (!setsOnly(schema, rules, ['gte', 'lte'])) return unsupported;
  if (greaterThan.case !== 'gte' || lessThan.case !== 'lte') return unsupported;
  const [min, max] = [greaterThan.value, lessThan.value];
  if (min.nanos !== 0 || min.seconds > max.seconds) return unsupported;
  return { kind: 'timestamp', minSeconds: Number(min.seconds), maxSeconds: Number(max.seconds) };
}

/** Whether the default value (zero, or the empty string) satisfies the constraint. */
export function allowsDefault(constraint: ValueConstraint): boolean {
  switch (constraint.kind) {
    case 'none':
      return true;
    case 'string':
      return constraint.minBytes === 0;
    case 'uuid':
      return constraint.allowsEmpty;
    case 'number':
      return constraint.min <= 0 && constraint.max >= 0;
    case 'enum':
      return constraint.numbers.has(0);
    case 'timestamp':
      return true; // A message field has presence: its constraints apply only when it is set.
    case 'unsupported':
      return false;
  }
}

/** Whether a number satisfies the constraint. False for constraints of other types. */
export function allowsNumber(constraint: ValueConstraint, value: number): boolean {
  switch (constraint.kind) {
    case 'none':
      return true;
    case 'number':
      return value >= constraint.min && value <= constraint.max;
    case 'enum':
      return constraint.numbers.has(value);
    case 'string':
    case 'uuid':
    case 'timestamp':
    case 'unsupported':
      return false;
  }
}

/** Whether the rules set no fields except these. */
function setsOnly(schema: DescMessage, rules: Message, names: readonly string[]): boolean {
  return schema.fields.every((field) => names.includes(field.localName) || !isFieldSet(rules, field));
}
