import type { SelectionContext } from '../context/selection-context';
import {
  findActionUnderWay,
  findVisitRequest,
  isActFinished,
  isConfirmFinished,
  type VisitState,
} from '../context/visit-state';
import { type FieldValues, jsonEquals } from '../model/json';
import { getKnownValues, type KnownData, withValues } from '../model/known-data';
import { buildActionKey, type InstanceRequest, isOpen } from '../model/request';
import type { ToolBinding } from '../model/scenario';
import type { CompiledScenario, CompiledStep } from '../scenario/compiled-scenario';
import { noNeed, type StepNeed } from './step-need';
import { areFieldsSettled, isSettledAt, type Walk } from './walk-state';

/** Returns what the first unfinished stage of the step needs (3.1); `none` if the step is done. Ignores an outcome that ended the step early. */
export function findStageNeed(walk: Walk, context: SelectionContext): StepNeed {
  const { position, requests } = walk;
  const { step, visit } = position;
  const state: VisitState = { step, visit, requests };
  // A WRITE action under way comes before any other stage (3.9).
  if (step.isWriteAction && findActionUnderWay(state)) return needAction(walk, state);
  return (
    findCollectNeed(walk, context) ??
    findCallNeed(walk, context) ??
    (isConfirmFinished(state) ? undefined : needConfirmation(walk, state)) ??
    (isActFinished(state) ? undefined : needAction(walk, state)) ??
    (step.hasInformStage && visit.informedRevision === 0
      ? { kind: 'inform', templateIds: step.definition.templateIds, areLeadIns: false }
      : noNeed)
  );
}

/** The collect stage: missing fields, or all fields of a step that may not be skipped and was not answered yet. */
function findCollectNeed(walk: Walk, context: SelectionContext): StepNeed | undefined {
  const { step, visit } = walk.position;
  if (step.collectedFields.length === 0) return undefined;
  const missing = step.collectedFields.filter((field) => !isSettledAt(field, step, walk, context));
  const mustAsk = !step.canSkip || visit.mustAsk || !context.settings.enableStepSkipping;
  const ask = findVisitRequest({ visit, requests: walk.requests }, 'ASK');
  const asksAll = mustAsk && !visit.wasAskedBefore && ask?.hasAnswer !== true;
  if (missing.length === 0 && !asksAll) return undefined;
  return needAnswer(walk, 'collect', asksAll ? step.collectedFields : missing);
}

/** Returns the need to ask for fields. */
export function needAnswer(walk: Walk, stage: 'collect' | 'condition', fields: readonly string[]): StepNeed {
  const { position, requests, known } = walk;
  const ask = findVisitRequest({ visit: position.visit, requests }, 'ASK');
  const isReprompt = ask !== undefined && isOpen(ask) && fields.some((field) => ask.fields.includes(field));
  return { kind: 'ask', stage, fields, knownValues: getKnownValues(fields, known), isReprompt };
}

/**
 * The call stage: the called scenario has not succeeded in this visit, and no earlier run of it can be used (section 11). The walk takes the
 * values of an earlier run when it enters the step. In an older visit the call that waits takes them when it returns.
 */
function findCallNeed({ position }: Walk, context: SelectionContext): StepNeed | undefined {
  const { step, visit, isNewVisit } = position;
  const { call } = step;
  if (!call || visit.outcome === 'CALL_SUCCEEDED') return undefined;
  if (isNewVisit && getReusedValues(step, context)) return undefined;
  return { kind: 'call', scenarioId: call.scenarioId };
}

/** Returns the values of the last run of the called scenario; undefined if the step does not use it or it did not succeed (section 11). */
export function getReusedValues(
  { call }: CompiledStep,
  { scenarioCounters }: Pick<SelectionContext, 'scenarioCounters'>,
): FieldValues | undefined {
  if (!call?.reuseCompleted) return undefined;
  const counter = scenarioCounters.get(call.scenarioId);
  return counter?.lastEnding === 'SUCCEEDED' ? getKnownValues(call.returns, counter.lastValues) : undefined;
}

/** The confirm stage. An open CONFIRM for the same values is put again; any other is a new agreement (0.8). */
export function needConfirmation({ input, position, known }: Walk, state: VisitState): StepNeed {
  const { step, visit } = position;
  const last = findVisitRequest(state, 'CONFIRM');
  const values = getValuesToConfirm(step, input.scenario, withUnsentValues(known, last));
  const isSame = last !== undefined && haveSameValues(last.values, values);
  if (last && isOpen(last) && isSame) {
    return { kind: 'confirm', actionKey: last.actionKey, values, isReprompt: true };
  }
  const agreements = state.requests.filter(
    (request) => request.kind === 'CONFIRM' && request.visitNumber === visit.number,
  );
  const { instanceId } = input.instance;
  const agreement = visit.supersededKeys + agreements.length + 1;
  const actionKey = buildActionKey(instanceId, step.stepId, visit.number, agreement);
  return { kind: 'confirm', actionKey, values, isReprompt: isSame && last.outcome === 'DECLINED' };
}

