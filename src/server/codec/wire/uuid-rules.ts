import { type DescField, getOption } from '@bufbuild/protobuf';
import { type FieldRules, field as fieldRules } from '@bufbuild/protovalidate/gen/buf/validate/validate_pb.js';

/** Which values of a field are UUIDs. */
export interface UuidValues {
  /** Whether the value, each element of a list, or each value of a map is a UUID. */
  readonly isValue: boolean;
  /** Whether each key of a map is a UUID. */
  readonly isKey: boolean;
}

/** Fields that hold a UUID or another id. A text in the form of a UUID is read in lower case there too. */
const uuidOrOther: ReadonlySet<string> = new Set(['focal.orchestration.v1.AppliedRule.scope_id']);

/**
 * Returns which values of a field are UUIDs, from its annotation `(buf.validate.field).string.uuid`. Only this function decides which
 * texts are read in lower case: in requests (`grpc/validation`) and in files (`src/cli/files`).
 */
export function getUuidValues(field: DescField): UuidValues {
  if (uuidOrOther.has(`${field.parent.typeName}.${field.name}`)) return { isValue: true, isKey: false };
  const rules = getOption(field, fieldRules);
  switch (rules.type.case) {
    case 'repeated':
      return { isValue: hasUuidRule(rules.type.value.items), isKey: false };
    case 'map':
      return { isValue: hasUuidRule(rules.type.value.values), isKey: hasUuidRule(rules.type.value.keys) };
    default:
      return { isValue: hasUuidRule(rules), isKey: false };
  }
}

function hasUuidRule(rules: FieldRules | undefined): boolean {
  if (rules?.type.case !== 'string') return false;
  const { wellKnown } = rules.type.value;
  return wellKnown.case === 'uuid' && wellKnown.value;
}
