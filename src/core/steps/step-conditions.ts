import { type ConditionVariables, isConditionVariableName } from '../conditions';
import { getPrimarySignal, type InstanceSignals } from '../context/instance-signals';
import type { SelectionContext } from '../context/selection-context';
import { getDueTime } from '../context/timers';
import { isActionIncomplete } from '../context/visit-state';
import { canonicalJson, type FieldValues, type JsonValue } from '../model/json';
import { findMissingFields, type KnownData } from '../model/known-data';
import type { ModelProposal, TransitionKey } from '../model/model-proposal';
import { mergeNames, sortNames } from '../model/sorting';
import type { Truth } from '../model/truth';
import type { VisitOutcome } from '../model/turn';
import type { CompiledScenario, CompiledTransition } from '../scenario/compiled-scenario';
import type { WalkInput } from './walk-input';
import type { StepPosition, TransitionEvaluation, Walk } from './walk-state';

/** The parts of an instance and its step that a condition can read (section 6). */
export interface ConditionInputs {
  readonly known: KnownData;
  readonly instanceVariables: FieldValues;
  readonly signals: InstanceSignals;
  readonly changedFields: readonly string[];
  readonly outcome: VisitOutcome | undefined;
  /** Number of visits of the step. */
  readonly visits: number;
  /** Attempts since the instance entered its step. */
  readonly attempts: number;
  readonly attemptsTotal: number;
}

/** Values of the condition variable `outcome`. */
const outcomeNames: Readonly<Record<VisitOutcome, string>> = {
  CONFIRMED: 'confirmed',
  DECLINED: 'declined',
  ACTION_SUCCEEDED: 'succeeded',
  ACTION_FAILED: 'failed',
  CALL_SUCCEEDED: 'succeeded',
  CALL_FAILED: 'failed',
  CALL_CANCELLED: 'cancelled',
};

/** Builds the variables of a condition. The conditions of a step share them; each evaluation converts the values that it reads. */
export function toConditionVariables(context: SelectionContext, inputs: ConditionInputs): ConditionVariables {
  const { situation, customerData } = context.turn;
  return {
    data: inputs.known,
    customer: customerData,
    session: context.sessionFields,
    instance: inputs.instanceVariables,
    intent: context.intent,
    intent_score: situation.canonicalIntentScore,
    signal: getPrimarySignal(inputs.signals),
    outcome: inputs.outcome ? outcomeNames[inputs.outcome] : '',
    changed: inputs.changedFields,
    requested: situation.requestedFields,
    facts: situation.facts,
    visits: inputs.visits,
    attempts: inputs.attempts,
    attempts_total: inputs.attemptsTotal,
    turn: context.turnCount,
    message: situation.message,
    tone: situation.tone,
    frustration: situation.frustrationLevel,
    urgency: situation.urgency,
    language: situation.language,
  };
}

/** The state of an instance at a step that the conditions of this step can read. */
export interface StepState {
  readonly input: Pick<WalkInput, 'instance' | 'signals' | 'changedFields'>;
  readonly position: StepPosition;
  readonly known: KnownData;
  /** Fields that the walk has cleared so far. */
  readonly clearedFields: readonly string[];
  readonly attempts: number;
  readonly attemptsTotal: number;
}

/** Builds the variables of the conditions of a step (section 6). */
export function toStepVariables(
  { input, position, known, clearedFields, attempts, attemptsTotal }: StepState,
  context: SelectionContext,
): ConditionVariables {
  const { instance } = input;
  const { stepId } = position.step;
  let earlierVisits = 0;
  for (const entry of instance.path) if (entry.stepId === stepId && entry.visitNumber > 0) earlierVisits += 1;
  return toConditionVariables(context, {
    known,
    instanceVariables: instance.variables,
    signals: input.signals,
    changedFields: mergeNames(input.changedFields, clearedFields),
    outcome: position.visit.outcome,
    visits: earlierVisits + (position.isNewVisit ? 0 : 1),
    attempts,
    attemptsTotal,
  });
}

/** The variables of the conditions of a step. Builds them when the first condition reads them: most transitions have none. */
export class LazyVariables {
  private variables: ConditionVariables | undefined;

  constructor(
    private readonly state: StepState,
    private readonly context: SelectionContext,
  ) {}

  get(): ConditionVariables {
    this.variables ??= toStepVariables(this.state, this.context);
    return this.variables;
  }
}

