import { type DescField, type DescMessage, getOption, isFieldSet, type Message } from '@bufbuild/protobuf';
import {
  DoubleRulesSchema,
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
 * What the quick check can tell of a value alone. `closer look` stands for annotations that it does not know: where such a
 * field is set protovalidate has the word.
 */
export type FieldRule =
  | { readonly kind: 'none' }
  | { readonly kind: 'text'; readonly minBytes: number; readonly maxBytes: number }
  | { readonly kind: 'uuid'; readonly orEmpty: boolean }
  | { readonly kind: 'number'; readonly min: number; readonly max: number }
  | { readonly kind: 'one of'; readonly numbers: ReadonlySet<number> }
  | { readonly kind: 'time'; readonly minSeconds: number; readonly maxSeconds: number }
  | { readonly kind: 'closer look' };

/** The annotations of a field in the form of the quick check. */
export interface FieldConstraints {
  /** Of the value, of each element of a list, of each value of a map. */
  readonly rule: FieldRule;
  /** Of each key of a map. */
  readonly keyRule: FieldRule;
  /** Elements or entries that are allowed; Infinity where the contract does not say. */
  readonly maxCount: number;
  /** The field must be on the wire, since what stands for an absent one is refused. */
  readonly isRequired: boolean;
}

const NONE: FieldRule = { kind: 'none' };
const CLOSER_LOOK: FieldRule = { kind: 'closer look' };
const UNLIMITED = Number.POSITIVE_INFINITY;

/** Reads the `buf.validate` annotations of a field. */
export function constraintsOf(field: DescField): FieldConstraints {
  const rules = getOption(field, fieldRules);
  if (rules.ignore === Ignore.ALWAYS) return { rule: NONE, keyRule: NONE, maxCount: UNLIMITED, isRequired: false };
  if (rules.type.case === 'repeated') return listRuling(field, rules.type.value);
  if (rules.type.case === 'map') {
    const { keys, values, maxPairs, minPairs } = rules.type.value;
    return {
      rule: ruleOf(values, field),
      keyRule: ruleOf(keys, field),
      maxCount: Number(maxPairs) || UNLIMITED,
      isRequired: minPairs > 0n || rules.required,
    };
  }
  const rule = ruleOf(rules, field);
  const hasPresence = field.fieldKind === 'message' || field.proto.proto3Optional || field.oneof !== undefined;
  return {
    rule,
    keyRule: NONE,
    maxCount: UNLIMITED,
    isRequired: rules.required || (!hasPresence && !allowsZeroValue(rule)),
  };
}

function listRuling(field: DescField, rules: RepeatedRulesOf): FieldConstraints {
  const known = onlySet(RepeatedRulesSchema, rules, ['maxItems', 'items']);
  return {
    rule: known ? ruleOf(rules.items, field) : CLOSER_LOOK,
    keyRule: NONE,
    maxCount: Number(rules.maxItems) || UNLIMITED,
    isRequired: rules.minItems > 0n,
  };
}

type RepeatedRulesOf = (FieldRules['type'] & { case: 'repeated' })['value'];

function ruleOf(rules: FieldRules | undefined, field: DescField): FieldRule {
  if (rules === undefined || rules.ignore === Ignore.ALWAYS) return NONE;
  if (rules.cel.length > 0 || rules.celExpression.length > 0) return CLOSER_LOOK;
  const { type } = rules;
  const orZero = rules.ignore === Ignore.IF_ZERO_VALUE;
  switch (type.case) {
    case undefined:
      return rules.required && field.fieldKind !== 'message' ? CLOSER_LOOK : NONE;
    case 'string':
      return textRule(type.value, orZero);
    case 'double':
      return orZero ? CLOSER_LOOK : numberRule(DoubleRulesSchema, type.value, Number.NEGATIVE_INFINITY);
    case 'int32':
      return orZero ? CLOSER_LOOK : numberRule(Int32RulesSchema, type.value, Number.NEGATIVE_INFINITY);
    case 'uint32':
      // The upper half of them is read as negative numbers, of which none is plain.
      return orZero ? CLOSER_LOOK : numberRule(UInt32RulesSchema, type.value, 0);
    case 'enum':
      return orZero ? CLOSER_LOOK : enumRule(type.value, field);
    case 'timestamp':
      return timeRule(type.value);
    default:
      return CLOSER_LOOK;
  }
}

function textRule(rules: (FieldRules['type'] & { case: 'string' })['value'], orEmpty: boolean): FieldRule {
  if (onlySet(StringRulesSchema, rules, ['uuid'])) {
    return rules.wellKnown.value === true ? { kind: 'uuid', orEmpty } : CLOSER_LOOK;
  }
  // Lengths are characters: one byte at least each, so bytes within the bound are characters within it.
  const known = onlySet(StringRulesSchema, rules, ['minLen', 'maxLen']) && rules.minLen <= 1n;
  if (!known || orEmpty) return CLOSER_LOOK;
  return { kind: 'text', minBytes: Number(rules.minLen), maxBytes: Number(rules.maxLen) || UNLIMITED };
}

type NumberRules = (FieldRules['type'] & { case: 'double' | 'int32' | 'uint32' })['value'];

/** `lowest`: the least number of the type. */
function numberRule(schema: DescMessage, rules: NumberRules, lowest: number): FieldRule {
  if (!onlySet(schema, rules, ['gte', 'lte'])) return CLOSER_LOOK;
  const min = rules.greaterThan.value ?? lowest;
  const max = rules.lessThan.value ?? UNLIMITED;
  // A reversed pair means "outside of" to protovalidate.
  return min <= max ? { kind: 'number', min, max } : CLOSER_LOOK;
}

function timeRule(rules: (FieldRules['type'] & { case: 'timestamp' })['value']): FieldRule {
  const { greaterThan, lessThan } = rules;
  if (!onlySet(TimestampRulesSchema, rules, ['gte', 'lte'])) return CLOSER_LOOK;
  if (greaterThan.case !== 'gte' || lessThan.case !== 'lte') return CLOSER_LOOK;
  const [min, max] = [greaterThan.value, lessThan.value];
  if (min.nanos !== 0 || min.seconds > max.seconds) return CLOSER_LOOK;
  return { kind: 'time', minSeconds: Number(min.seconds), maxSeconds: Number(max.seconds) };
}

function enumRule(rules: (FieldRules['type'] & { case: 'enum' })['value'], field: DescField): FieldRule {
  if (!onlySet(EnumRulesSchema, rules, ['definedOnly', 'notIn']) || !rules.definedOnly) return CLOSER_LOOK;
  if (field.enum === undefined) return CLOSER_LOOK;
  const numbers = field.enum.values.map(({ number }) => number).filter((number) => !rules.notIn.includes(number));
  return { kind: 'one of', numbers: new Set(numbers) };
}

/** Whether the zero of a value keeps the rule. */
export function allowsZeroValue(rule: FieldRule): boolean {
  switch (rule.kind) {
    case 'none':
      return true;
    case 'text':
      return rule.minBytes === 0;
    case 'uuid':
      return rule.orEmpty;
    case 'number':
      return rule.min <= 0 && rule.max >= 0;
    case 'one of':
      return rule.numbers.has(0);
    case 'time':
      return true; // A message has presence: absent, it is not judged.
    case 'closer look':
      return false;
  }
}

/** Whether no rules but these are set. */
function onlySet(schema: DescMessage, rules: Message, names: readonly string[]): boolean {
  return schema.fields.every((field) => names.includes(field.localName) || !isFieldSet(rules, field));
}
