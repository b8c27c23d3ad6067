import { type FileObject, withoutEmpty } from './file-object';
import type { ImportContext } from './import-context';
import { fitText, shorten } from './import-context';
import { PredicateError } from './predicate';
import { translateRejections } from './predicate-to-cel';
import type { RasaRejection, RasaResponse, RasaSlot, SlotType } from './project';

// Converts slots to field definitions: their types, who sets them, how to ask for them, and which values are rejected.

/** A LIST needs the type of its elements, which a slot does not have. */
const fieldTypes: Readonly<Record<SlotType, string | undefined>> = {
  text: 'TEXT',
  bool: 'BOOLEAN',
  categorical: 'ENUM',
  float: 'NUMBER',
  list: undefined,
  any: undefined,
};

/** The names of responses whose texts the fields have. */
export interface ImportedFields {
  readonly fields: readonly FileObject[];
  readonly usedResponses: ReadonlySet<string>;
}

export function convertSlots(context: ImportContext): ImportedFields {
  const usedResponses = new Set<string>();
  const slots = [...context.project.slots.values()].filter(({ name }) => context.isField(name));
  for (const slot of context.project.slots.values()) {
    if (context.use.isConfirmationSlot(slot.name)) usedResponses.add(getPromptName(slot, context));
  }
  return { fields: slots.map((slot) => convertSlot(slot, context, usedResponses)), usedResponses };
}

function convertSlot(slot: RasaSlot, context: ImportContext, usedResponses: Set<string>): FileObject {
  const { report, use } = context;
  const { name, at, type, values, isControlled, initialValue } = slot;
  const collects = use.collects.get(name) ?? [];
  const isCollected = collects.length > 0;
  if (initialValue !== null && (isCollected || Array.isArray(initialValue))) {
    const reason = isCollected
      ? 'a field has no initial value, so the customer is asked for it'
      : 'a field has no initial value';
    report.addLoss(at, `slot "${name}": initial_value`, reason, 'send it as a session variable with the first turn');
  }
  const options = [...new Map(values.map((value) => [value.toLowerCase(), value.slice(0, 200)])).values()];
  const isEnum = type === 'categorical' && options.length > 0;
  const descriptions = [...new Set(collects.map(({ collect }) => collect.description).filter((text) => text !== ''))];
  const prompt = getPrompt(slot, context, usedResponses);
  return withoutEmpty({
    name,
    type: type === 'categorical' && !isEnum ? 'TEXT' : fieldTypes[type],
    values: isEnum ? options : [],
    description: fitText(report, at, `slot "${name}": description`, descriptions[0] ?? '', 2_000),
    prompt: prompt && convertText(prompt, context),
    ...convertRejections(slot, context, usedResponses),
    sources: isControlled && !isCollected ? ['CALLER', 'TOOL', 'PROFILE'] : [],
  });
}

function getPromptName({ name }: RasaSlot, { use }: ImportContext): string {
  return use.collects.get(name)?.[0]?.collect.utter ?? `utter_ask_${name}`;
}

function getPrompt(slot: RasaSlot, context: ImportContext, usedResponses: Set<string>): RasaResponse | undefined {
  const { use, project, report } = context;
  const name = getPromptName(slot, context);
  for (const { collect, step } of use.collects.get(slot.name) ?? []) {
    const other = collect.utter ?? `utter_ask_${slot.name}`;
    if (other !== name) {
      report.addLoss(
        step.at,
        `collect "${slot.name}": utter "${other}"`,
        'a field has one prompt',
        `choose the text by the step where the reply is written (response "${other}")`,
      );
    } else if (!project.responses.has(name)) {
      report.addLoss(
        step.at,
        `collect "${slot.name}"`,
        `the domain has no response "${name}"`,
        'write `prompt` of the field',
      );
    }
  }
  const prompt = project.responses.get(name);
  if (!use.collects.has(slot.name) || prompt === undefined) return undefined;
  usedResponses.add(name);
  return prompt.text === '' ? undefined : prompt;
}

function convertText({ text, translations, name, at }: RasaResponse, { report }: ImportContext): unknown {
  const shortened = (each: string): string => fitText(report, at, `response "${name}"`, each, 2_000);
  const others = [...translations].filter(
    ([language, each]) => each !== '' && /^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$/.test(language),
  );
  if (others.length === 0) return shortened(text);
  return {
    text: shortened(text),
    translations: Object.fromEntries(others.map(([language, each]) => [language, shortened(each)])),
  };
}

/** Rejections become the rule of the field. A rule that cannot be translated accepts no value, so that nothing passes unchecked. */
function convertRejections(slot: RasaSlot, context: ImportContext, usedResponses: Set<string>): FileObject {
  const { name } = slot;
  const { report, project, use } = context;
  const lists = (use.collects.get(name) ?? []).filter(({ collect }) => collect.rejections.length > 0);
  const [first, ...others] = lists;
  for (const { step, collect } of others) {
    if (toKey(collect.rejections) !== toKey(first?.collect.rejections ?? [])) {
      report.addLoss(
        step.at,
        `collect "${name}": rejections`,
        'a field has one rule for all steps',
        'write the rule as transitions of the step',
      );
    }
  }
  const rejections = [...slot.rejections, ...(first?.collect.rejections ?? [])];
  if (rejections.length === 0) return {};
  const reasons = [...new Set(rejections.map(({ utter }) => utter))].flatMap(
    (utter) => project.responses.get(utter) ?? [],
  );
  for (const { name: response, at } of reasons.slice(1)) {
    report.addLoss(
      at,
      `response "${response}"`,
      `a field has one reason; "${name}" has that of another rejection`,
      'write `reason` so that it fits all rejections',
    );
  }
  const [reason] = reasons;
  if (reason !== undefined) usedResponses.add(reason.name);
  return {
    valid: translateRule(name, rejections, context),
    reason: reason && reason.text !== '' ? convertText(reason, context) : undefined,
  };
}

function translateRule(name: string, rejections: readonly RasaRejection[], context: ImportContext): string {
  for (const { condition } of rejections) {
    try {
      translateRejections([condition.text], { ...context.predicateScope, checkedSlot: name });
    } catch (error) {
      if (!(error instanceof PredicateError)) throw error;
      context.reportCondition(
        condition,
        error,
        `rejection of "${name}"`,
        'write `valid` of the field; until then no value is accepted',
      );
      return 'false';
    }
  }
  const texts = rejections.map(({ condition }) => condition.text);
  try {
    return translateRejections(texts, { ...context.predicateScope, checkedSlot: name });
  } catch (error) {
    if (!(error instanceof PredicateError)) throw error;
    const [first] = rejections;
    if (first !== undefined)
      context.reportCondition(
        first.condition,
        error,
        `rejections of "${shorten(name)}"`,
        'write `valid` of the field; until then no value is accepted',
      );
    return 'false';
  }
}

function toKey(rejections: readonly RasaRejection[]): string {
  return JSON.stringify(rejections.map(({ condition, utter }) => [condition.text, utter]));
}
