import { type DescField, type DescMessage, hasOption, ScalarType } from '@bufbuild/protobuf';
import { message as messageRules, oneof as oneofRules } from '@bufbuild/protovalidate/gen/buf/validate/validate_pb.js';
import { getUuidValues } from '../../codec/wire/uuid-rules';
import { allowsDefault, type FieldConstraints, getConstraints, type ValueConstraint } from './field-constraints';
import { type WireType, wireTypes } from './wire-reader';

/** The properties of a field that a walk uses before it reads the field's bytes. */
export interface FieldPlan {
  /** The name in the contract; "" for the inner fields of a JSON value, which paths leave out. */
  readonly name: string;
  /** Wire type of one element. */
  readonly wireType: WireType;
  /** Whether elements can also be encoded as one delimited block. */
  readonly isPackable: boolean;
  readonly isRepeated: boolean;
  /** Maximum number of elements or entries; Infinity without a limit. */
  readonly maxCount: number;
  /** Minimum number of elements; 0 without a limit. */
  readonly minCount: number;
  /** Whether the elements must be different from each other. */
  readonly isUnique: boolean;
  /** Constraint on one element. */
  readonly constraint: ValueConstraint;
  /** Whether the value is a UUID, which is read in lower case. */
  readonly isUuid: boolean;
  /** Whether the field is a `string`, whose bytes must be UTF-8. */
  readonly isText: boolean;
  /** Whether the field is a `float` or `double`, whose value must be finite. */
  readonly isFloat: boolean;
  /** Whether the field is the key of a map entry. */
  readonly isMapKey: boolean;
  /** Whether the field is an object or a list inside a JSON value, whose content is one level deeper. */
  readonly isJsonContainer: boolean;
  /** Plan of the message, or of the map's entry; undefined for fields of other types. */
  readonly message: MessagePlan | undefined;
  /** Index among the repeated fields of the message, or among its singular fields. */
  readonly slot: number;
}

/** A message descriptor, compiled for a walk over bytes. */
export interface MessagePlan {
  /** The plans of the fields, indexed by field number. */
  readonly fields: readonly (FieldPlan | undefined)[];
  readonly kind: 'message' | 'map entry' | 'json value';
  readonly repeatedFieldCount: number;
  /** The repeated fields with a constraint on their elements as a whole, which is checked at the end of the message. */
  readonly checkedLists: readonly FieldPlan[];
  /** One bit, `1 << slot`, for each singular field that must be present. */
  readonly requiredFieldBits: number;
  /** Whether the contract has constraints on the message as a whole, which only protovalidate checks. */
  readonly needsFullValidation: boolean;
}

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

const unlimited = Number.POSITIVE_INFINITY;
const noConstraint: ValueConstraint = { kind: 'none' };
/** `requiredFieldBits` is a 32-bit integer; its sign bit is not used. */
const maxSingularFields = 31;
const jsonTypes: ReadonlySet<string> = new Set([
  'google.protobuf.Value',
  'google.protobuf.Struct',
  'google.protobuf.ListValue',
]);

/** Compiles message types to plans. Each type is compiled once, so that recursive types work. */
export class MessagePlanner {
  private readonly plans = new Map<DescMessage, MessagePlan>();
  private readonly maxCounts: ReadonlyMap<string, number>;

  /** `maxCounts` are limits of repeated fields by full field name. The lower of this limit and the contract's applies. */
  constructor(maxCounts: ReadonlyMap<string, number> = new Map()) {
    this.maxCounts = maxCounts;
  }

  getPlan(type: DescMessage): MessagePlan {
    const existing = this.plans.get(type);
    if (existing !== undefined) return existing;
    const maxNumber = Math.max(0, ...type.fields.map(({ number }) => number));
    const fields = new Array<FieldPlan | undefined>(maxNumber + 1).fill(undefined);
    const plan: Mutable<MessagePlan> = {
      fields,
      kind: type.typeName === 'google.protobuf.Value' ? 'json value' : 'message',
      repeatedFieldCount: 0,
      checkedLists: [],
      requiredFieldBits: 0,
      needsFullValidation: hasOption(type, messageRules) || type.oneofs.some((oneof) => hasOption(oneof, oneofRules)),
    };
    this.plans.set(type, plan);
    let singularCount = 0;
    for (const field of type.fields) {
      const isRepeated = isRepeatedField(field);
      const slot = isRepeated ? plan.repeatedFieldCount++ : singularCount++;
      const constraints = getConstraints(field);
      if (constraints.isRequired && isRepeated) plan.needsFullValidation = true;
      if (constraints.isRequired && !isRepeated) plan.requiredFieldBits |= 1 << slot;
      fields[field.number] = this.planField(field, slot, constraints);
    }
    plan.checkedLists = fields.flatMap((field) => (field && (field.minCount > 0 || field.isUnique) ? [field] : []));
    if (singularCount > maxSingularFields) {
      throw new Error(
        `${type.typeName} has ${singularCount} singular fields; at most ${maxSingularFields} are supported.`,
      );
    }
    return plan;
  }