/** The act stage: all tools, or on a retry those that have not succeeded (0.6). */
function needAction({ input, position }: Walk, state: VisitState): StepNeed {
  const { step, visit } = position;
  const confirm = step.hasConfirmStage ? findVisitRequest(state, 'CONFIRM') : undefined;
  const last = findVisitRequest(state, 'ACTION');
  const isAgain = last !== undefined && (isOpen(last) || !confirm || confirm.actionKey === last.actionKey);
  const { instanceId } = input.instance;
  const newKey = confirm?.actionKey ?? buildActionKey(instanceId, step.stepId, visit.number, visit.supersededKeys + 1);
  return {
    kind: 'act',
    actionKey: isAgain ? last.actionKey : newKey,
    tools: isAgain ? step.tools.filter(({ toolId }) => !hasSucceeded(last, toolId)) : step.tools,
    isReprompt: isAgain,
    isAwaited: step.isRequiredAction || step.readsActionResult,
  };
}

/** Returns the need to run the tools again that fill variables which are still missing (3.3). */
export function needRetry(action: InstanceRequest, step: CompiledStep, missing: ReadonlySet<string>): StepNeed {
  const isNeeded = ({ toolId, variableNames }: ToolBinding): boolean =>
    !hasSucceeded(action, toolId) || variableNames.some((name) => missing.has(name));
  return {
    kind: 'act',
    actionKey: action.actionKey,
    tools: step.tools.filter(isNeeded),
    isReprompt: true,
    isAwaited: true,
  };
}

function hasSucceeded({ tools }: InstanceRequest, toolId: string): boolean {
  return tools.some((tool) => tool.toolId === toolId && tool.outcome === 'SUCCEEDED');
}

/** Up to this number, collected fields are looked up one by one. For larger scenarios, the known fields are iterated instead. */
const maxLookups = 64;

const nothing: FieldValues = new Map();

/** Returns the known values of `confirms_fields` or, if that is empty, of all fields that the scenario collects, by name (3.1). */
function getValuesToConfirm(step: CompiledStep, scenario: CompiledScenario, known: KnownData): FieldValues {
  const { confirmsFields, confirmsNothing } = step.definition;
  if (confirmsNothing) return nothing;
  if (confirmsFields.length > 0) return getKnownValues(confirmsFields, known);
  const { collectedFields } = scenario;
  const fields =
    collectedFields.size <= maxLookups ? collectedFields : known.keys().filter((field) => collectedFields.has(field));
  return getKnownValues(fields, known);
}

/** A profile field that this turn did not send has not changed: an open CONFIRM keeps its value (0.8). */
function withUnsentValues(known: KnownData, last: InstanceRequest | undefined): KnownData {
  if (!last || !isOpen(last)) return known;
  return withValues(known, new Map([...last.values].filter(([field]) => !known.has(field) && !known.isNull(field))));
}

function haveSameValues(a: FieldValues, b: FieldValues): boolean {
  if (a.size !== b.size) return false;
  for (const [field, value] of a) if (!jsonEquals(b.get(field) ?? null, value)) return false;
  return true;
}

/** Whether a walk may pass over the step: skipping is allowed, its fields are settled and nothing else is to be done (3.5). */
export function isPassable(walk: Walk, context: SelectionContext): boolean {
  const { position, correction } = walk;
  const { step } = position;
  if (!context.settings.enableStepSkipping || !step.canBePassedOver || position.visit.mustAsk) return false;
  if (correction !== undefined && step.isReadAction) return false;
  if (findCallNeed(walk, context) !== undefined) return false;
  const state = { step, visit: position.visit, requests: walk.requests };
  return !(step.isWriteAction && findActionUnderWay(state)) && areFieldsSettled(step, walk, context);
}

/**
 * Whether an outcome ended the visit before its stages were finished: DECLINED, a failed required action, or a call that failed or was
 * canceled (3.2).
 */
export function hasEndedEarly({
  step,
  visit,
}: {
  readonly step: CompiledStep;
  readonly visit: Walk['position']['visit'];
}): boolean {
  switch (visit.outcome) {
    case 'DECLINED':
    case 'CALL_FAILED':
    case 'CALL_CANCELLED':
      return true;
    case 'ACTION_FAILED':
      return step.isRequiredAction;
    case 'CONFIRMED':
    case 'ACTION_SUCCEEDED':
    case 'CALL_SUCCEEDED':
    case undefined:
      return false;
  }
}