const noFields: readonly string[] = [];
const isTrue: TransitionEvaluation = {
  truth: 'TRUE',
  missingFields: noFields,
  conditionError: '',
  isTextUnknown: false,
};
const isFalse: TransitionEvaluation = { ...isTrue, truth: 'FALSE' };

/**
 * Evaluates a transition: FALSE if any of its parts is FALSE, else UNKNOWN if a part is missing data, else TRUE (3.2, 3.3). A missing intent is
 * FALSE. `text` is the result of its natural-language condition, or undefined if that is not evaluated (3.4).
 */
export function evaluateTransition(
  transition: CompiledTransition,
  walk: Walk,
  variables: LazyVariables,
  context: SelectionContext,
  text?: Truth | undefined,
): TransitionEvaluation {
  const { intentLabel, conditionFields } = transition.definition;
  if (intentLabel !== '' && intentLabel !== context.intent) return isFalse;
  if (text === 'FALSE' || !canBeTaken(transition, walk, context)) return isFalse;
  const outcome = evaluateOutcomes(transition, walk);
  if (outcome === 'FALSE') return isFalse;
  const condition = transition.condition?.evaluate(variables.get(), context.allowance);
  if (condition?.truth === 'FALSE' && !(outcome === 'UNKNOWN' && transition.conditionReadsOutcome)) {
    return condition.error === undefined ? isFalse : { ...isFalse, conditionError: condition.error };
  }
  const missing = mergeNames(
    sortNames(findMissingFields(conditionFields, walk.known)),
    condition?.missingFields ?? noFields,
  );
  const isUnknown = missing.length > 0 || condition?.truth === 'UNKNOWN' || text === 'UNKNOWN' || outcome === 'UNKNOWN';
  if (!isUnknown) return isTrue;
  const unsettled = missing.filter((field) => !isSettledWithoutValue(field, walk, context));
  const missesOnlySettled = missing.length > 0 && unsettled.length === 0 && text !== 'UNKNOWN' && outcome !== 'UNKNOWN';
  if (missesOnlySettled) return isFalse;
  return { truth: 'UNKNOWN', missingFields: unsettled, conditionError: '', isTextUnknown: text === 'UNKNOWN' };
}

/** Whether time and position allow the transition: `after` has elapsed, and a global transition led to one that returns (3.2, section 14). */
function canBeTaken(transition: CompiledTransition, { position }: Walk, { turn, session }: SelectionContext): boolean {
  if (transition.returns && position.visit.returnTo === undefined) return false;
  const due = getDueTime(transition, position, session);
  if (due === undefined) return true;
  // A message restarts the time, and a new visit begins it.
  return turn.trigger !== 'MESSAGE' && due <= turn.occurredAt;
}

/** Evaluates `outcomes`, and whether the condition can read `outcome`. While only some tools have an outcome, the step has none yet (0.6). */
function evaluateOutcomes(transition: CompiledTransition, { position, requests }: Walk): Truth {
  const { outcomes } = transition.definition;
  const { outcome } = position.visit;
  // While a failed action is retried, its failure remains the outcome.
  const isRetried = outcome === 'ACTION_FAILED' || outcome === 'ACTION_SUCCEEDED';
  if (transition.readsActionOutcome && !isRetried && isActionIncomplete({ visit: position.visit, requests })) {
    const others = outcome !== undefined && outcomes.includes(outcome);
    return others ? 'TRUE' : 'UNKNOWN';
  }
  if (outcomes.length === 0) return 'TRUE';
  return outcome !== undefined && outcomes.includes(outcome) ? 'TRUE' : 'FALSE';
}

/** Whether the field has no value and needs none: it is optional, and was declined or left out (3.1). */
function isSettledWithoutValue(field: string, walk: Walk, { storedData }: SelectionContext): boolean {
  if (walk.clearedFields.includes(field)) return false;
  if (walk.settledFields.has(field)) return true;
  if (!storedData.declinedFields.includes(field)) return false;
  return walk.input.scenario.optionalFields.has(field);
}

/**
 * Evaluates the natural-language condition of a transition on this turn (3.4); undefined if it has none or such conditions are
 * not evaluated. UNKNOWN if it could not be evaluated: an embedding is missing, or the model was not asked or did not answer.
 */
