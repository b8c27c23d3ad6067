import { type RasaResponse, type RasaSlot, type SlotType, slotTypes } from './project';
import { readRejections, readSlotValue } from './read-parts';
import type { ImportReport } from './report';
import type { YamlEntry, YamlValue } from './yaml-value';

// Reads slots and responses of a domain.

/** A name that cannot be a key of the contract's maps. */
export function isUsableName(name: string): boolean {
  return name !== '' && name.length <= 128 && name !== '__proto__';
}

/** Reads the slots under the key `slots`. */
export function readSlots(slots: YamlValue, report: ImportReport): readonly RasaSlot[] {
  return slots.entries.flatMap((entry) => readSlot(entry, report));
}

const slotKeys: ReadonlySet<string> = new Set([
  'type',
  'values',
  'initial_value',
  'mappings',
  'validation',
  // It states that conversations depend on the slot, which has no meaning for flows.
  'influence_conversation',
]);

/** Mappings for which the caller gives the values here. */
const callerMappings: ReadonlySet<string> = new Set([
  'from_llm',
  'from_entity',
  'from_intent',
  'from_text',
  'from_trigger_intent',
]);

function readSlot({ key: name, at, value }: YamlEntry, report: ImportReport): readonly RasaSlot[] {
  const construct = `slot "${name}"`;
  if (!isUsableName(name)) {
    report.addLoss(
      at,
      construct,
      'the name cannot be the name of a field',
      'rename the slot in the flows and import again',
    );
    return [];
  }
  for (const entry of value.entries) {
    if (!slotKeys.has(entry.key)) {
      report.addLoss(
        entry.at,
        `${construct}: ${entry.key}`,
        'the import does not know the key',
        'decide what it means here',
      );
    }
  }
  const validation = value.get('validation');
  const unread = validation?.entries.filter(({ key }) => key !== 'rejections') ?? [];
  for (const entry of unread) {
    report.addLoss(
      entry.at,
      `${construct}: validation.${entry.key}`,
      'a field has one prompt and one reason',
      'put the text into `reason` of the field',
    );
  }
  const mappings = (value.get('mappings')?.items ?? []).map((mapping) => mapping.get('type')?.text ?? '');
  const isRestricted = (value.get('mappings')?.items ?? []).some(({ entries }) =>
    entries.some(({ key }) => key === 'conditions'),
  );
  if (isRestricted) {
    report.addLoss(
      at,
      `${construct}: mappings.conditions`,
      'the caller decides which values of a message it sends',
      'send the value only while the flow is active',
    );
  }
  return [
    {
      name,
      type: readSlotType(value.get('type'), construct, report),
      at,
      values: (value.get('values')?.items ?? []).map(({ text }) => text).filter((text) => text !== ''),
      initialValue: readSlotValue(value.get('initial_value')),
      isControlled: mappings.length > 0 && mappings.every((mapping) => !callerMappings.has(mapping)),
      rejections: readRejections(validation?.get('rejections')),
    },
  ];
}

function readSlotType(type: YamlValue | undefined, construct: string, report: ImportReport): SlotType {
  const found = slotTypes.find((name) => name === type?.text);
  if (found !== undefined) return found;
  if (type !== undefined) {
    report.addChange(
      type.at,
      `${construct}: type`,
      `"${type.text}" is no type of Rasa, so the field takes any value`,
      'set `type` of the field',
    );
  }
  return 'any';
}

/** Reads the responses under the key `responses`. */
export function readResponses(responses: YamlValue, report: ImportReport): readonly RasaResponse[] {
  return responses.entries.map((entry) => readResponse(entry, report));
}

function readResponse({ key: name, at, value }: YamlEntry, report: ImportReport): RasaResponse {
  const variations = value.items;
  const isConditional = variations.some((variation) => variation.get('condition') !== undefined);
  const first = variations.find((variation) => variation.get('condition') === undefined) ?? variations[0];
  if (variations.length > 1) {
    report.addLoss(
      at,
      `response "${name}"`,
      isConditional
        ? 'the text depends on conditions'
        : `has ${variations.length} variations, of which Rasa chooses one`,
      'let the component that writes the reply choose the text',
    );
  }
  for (const variation of variations) {
    for (const entry of variation.entries) {
      if (!['text', 'translation', 'condition'].includes(entry.key)) {
        report.addLoss(
          entry.at,
          `response "${name}": ${entry.key}`,
          'a plan has the id of the template, not its presentation',
          'keep it with the component that writes the reply',
        );
      }
    }
  }
  const translations = first?.get('translation')?.entries ?? [];
  return {
    name,
    at,
    text: first?.get('text')?.text.trim() ?? '',
    translations: new Map(translations.map((entry) => [entry.key, entry.value.text.trim()])),
  };
}
