import { type DescField, type DescMessage, hasOption, ScalarType } from '@bufbuild/protobuf';
import { message as messageRules, oneof as oneofRules } from '@bufbuild/protovalidate/gen/buf/validate/validate_pb.js';
import { allowsZeroValue, constraintsOf, type FieldConstraints, type FieldRule } from './field-rule';

/** The wire types of proto3; groups do not occur. */
export const varint = 0;
export const fixed64 = 1;
export const delimited = 2;
export const fixed32 = 5;
export type WireType = typeof varint | typeof fixed64 | typeof delimited | typeof fixed32;

/** What is known of a field before its bytes are read. */
export interface FieldPlan {
  /** As the contract spells it; "" for the inner fields of a JSON value, which paths leave out. */
  readonly name: string;
  /** Of one element. */
  readonly wireType: WireType;
  /** Elements may also come as one delimited block. */
  readonly isPackable: boolean;
  readonly isRepeated: boolean;
  /** How many elements or entries the contract allows; Infinity where it does not say. */
  readonly maxCount: number;
  /** What the contract says of one element. */
  readonly rule: FieldRule;
  /** A `string`, whose bytes must be UTF-8. */
  readonly isText: boolean;
  /** A `float` or `double`, whose value must be finite. */
  readonly isFloat: boolean;
  /** The key of a map entry. */
  readonly isMapKey: boolean;
  /** The content is one level deeper within a JSON value. */
  readonly isJsonContainer: boolean;
  /** Of a message, or of a map's entry. */
  readonly message: MessagePlan | undefined;
  /** Place among the repeated fields, which are counted, or among the single ones, which are noted in the bits of a number. */
  readonly slot: number;
}

/** What is known of a message before its bytes are read: its descriptor in the form that a walk over bytes wants. */
export interface MessagePlan {
  /** By field number. */
  readonly fields: readonly (FieldPlan | undefined)[];
  readonly kind: 'message' | 'map entry' | 'json value';
  /** How many of the fields are repeated. */
  readonly repeatedFieldCount: number;
  /** The bits of the single fields that must be on the wire. */
  readonly requiredFieldBits: number;
  /** The contract says something of the message as a whole: protovalidate always has the word. */
  readonly needsFullValidation: boolean;
}

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

const UNLIMITED = Number.POSITIVE_INFINITY;
const NO_RULE: FieldRule = { kind: 'none' };
const JSON_TYPES: ReadonlySet<string> = new Set([
  'google.protobuf.Value',
  'google.protobuf.Struct',
  'google.protobuf.ListValue',
]);

/** Makes plans of message types, each once, so that types that hold each other work. */
export class MessagePlanner {
  private readonly plans = new Map<DescMessage, MessagePlan>();
  private readonly maxCounts: ReadonlyMap<string, number>;

  /** `maxCounts`: bounds of repeated fields below the contract's own, by full field name. */
  constructor(maxCounts: ReadonlyMap<string, number> = new Map()) {
    this.maxCounts = maxCounts;
  }

  getPlan(type: DescMessage): MessagePlan {
    const known = this.plans.get(type);
    if (known !== undefined) return known;
    const highest = Math.max(0, ...type.fields.map(({ number }) => number));
    const fields = new Array<FieldPlan | undefined>(highest + 1).fill(undefined);
    const plan: Mutable<MessagePlan> = {
      fields,
      kind: type.typeName === 'google.protobuf.Value' ? 'json value' : 'message',
      repeatedFieldCount: 0,
      requiredFieldBits: 0,
      needsFullValidation: hasOption(type, messageRules) || type.oneofs.some((oneof) => hasOption(oneof, oneofRules)),
    };
    this.plans.set(type, plan);
    let singleCount = 0;
    for (const field of type.fields) {
      const repeated = isRepeated(field);
      const slot = repeated ? plan.repeatedFieldCount++ : singleCount++;
      const { isRequired: mustBeSet, ...ruling } = constraintsOf(field);
      if (mustBeSet && repeated) plan.needsFullValidation = true;
      if (mustBeSet && !repeated) plan.requiredFieldBits |= 1 << slot;
      fields[field.number] = this.fieldPlan(field, slot, ruling);
    }
    if (singleCount > 31) throw new Error(`${type.typeName} has more single fields than bits to note them in.`);
    return plan;
  }