  private planField(field: DescField, slot: number, constraints: FieldConstraints): FieldPlan {
    const isJson = jsonTypes.has(field.parent.typeName);
    const configuredMax = this.maxCounts.get(`${field.parent.typeName}.${field.name}`) ?? unlimited;
    return createFieldPlan(getElementType(field), slot, {
      name: isJson ? '' : field.name,
      isRepeated: isRepeatedField(field),
      minCount: constraints.minCount,
      maxCount: Math.min(constraints.maxCount, configuredMax),
      isUnique: constraints.isUnique,
      constraint: constraints.value,
      isUuid: field.fieldKind !== 'map' && getUuidValues(field).isValue,
      isJsonContainer: isJson && (field.name === 'struct_value' || field.name === 'list_value'),
      message: field.fieldKind === 'map' ? this.planEntry(field, constraints) : this.planMessage(field),
    });
  }

  /** Plans a map entry, which is a message with a key (1) and a value (2). Map entries have no descriptor in the registry. */
  private planEntry(field: DescField & { fieldKind: 'map' }, { key, value }: FieldConstraints): MessagePlan {
    const message = field.mapKind === 'message' ? this.getPlan(field.message) : undefined;
    const valueType = field.mapKind === 'scalar' ? field.scalar : field.mapKind;
    const uuids = getUuidValues(field);
    const keyBit = 0b01;
    const valueBit = 0b10;
    return {
      kind: 'map entry',
      fields: [
        undefined,
        createFieldPlan(field.mapKey, 0, { constraint: key, isUuid: uuids.isKey, isMapKey: true }),
        createFieldPlan(valueType, 1, { constraint: value, isUuid: uuids.isValue, message }),
      ],
      repeatedFieldCount: 0,
      checkedLists: [],
      // An absent key is "", an absent scalar is its zero value, and an absent JSON value is invalid.
      requiredFieldBits:
        (allowsDefault(key) ? 0 : keyBit) | (message === undefined && allowsDefault(value) ? 0 : valueBit),
      needsFullValidation: false,
    };
  }

  private planMessage(field: DescField): MessagePlan | undefined {
    return field.message === undefined ? undefined : this.getPlan(field.message);
  }
}

function isRepeatedField(field: DescField): boolean {
  return field.fieldKind === 'list' || field.fieldKind === 'map';
}

type ElementType = ScalarType | 'enum' | 'message';

function getElementType(field: DescField): ElementType {
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

/** Creates a plan. It always has the same properties in the same order, so that V8 compiles the walk for one object shape. */
function createFieldPlan(element: ElementType, slot: number, parts: Partial<FieldPlan>): FieldPlan {
  const wireType = getWireType(element);
  return {
    name: parts.name ?? '',
    wireType,
    isPackable: wireType !== wireTypes.delimited,
    isRepeated: parts.isRepeated ?? false,
    minCount: parts.minCount ?? 0,
    maxCount: parts.maxCount ?? unlimited,
    isUnique: parts.isUnique ?? false,
    constraint: parts.constraint ?? noConstraint,
    isUuid: parts.isUuid ?? false,
    isText: element === ScalarType.STRING,
    isFloat: element === ScalarType.DOUBLE || element === ScalarType.FLOAT,
    isMapKey: parts.isMapKey ?? false,
    isJsonContainer: parts.isJsonContainer ?? false,
    message: parts.message,
    slot,
  };
}

function getWireType(element: ElementType): WireType {
  switch (element) {
    case 'message':
    case ScalarType.STRING:
    case ScalarType.BYTES:
      return wireTypes.delimited;
    case ScalarType.DOUBLE:
    case ScalarType.FIXED64:
    case ScalarType.SFIXED64:
      return wireTypes.fixed64;
    case ScalarType.FLOAT:
    case ScalarType.FIXED32:
    case ScalarType.SFIXED32:
      return wireTypes.fixed32;
    default:
      return wireTypes.varint;
  }
}

/** Whether a map entry lacks its value. A missing value decodes to an empty JSON value. */
export function isJsonEntryWithoutValue(plan: MessagePlan, seen: number): boolean {
  const valueBit = 1 << 1;
  return plan.kind === 'map entry' && (seen & valueBit) === 0 && plan.fields[2]?.message?.kind === 'json value';
}
