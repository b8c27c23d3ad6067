import { changeInstance, copyInstance } from '../model/changes';
import type { KnownData } from '../model/known-data';
import { changeRequest, copyRequest, findOpenRequest, type InstanceRequest, isOpen } from '../model/request';
import type { ScenarioInstance, SettledWithout } from '../model/session';
import type { CompiledScenario, CompiledStep } from '../scenario/compiled-scenario';

/** The effect of a turn's values on the open ASKs of an instance. */
export interface AnsweredAsks {
  readonly instance: ScenarioInstance;
  /** The open ASK was answered on this turn. */
  readonly hasAnswered: boolean;
}

/** The values of a turn, as one instance sees them. */
export interface GivenFields {
  /** Names in the candidate variables and the patch, nulls and declined fields included. */
  readonly names: ReadonlySet<string>;
  readonly declined: ReadonlySet<string>;
  readonly known: KnownData;
}

/**
 * Records which fields of the open ASKs the turn gives or declines (3.1): an ASK is answered when one of its fields is given, with the same
 * value too, or declined. On a MESSAGE turn, the optional fields that the answer leaves out are settled.
 */
export function recordAnswers(
  instance: ScenarioInstance,
  scenario: CompiledScenario,
  given: GivenFields,
  isMessage: boolean,
): AnsweredAsks {
  if (given.names.size === 0) return { instance, hasAnswered: false };
  let settledFields = withoutKnown(instance.settledFields, given.known);
  let requests: InstanceRequest[] | undefined;
  let index = -1;
  for (const request of instance.requests) {
    index += 1;
    if (request.kind !== 'ASK' || !isOpen(request)) continue;
    const optional = listOptionalFields(request, scenario);
    const declined = listGivenWithoutValue(request, optional, given);
    if (!declined) continue;
    settledFields = settle(settledFields, declined, 'DECLINED');
    if (isMessage) settledFields = settle(settledFields, findMissing(optional, given.known), 'LEFT_OUT');
    requests ??= [...instance.requests];
    const answered = copyRequest(request);
    answered.hasAnswer = true;
    requests[index] = answered;
  }
  if (!requests && settledFields === instance.settledFields) return { instance, hasAnswered: false };
  const answered = copyInstance(instance);
  answered.requests = requests ?? instance.requests;
  answered.settledFields = settledFields;
  return { instance: answered, hasAnswered: requests !== undefined };
}

/** Lists the optional fields of an ASK that the turn gives without a value; undefined if the turn does not answer the ASK. */
function listGivenWithoutValue(
  { fields }: InstanceRequest,
  optional: readonly string[],
  { names, declined, known }: GivenFields,
): readonly string[] | undefined {
  let isAnswered = false;
  let withoutValue: readonly string[] = [];
  for (const field of fields) {
    if (!names.has(field)) continue;
    if (known.has(field)) isAnswered = true;
    else if (optional.includes(field)) withoutValue = [...withoutValue, field];
    else if (declined.has(field)) isAnswered = true;
  }
  return isAnswered || withoutValue.length > 0 ? withoutValue : undefined;
}

/** Settles the optional fields that an attempt at an ASK leaves out; if nothing else is missing, the attempt answers it (3.1). */
export function settleLeftOutFields(
  instance: ScenarioInstance,
  scenario: CompiledScenario,
  known: KnownData,
): ScenarioInstance {
  const ask = findOpenRequest(instance.requests, 'ASK');
  if (!ask) return instance;
  const optional = findMissing(listOptionalFields(ask, scenario), known);
  if (optional.length === 0) return instance;
  const isComplete = ask.fields.every((field) => known.has(field) || optional.includes(field));
  return changeInstance(instance, {
    settledFields: settle(instance.settledFields, optional, 'LEFT_OUT'),
    requests: isComplete
      ? instance.requests.map((request) => (request === ask ? changeRequest(ask, { hasAnswer: true }) : request))
      : instance.requests,
  });
}

function listOptionalFields({ stepId, fields }: InstanceRequest, scenario: CompiledScenario): readonly string[] {
  const optionalFields = scenario.steps.get(stepId)?.optionalFields;
  return fields.filter((field) => optionalFields?.has(field));
}

function findMissing(fields: readonly string[], known: KnownData): readonly string[] {
  return fields.filter((field) => !known.has(field));
}

type SettledFields = ScenarioInstance['settledFields'];

function settle(settled: SettledFields, fields: readonly string[], how: SettledWithout): SettledFields {
  if (fields.length === 0) return settled;
  const added = fields.filter((field) => !settled.has(field));
  if (added.length === 0) return settled;
  return new Map([...settled, ...added.map((field) => [field, how] as const)]);
}

/** A field stays settled without a value until it gets one. */
function withoutKnown(settled: SettledFields, known: KnownData): SettledFields {
  if (settled.size === 0) return settled;
  const kept = [...settled].filter(([field]) => !known.has(field));
  return kept.length === settled.size ? settled : new Map(kept);
}

/** Whether a field needs no further question at a step: it is known, or optional and declined or left out (3.1). */
export function isSettled(
  field: string,
  step: CompiledStep,
  known: KnownData,
  settledFields: SettledFields,
  declinedFields: readonly string[],
): boolean {
  if (known.has(field)) return true;
  return step.optionalFields.has(field) && (settledFields.has(field) || declinedFields.includes(field));
}