  private fieldPlan(field: DescField, slot: number, ruling: Omit<FieldConstraints, 'isRequired'>): FieldPlan {
    const isJson = JSON_TYPES.has(field.parent.typeName);
    const configured = this.maxCounts.get(`${field.parent.typeName}.${field.name}`) ?? UNLIMITED;
    return planField(elementOf(field), slot, {
      name: isJson ? '' : field.name,
      isRepeated: isRepeated(field),
      maxCount: Math.min(ruling.maxCount, configured),
      rule: ruling.rule,
      isJsonContainer: isJson && (field.name === 'struct_value' || field.name === 'list_value'),
      message: field.fieldKind === 'map' ? this.entryPlan(field, ruling) : this.messageOf(field),
    });
  }

  /** A map's entries are messages of a key (1) and a value (2) that have no descriptor of their own. */
  private entryPlan(
    field: DescField & { fieldKind: 'map' },
    ruling: Omit<FieldConstraints, 'isRequired'>,
  ): MessagePlan {
    const message = field.mapKind === 'message' ? this.getPlan(field.message) : undefined;
    const value = field.mapKind === 'scalar' ? field.scalar : field.mapKind;
    return {
      kind: 'map entry',
      fields: [
        undefined,
        planField(field.mapKey, 0, { rule: ruling.keyRule, isMapKey: true }),
        planField(value, 1, { rule: ruling.rule, message }),
      ],
      repeatedFieldCount: 0,
      // Left out, a key is "", a value its zero, and a JSON value none at all.
      requiredFieldBits:
        (allowsZeroValue(ruling.keyRule) ? 0 : 0b01) |
        (message === undefined && allowsZeroValue(ruling.rule) ? 0 : 0b10),
      needsFullValidation: false,
    };
  }

  private messageOf(field: DescField): MessagePlan | undefined {
    return field.message === undefined ? undefined : this.getPlan(field.message);
  }
}

function isRepeated(field: DescField): boolean {
  return field.fieldKind === 'list' || field.fieldKind === 'map';
}

type Element = ScalarType | 'enum' | 'message';

function elementOf(field: DescField): Element {
  switch (field.fieldKind) {
    case 'scalar':
      return field.scalar;
    case 'list':
      return field.listKind === 'scalar' ? field.scalar : field.listKind;
    case 'enum':
      return 'enum';
    case 'message':
    case 'map':
      return 'message';
  }
}

/** Always the same properties in the same order, so that a walk over bytes meets one shape only. */
function planField(element: Element, slot: number, parts: Partial<FieldPlan>): FieldPlan {
  const wireType = wireTypeOf(element);
  return {
    name: parts.name ?? '',
    wireType,
    isPackable: wireType !== delimited,
    isRepeated: parts.isRepeated ?? false,
    maxCount: parts.maxCount ?? UNLIMITED,
    rule: parts.rule ?? NO_RULE,
    isText: element === ScalarType.STRING,
    isFloat: element === ScalarType.DOUBLE || element === ScalarType.FLOAT,
    isMapKey: parts.isMapKey ?? false,
    isJsonContainer: parts.isJsonContainer ?? false,
    message: parts.message,
    slot,
  };
}

function wireTypeOf(element: Element): WireType {
  switch (element) {
    case 'message':
    case ScalarType.STRING:
    case ScalarType.BYTES:
      return delimited;
    case ScalarType.DOUBLE:
    case ScalarType.FIXED64:
    case ScalarType.SFIXED64:
      return fixed64;
    case ScalarType.FLOAT:
    case ScalarType.FIXED32:
    case ScalarType.SFIXED32:
      return fixed32;
    default:
      return varint;
  }
}
