import { create, createFileRegistry, type DescField, type DescMessage, setExtension } from '@bufbuild/protobuf';
import {
  type FieldDescriptorProto,
  FieldDescriptorProto_Label,
  FieldDescriptorProto_Type,
  FieldDescriptorProtoSchema,
  FieldOptionsSchema,
  FileDescriptorProtoSchema,
  file_google_protobuf_timestamp,
} from '@bufbuild/protobuf/wkt';
import {
  type FieldRules,
  FieldRulesSchema,
  field as fieldRules,
} from '@bufbuild/protovalidate/gen/buf/validate/validate_pb.js';

type FieldRulesInit = NonNullable<Parameters<typeof create<typeof FieldRulesSchema>>[1]>;

export interface FieldDraft {
  readonly type: keyof typeof FieldDescriptorProto_Type;
  readonly isRepeated?: boolean;
  readonly isOptional?: boolean;
  readonly rules?: FieldRulesInit | FieldRules;
}

/**
 * Creates a message of the package "test" whose fields are named `field_1`, `field_2` and so on. Enums have the values 0, 1 and 5.
 */
export function createMessage(drafts: readonly FieldDraft[]): DescMessage {
  const optionalIndexes = drafts.flatMap((draft, index) => (draft.isOptional ? [index] : []));
  const file = create(FileDescriptorProtoSchema, {
    name: 'test.proto',
    package: 'test',
    syntax: 'proto3',
    dependency: ['google/protobuf/timestamp.proto'],
    enumType: [{ name: 'Color', value: [0, 1, 5].map((number) => ({ name: `COLOR_${number}`, number })) }],
    messageType: [
      {
        name: 'Message',
        field: drafts.map((draft, index) => createField(draft, index + 1, optionalIndexes.indexOf(index))),
        oneofDecl: optionalIndexes.map((index) => ({ name: `_field_${index + 1}` })),
      },
    ],
  });
  const registry = createFileRegistry(file, (name) =>
    name === 'google/protobuf/timestamp.proto' ? file_google_protobuf_timestamp : undefined,
  );
  const message = registry.getMessage('test.Message');
  if (message === undefined) throw new Error('test.Message was not created');
  return message;
}

/** Creates a message with one field and returns the field. */
export function createFieldDescriptor(draft: FieldDraft): DescField {
  const [field] = createMessage([draft]).fields;
  if (field === undefined) throw new Error('the field was not created');
  return field;
}

function createField(
  { type, isRepeated = false, isOptional = false, rules }: FieldDraft,
  number: number,
  oneofIndex: number,
): FieldDescriptorProto {
  const options = create(FieldOptionsSchema);
  if (rules !== undefined) setExtension(options, fieldRules, create(FieldRulesSchema, rules as FieldRulesInit));
  const typeName = { ENUM: '.test.Color', MESSAGE: '.google.protobuf.Timestamp' }[type as string];
  return create(FieldDescriptorProtoSchema, {
    name: `field_${number}`,
    number,
    type: FieldDescriptorProto_Type[type],
    label: isRepeated ? FieldDescriptorProto_Label.REPEATED : FieldDescriptorProto_Label.OPTIONAL,
    options,
    ...(typeName !== undefined && { typeName }),
    ...(isOptional && { proto3Optional: true, oneofIndex }),
  });
}
