import { buildActionKey, parseActionKeyStepId } from '../model/action-key';
import { hasSameValue, type KnownData } from '../model/known-data';
import type { IgnoredOutcome } from '../model/lifecycle-decision';
import type { EndedInstance, IrreversibleStep, ScenarioInstance, Session, StepVisit } from '../model/session';
import type { StepOutcome } from '../model/turn';
import type { CompiledScenario, CompiledStep } from '../scenario/compiled-scenario';

/** The outcomes of a turn with the instances that they apply to (0.6). */
export interface ResolvedOutcomes {
  /** Outcomes for the current visit of an existing instance, by instance id; each list is in request order. */
  readonly byInstance: ReadonlyMap<string, readonly StepOutcome[]>;
  /** Outcomes for a step, visit or instance that has ended, in request order. */
  readonly late: readonly LateOutcome[];
}

/** An outcome that arrives too late to change a stage. */
export interface LateOutcome extends IgnoredOutcome {
  /** The step of the outcome or of its action_key; "" if neither names a step. */
  readonly stepId: string;
}

const noOutcomes: ResolvedOutcomes = { byInstance: new Map(), late: [] };

/** Resolves each outcome to the instance that it names, else to the instance of its action_key, else to the focus (0.3). */
export function resolveOutcomes(
  session: Session,
  outcomes: readonly StepOutcome[],
  focusInstanceId: string,
): ResolvedOutcomes {
  if (outcomes.length === 0) return noOutcomes;
  const byInstance = new Map<string, StepOutcome[]>();
  const late: LateOutcome[] = [];
  for (const outcome of outcomes) {
    const instanceId = outcome.instanceId || findActionKeyOwner(session, outcome.actionKey) || focusInstanceId;
    const instance = session.instances.find((candidate) => candidate.instanceId === instanceId);
    const reasoning = explainLate(outcome, instanceId, instance, session.endedInstances);
    if (reasoning !== '') {
      const stepId = outcome.stepId || parseActionKeyStepId(outcome.actionKey, instanceId);
      late.push({ outcome, instanceId, reasoning, stepId });
      continue;
    }
    const list = byInstance.get(instanceId);
    if (list) list.push(outcome);
    else byInstance.set(instanceId, [outcome]);
  }
  return { byInstance, late };
}

/** Returns the running or ended instance of an action key; "" if there is none. */
function findActionKeyOwner({ instances, endedInstances }: Session, actionKey: string): string {
  if (actionKey === '') return '';
  const owner = [...instances, ...endedInstances].find(({ instanceId }) => actionKey.startsWith(`${instanceId}/`));
  return owner?.instanceId ?? '';
}

/** Returns why an outcome is late; "" if it applies to the current visit. */
function explainLate(
  outcome: StepOutcome,
  instanceId: string,
  instance: ScenarioInstance | undefined,
  endedInstances: readonly EndedInstance[],
): string {
  if (instanceId === '') return 'The outcome names no instance, and the session has none that it could apply to.';
  if (!instance) {
    return endedInstances.some((ended) => ended.instanceId === instanceId)
      ? 'The instance has ended.'
      : 'The session has no such instance.';
  }
  if (outcome.stepId !== '' && outcome.stepId !== instance.currentStepId) {
    return `The instance is at step "${instance.currentStepId}", not at "${outcome.stepId}".`;
  }
  if (outcome.actionKey !== '' && outcome.actionKey !== buildActionKey(instance)) {
    return 'The action_key belongs to another visit of the step.';
  }
  return '';
}

/** The effect of outcomes on the current visit of an instance. */
export interface RecordedOutcomes {
  readonly visit: StepVisit;
  /** Number of failures of the step's required action. */
  readonly failureCount: number;
  /** Outcomes that did not change a stage. */
  readonly ignored: readonly IgnoredOutcome[];
}

/**
 * Records outcomes on the current visit in request order, and voids a confirmation whose values have changed (0.6, 3.1). `step` is
 * undefined if it no longer exists; the outcomes are recorded anyway.
 */
export function recordOutcomes(
  instance: ScenarioInstance,
  step: CompiledStep | undefined,
  outcomes: readonly StepOutcome[],
  known: KnownData,
): RecordedOutcomes {
  let visit = voidChangedConfirmation(instance.visit, known);
  let failureCount = 0;
  const ignored: IgnoredOutcome[] = [];
  for (const outcome of outcomes) {
    const reasoning = explainIgnored(outcome, visit, step, known);
    if (reasoning !== '') {
      ignored.push({ outcome, instanceId: instance.instanceId, reasoning });
      continue;
    }
    visit = recordOutcome(visit, outcome);
    if (outcome.kind === 'ACTION_FAILED' && step?.isRequiredAction) failureCount += 1;
  }
  return { visit, failureCount, ignored };
}

/** Voids the confirmation if one of the values that were shown has changed (3.1). */
function voidChangedConfirmation(visit: StepVisit, known: KnownData): StepVisit {
  if (!visit.confirmed || findChangedShownFields(visit, known).length === 0) return visit;
  return { ...visit, confirmed: false, outcome: visit.outcome === 'CONFIRMED' ? undefined : visit.outcome };
}

