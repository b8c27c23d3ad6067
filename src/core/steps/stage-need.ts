import type { SelectionContext } from '../context/selection-context';
import {
  findActionUnderWay,
  findVisitRequest,
  isActFinished,
  isConfirmFinished,
  type VisitState,
} from '../context/visit-state';
import { type FieldValues, jsonEquals } from '../model/json';
import { getKnownValues, type KnownData, narrowToKnown, withValues } from '../model/known-data';
import { buildActionKey, type InstanceRequest, isOpen } from '../model/request';
import type { ToolBinding } from '../model/scenario';
import type { CompiledScenario, CompiledStep } from '../scenario/compiled-scenario';
import { noNeed, type StepNeed } from './step-need';
import { areFieldsSettled, isSettledAt, type Walk } from './walk-state';

/** A stage of a step (3.1); `none` if all are finished. */
type Stage = 'collect' | 'call' | 'confirm' | 'act' | 'inform' | 'none';

/** Finds the first unfinished stage of the step. Ignores an outcome that ended the step early. */
function findOpenStage(walk: Walk, context: SelectionContext): Stage {
  const { position, requests } = walk;
  const { step, visit } = position;
  const state: VisitState = { step, visit, requests };
  // A WRITE action under way comes before any other stage (3.9).
  if (step.isWriteAction && findActionUnderWay(state)) return 'act';
  if (isCollectOpen(walk, context)) return 'collect';
  if (isCallOpen(walk, context)) return 'call';
  if (!isConfirmFinished(state)) return 'confirm';
  if (!isActFinished(state)) return 'act';
  return step.hasInformStage && visit.informedRevision === 0 ? 'inform' : 'none';
}

/** Whether all stages of the step are finished. Ignores an outcome that ended the step early. */
export function isDone(walk: Walk, context: SelectionContext): boolean {
  return findOpenStage(walk, context) === 'none';
}

/** Returns what the first unfinished stage of the step needs (3.1); `none` if the step is done. Ignores an outcome that ended the step early. */
export function findStageNeed(walk: Walk, context: SelectionContext): StepNeed {
  const { position, requests } = walk;
  const { step, visit } = position;
  switch (findOpenStage(walk, context)) {
    case 'collect':
      return createAskNeed(walk, 'collect', listFieldsToCollect(walk, context));
    case 'call':
      return step.call ? { kind: 'call', scenarioId: step.call.scenarioId } : noNeed;
    case 'confirm':
      return createConfirmNeed(walk, { step, visit, requests });
    case 'act':
      return createActionNeed(walk, { step, visit, requests });
    case 'inform':
      return { kind: 'inform', templateIds: step.definition.templateIds, areLeadIns: false };
    case 'none':
      return noNeed;
  }
}

/** The collect stage: fields are missing, or the step may not be skipped and was not answered yet. */
function isCollectOpen(walk: Walk, context: SelectionContext): boolean {
  const { step } = walk.position;
  if (step.collectedFields.length === 0) return false;
  return !areFieldsSettled(step, walk, context) || shouldAskAll(walk, context);
}

function listFieldsToCollect(walk: Walk, context: SelectionContext): readonly string[] {
  const { step } = walk.position;
  if (shouldAskAll(walk, context)) return step.collectedFields;
  const isMissing = (field: string): boolean => !isSettledAt(field, step, walk, context);
  return step.collectedFields.every(isMissing) ? step.collectedFields : step.collectedFields.filter(isMissing);
}

/** Whether the step asks for all its fields, because it may not be skipped and was not answered yet. */
function shouldAskAll({ position, requests }: Walk, { settings }: SelectionContext): boolean {
  const { step, visit } = position;
  const mustAsk = !step.canSkip || visit.mustAsk || !settings.enableStepSkipping;
  return mustAsk && !visit.wasAskedBefore && !requests.some((request) => isAnsweredAsk(request, visit.number));
}

/** Whether the request is an ASK of the visit that was answered. A later ASK of the visit is for what a transition misses (3.3). */
function isAnsweredAsk({ kind, visitNumber, hasAnswer }: InstanceRequest, number: number): boolean {
  return kind === 'ASK' && visitNumber === number && hasAnswer;
}

