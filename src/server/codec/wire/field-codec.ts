import type { BinaryWriter } from '@bufbuild/protobuf/wire';
import type {
  FieldDefinition as FieldMessage,
  FieldDefinitions as FieldsMessage,
  RejectedValue as RejectedValueMessage,
  StoredFields as StoredFieldsMessage,
  LocalizedText as TextMessage,
} from '../../../../gen/focal/orchestration/v1/field';
import type { ScenarioFinding as FindingMessage } from '../../../../gen/focal/orchestration/v1/scenario';
import type { FieldFinding } from '../../../core/fields/compile-fields';
import type { FieldDefinition, LocalizedText, RejectedValue, StoredFields } from '../../../core/model/field-definition';
import { fieldItemType, fieldSource, fieldType, findingSeverity, valueRejectionReason } from './enums';
import { jsonFromProto } from './json-value';
import { mapFromProto, mapToProto } from './map-field';
import { durationFromProto, durationToProto, timeFromProto, timeToProto } from './time';
import { writeNumber, writeText, writeValue } from './write-field';

export function fieldsToMessage(definitions: readonly FieldDefinition[]): FieldsMessage {
  return { fields: definitions.map(definitionToProto) };
}

/** The inverse of `fieldsToMessage`. Fields that the author left out get the defaults that the contract documents. */
export function fieldsFromMessage({ fields }: FieldsMessage): readonly FieldDefinition[] {
  return fields.map(definitionFromProto);
}

function definitionToProto(definition: FieldDefinition): FieldMessage {
  return {
    name: definition.name,
    type: fieldType.optionalToProto(definition.type),
    itemType: fieldItemType.optionalToProto(definition.itemType),
    values: definition.values.map(({ value, synonyms }) => ({ value, synonyms: synonyms.slice() })),
    description: optionalTextToProto(definition.description),
    prompt: optionalTextToProto(definition.prompt),
    examples: definition.examples.map(textToProto),
    valid: definition.valid,
    reason: optionalTextToProto(definition.reason),
    sources: definition.sources.map((source) => fieldSource.toProto[source]),
    sensitive: definition.sensitive,
    maxAge: durationToProto(definition.maxAgeMs),
  };
}

function definitionFromProto(message: FieldMessage): FieldDefinition {
  return {
    name: message.name,
    type: fieldType.optionalFromProto(message.type),
    itemType: fieldItemType.optionalFromProto(message.itemType),
    values: message.values,
    description: optionalTextFromProto(message.description),
    prompt: optionalTextFromProto(message.prompt),
    examples: message.examples.map(textFromProto),
    valid: message.valid,
    reason: optionalTextFromProto(message.reason),
    sources: message.sources.map((source) => fieldSource.fromProto(source)),
    sensitive: message.sensitive,
    maxAgeMs: durationFromProto(message.maxAge),
  };
}

function textToProto({ text, translations }: LocalizedText): TextMessage {
  return { text, translations: mapToProto(translations, 'translations') };
}

function textFromProto({ text, translations }: TextMessage): LocalizedText {
  return { text, translations: mapFromProto(translations) };
}

function optionalTextToProto(text: LocalizedText | undefined): TextMessage | undefined {
  return text === undefined ? undefined : textToProto(text);
}

function optionalTextFromProto(message: TextMessage | undefined): LocalizedText | undefined {
  return message === undefined ? undefined : textFromProto(message);
}

/** Converts stored definitions. Undefined is version 0, without definitions. */
export function storedFieldsToProto(stored: StoredFields | undefined): StoredFieldsMessage {
  return {
    definitions: fieldsToMessage(stored?.definitions ?? []),
    version: stored?.version ?? 0,
    contentHash: stored?.contentHash ?? '',
    storedAt: timeToProto(stored?.storedAt ?? 0),
  };
}

/** The inverse of `storedFieldsToProto` for definitions that were stored. */
export function storedFieldsFromProto(message: StoredFieldsMessage): StoredFields {
  return {
    definitions: fieldsFromMessage(message.definitions ?? { fields: [] }),
    version: message.version,
    contentHash: message.contentHash,
    storedAt: timeFromProto(message.storedAt),
  };
}

export function fieldFindingToProto(finding: FieldFinding): FindingMessage {
  const { severity, code, message, fieldPath, line, column } = finding;
  return {
    severity: findingSeverity.toProto[severity],
    code,
    message,
    fieldPath,
    stepId: '',
    transitionId: '',
    line,
    column,
  };
}

/** Writes a RejectedValue. */
export function writeRejectedValue(writer: BinaryWriter, rejected: RejectedValue): void {
  writeText(writer, 1, rejected.fieldName);
  writeNumber(writer, 2, valueRejectionReason.toProto[rejected.reason]);
  writeNumber(writer, 3, fieldSource.toProto[rejected.source]);
  writeText(writer, 4, rejected.text);
  if (rejected.value !== undefined) writeValue(writer, 5, rejected.value, 'rejected_values.value');
}

/** The inverse of `writeRejectedValue`. */
export function rejectedValueFromProto(message: RejectedValueMessage): RejectedValue {
  return {
    fieldName: message.fieldName,
    reason: valueRejectionReason.fromProto(message.reason),
    source: fieldSource.fromProto(message.source),
    text: message.text,
    value: message.value === undefined ? undefined : jsonFromProto(message.value, 'rejected_values.value'),
  };
}