function findChangedShownFields({ shownValues }: StepVisit, known: KnownData): readonly string[] {
  return [...shownValues.keys()].filter((field) => !hasSameValue(shownValues, known, field));
}

/** Returns why an outcome of the current visit is ignored; "" if it is recorded. */
function explainIgnored(
  { kind }: StepOutcome,
  visit: StepVisit,
  step: CompiledStep | undefined,
  known: KnownData,
): string {
  const hasSucceeded = visit.outcome === 'ACTION_SUCCEEDED' && step?.isRequiredAction;
  const alreadySucceeded = hasSucceeded ? 'The action of this visit has already succeeded.' : '';
  switch (kind) {
    case 'CONFIRMED':
      return alreadySucceeded || (step?.hasConfirmStage ? explainVoidConfirmation(visit, known) : '');
    case 'DECLINED':
    case 'ACTION_FAILED':
      return alreadySucceeded;
    case 'ACTION_SUCCEEDED':
      return '';
  }
}

function explainVoidConfirmation(visit: StepVisit, known: KnownData): string {
  if (!visit.contributedTypes.includes('CONFIRM')) {
    return 'This visit has not contributed a CONFIRM, so there is nothing to confirm.';
  }
  const changed = findChangedShownFields(visit, known);
  return changed.length === 0 ? '' : `The values to confirm have changed since they were shown: ${changed.join(', ')}.`;
}

function recordOutcome(visit: StepVisit, { kind }: StepOutcome): StepVisit {
  switch (kind) {
    case 'CONFIRMED':
      return { ...closeType(visit, 'CONFIRM'), confirmed: true, outcome: kind };
    case 'DECLINED':
      return { ...visit, openType: undefined, openAskFields: [], confirmed: false, outcome: kind };
    case 'ACTION_SUCCEEDED':
    case 'ACTION_FAILED':
      return { ...closeType(visit, 'ACTION_HINT'), acted: true, outcome: kind };
  }
}

function closeType(visit: StepVisit, type: StepVisit['openType']): StepVisit {
  return visit.openType === type ? { ...visit, openType: undefined } : visit;
}

/** Whether the act stage is finished: the required action succeeded, or another action has an outcome or was contributed before (3.1). */
export function isActFinished(step: CompiledStep, visit: StepVisit): boolean {
  if (!step.hasActStage) return true;
  if (step.isRequiredAction) return visit.outcome === 'ACTION_SUCCEEDED';
  return visit.acted || visit.contributedTypes.includes('ACTION_HINT');
}

/** Whether the confirm stage is finished (3.1). */
export function isConfirmFinished(step: CompiledStep, visit: StepVisit): boolean {
  return !step.hasConfirmStage || visit.confirmed || visit.outcome === 'ACTION_SUCCEEDED';
}

/**
 * Records the current step as irreversibly done if the visit has passed it: a confirmed checkpoint with a finished act stage, or a required
 * action that succeeded (3.7). After that, no correction returns to the steps before it.
 */
export function recordPassedCheckpoint(
  instance: ScenarioInstance,
  step: CompiledStep,
  revision: number,
): ScenarioInstance {
  const { visit } = instance;
  const isPassed = step.isCheckpoint
    ? isConfirmFinished(step, visit) && isActFinished(step, visit)
    : step.isRequiredAction && visit.outcome === 'ACTION_SUCCEEDED';
  if (!isPassed || instance.irreversibleDone.some((done) => done.passed && done.visitNumber === visit.number)) {
    return instance;
  }
  const stepsBefore = new Set([...instance.stepsBeforeCheckpoint, ...instance.stepsTrimmedFromPath]);
  for (const { stepId } of instance.path) stepsBefore.add(stepId);
  stepsBefore.delete(step.stepId);
  const passed: IrreversibleStep = {
    stepId: step.stepId,
    description: step.actionDescription,
    visitNumber: visit.number,
    revision,
    pathSequence: instance.lastPathSequence,
    passed: true,
  };
  return {
    ...instance,
    irreversibleDone: [...instance.irreversibleDone, passed],
    stepsBeforeCheckpoint: [...stepsBefore].sort(),
  };
}

/** Records successes that arrived too late to change a stage. Their actions are done and cannot be undone (0.6). */
export function recordLateSuccesses<T extends Pick<ScenarioInstance, 'instanceId' | 'irreversibleDone'>>(
  instance: T,
  scenario: CompiledScenario | undefined,
  late: readonly LateOutcome[],
  revision: number,
): T {
  const successes = late.filter(
    ({ outcome, instanceId }) => outcome.kind === 'ACTION_SUCCEEDED' && instanceId === instance.instanceId,
  );
  if (successes.length === 0) return instance;
  const done = successes.map(({ stepId }) => ({
    stepId,
    description: scenario?.steps.get(stepId)?.actionDescription ?? stepId,
    visitNumber: 0,
    revision,
    pathSequence: 0,
    passed: false,
  }));
  return { ...instance, irreversibleDone: [...instance.irreversibleDone, ...done] };
}