/** Returns the need to ask for fields. */
export function createAskNeed(walk: Walk, stage: 'collect' | 'condition', fields: readonly string[]): StepNeed {
  const { position, requests, known } = walk;
  const ask = findVisitRequest({ visit: position.visit, requests }, 'ASK');
  const isReprompt = ask !== undefined && isOpen(ask) && fields.some((field) => ask.fields.includes(field));
  return { kind: 'ask', stage, fields, knownValues: getKnownValues(fields, known), isReprompt };
}

/**
 * The call stage: the called scenario has not succeeded in this visit, and no earlier run of it can be used (section 11). The walk takes the
 * values of an earlier run when it enters the step. In an older visit the call that waits takes them when it returns.
 */
function isCallOpen({ position }: Walk, context: SelectionContext): boolean {
  const { step, visit, isNewVisit } = position;
  if (!step.call || visit.outcome === 'CALL_SUCCEEDED') return false;
  return !(isNewVisit && getReusedValues(step, context));
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
function createConfirmNeed({ input, position, known }: Walk, state: VisitState): StepNeed {
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
function createActionNeed({ input, position }: Walk, state: VisitState): StepNeed {
  const { step, visit } = position;
  const confirm = step.hasConfirmStage ? findVisitRequest(state, 'CONFIRM') : undefined;
  const last = findVisitRequest(state, 'ACTION');
  const isRepeated = last !== undefined && (isOpen(last) || !confirm || confirm.actionKey === last.actionKey);
  const { instanceId } = input.instance;
  const newKey = confirm?.actionKey ?? buildActionKey(instanceId, step.stepId, visit.number, visit.supersededKeys + 1);
  return {
    kind: 'act',
    actionKey: isRepeated ? last.actionKey : newKey,
    tools: isRepeated ? step.tools.filter(({ toolId }) => !hasSucceeded(last, toolId)) : step.tools,
    isReprompt: isRepeated,
    isAwaited: step.isRequiredAction || step.readsActionResult,
  };
}

/** Returns the need to run the tools again that fill variables which are still missing (3.3). */
export function createRetryNeed(action: InstanceRequest, step: CompiledStep, missing: ReadonlySet<string>): StepNeed {
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

const noValues: FieldValues = new Map();

/** Returns the known values of `confirms_fields` or, if that is empty, of all fields that the scenario collects, by name (3.1). */
function getValuesToConfirm(step: CompiledStep, scenario: CompiledScenario, known: KnownData): FieldValues {
  const { confirmsFields, confirmsNothing } = step.definition;
  if (confirmsNothing) return noValues;
  if (confirmsFields.length > 0) return getKnownValues(confirmsFields, known);
  return getKnownValues(narrowToKnown(scenario.collectedFields, known), known);
}

/** A profile field that this turn did not send has not changed: an open CONFIRM keeps its value (0.8). */
function withUnsentValues(known: KnownData, last: InstanceRequest | undefined): KnownData {
  if (!last || !isOpen(last)) return known;
  const unsent = [...last.values].filter(([field]) => !known.has(field) && !known.isNull(field));
  return unsent.length === 0 ? known : withValues(known, new Map(unsent));
}

function haveSameValues(a: FieldValues, b: FieldValues): boolean {
  if (a.size !== b.size) return false;
  for (const [field, value] of a) if (!jsonEquals(b.get(field) ?? null, value)) return false;
  return true;
}

/** Whether a walk may pass over the step: skipping is allowed, its fields are settled and no other stage is open (3.5). */
export function isPassable(walk: Walk, context: SelectionContext): boolean {
  const { position, correction } = walk;
  const { step } = position;
  if (!context.settings.enableStepSkipping || !step.canBePassedOver || position.visit.mustAsk) return false;
  if (correction !== undefined && step.isReadAction) return false;
  if (isCallOpen(walk, context)) return false;
  const state = { step, visit: position.visit, requests: walk.requests };
  return !findActionUnderWay(state) && areFieldsSettled(step, walk, context);
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