export function evaluateTextCondition(
  { id, definition }: CompiledTransition,
  { scenarioId, version }: CompiledScenario,
  { settings, turn, proposal }: SelectionContext,
): Truth | undefined {
  if (definition.conditionText === '') return undefined;
  switch (settings.semanticEvaluation) {
    case 'off':
      return undefined;
    case 'embedding':
      return evaluateBySimilarity(definition.conditionEmbedding, turn.situation.embedding, settings.semanticThreshold);
    case 'llm':
      return evaluateByModel(proposal, { scenarioId, scenarioVersion: version, transitionId: id });
  }
}

function evaluateByModel(proposal: ModelProposal | undefined, key: TransitionKey): Truth {
  const verdict = proposal?.verdicts.find(
    ({ scenarioId, scenarioVersion, transitionId }) =>
      scenarioId === key.scenarioId && scenarioVersion === key.scenarioVersion && transitionId === key.transitionId,
  );
  return verdict?.truth ?? 'UNKNOWN';
}

/** Compares the cosine similarity, -1..1, with the threshold: TRUE if it is reached. */
function evaluateBySimilarity(condition: readonly number[], situation: readonly number[], threshold: number): Truth {
  if (condition.length !== situation.length) return 'UNKNOWN';
  const norms = Math.sqrt(dotProduct(condition, condition)) * Math.sqrt(dotProduct(situation, situation));
  // The similarity to a zero vector is undefined; the squares of very large numbers overflow.
  if (norms === 0 || !Number.isFinite(norms)) return 'UNKNOWN';
  return dotProduct(condition, situation) / norms >= threshold ? 'TRUE' : 'FALSE';
}

function dotProduct(left: readonly number[], right: readonly number[]): number {
  return left.reduce((sum, number, index) => sum + number * (right[index] ?? 0), 0);
}

/**
 * Returns the values that a transition reads, as canonical JSON. Equal fingerprints mean that none of these values has changed
 * (3.2, global transitions). A natural-language condition reads every message, so its result is used instead.
 */
export function computeReadFingerprint(
  transition: CompiledTransition,
  lazyVariables: LazyVariables,
  { allowance }: Pick<SelectionContext, 'allowance'>,
  text?: Truth | undefined,
): string {
  const variables = lazyVariables.get();
  const { condition, definition } = transition;
  const read: Record<string, JsonValue> = {};
  if (definition.intentLabel !== '') read['intent'] = variables.intent;
  if (definition.outcomes.length > 0) read['outcome'] = variables.outcome;
  if (text !== undefined) read['condition_text'] = text;
  for (const field of transition.fieldsRead) read[`data.${field}`] = variables.data.get(field) ?? null;
  for (const name of condition?.reads.variables ?? []) {
    if (name === 'data' && !condition?.reads.hasDynamicDataReads) continue;
    if (isConditionVariableName(name)) read[name] = toJson(variables[name]);
  }
  const fingerprint = canonicalJson(read);
  // A condition that reads all data has a long fingerprint, and a walk compares the fingerprints of all guards.
  allowance.spend('transitions', 10 + fingerprint.length / 16);
  return fingerprint;
}

function toJson(value: ConditionVariables[keyof ConditionVariables]): JsonValue {
  if (typeof value === 'string' || typeof value === 'number') return value;
  return 'get' in value
    ? Object.fromEntries(Array.from(value.keys(), (name) => [name, value.get(name) ?? null]))
    : value;
}

/**
 * Returns the guards of an instance that are still active at the start of its walk: nothing that the transition read when it was
 * taken has changed (3.2). A removed guard stays removed, even if the values change back. Turns without a message have no
 * intent, which does not count as a change.
 */
export function selectActiveGuards(input: WalkInput, context: SelectionContext): ReadonlyMap<string, string> {
  const { instance, scenario, step, known } = input;
  const guards = instance.globalTransitionGuards;
  if (guards.size === 0 || context.turn.trigger !== 'MESSAGE') return guards;
  const position = { step, visit: instance.visit, isNewVisit: false };
  const { attempts, attemptsTotal } = instance;
  const state = { input, position, known, clearedFields: noFields, attempts, attemptsTotal };
  const variables = new LazyVariables(state, context);
  const active = [...guards].filter(([id, fingerprint]) => {
    const transition = scenario.transitionsById.get(id);
    if (transition === undefined) return false;
    const text = evaluateTextCondition(transition, scenario, context);
    return computeReadFingerprint(transition, variables, context, text) === fingerprint;
  });
  return active.length === guards.size ? guards : new Map(active);
}
