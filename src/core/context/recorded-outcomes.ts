import { hasSameValue, type KnownData } from '../model/known-data';
import type { IgnoredOutcome } from '../model/lifecycle-decision';
import type { IrreversibleStep, ScenarioInstance, StepVisit } from '../model/session';
import type { StepOutcome } from '../model/turn';
import type { CompiledStep } from '../scenario/compiled-scenario';

/** An instance with the outcomes of a turn recorded on its visit. */
export interface RecordedOutcomes {
  readonly visit: StepVisit;
  /** Failures of the step's required action among them. */
  readonly failures: number;
  /** Those that changed no stage. */
  readonly ignored: readonly IgnoredOutcome[];
}

/**
 * Records outcomes on the current visit, in request order, and voids a confirmation whose values have changed (0.6, 3.1).
 * `step` is undefined where the instance's step is gone: outcomes are then kept on the visit all the same.
 */
export function recordOutcomes(
  instance: ScenarioInstance,
  step: CompiledStep | undefined,
  outcomes: readonly StepOutcome[],
  known: KnownData,
): RecordedOutcomes {
  let visit = voidIfChanged(instance.visit, known);
  let failures = 0;
  const ignored: IgnoredOutcome[] = [];
  for (const outcome of outcomes) {
    const reasoning = ignoredBecause(outcome, visit, step, known);
    if (reasoning !== '') {
      ignored.push({ outcome, instanceId: instance.instanceId, reasoning });
      continue;
    }
    visit = withOutcome(visit, outcome);
    if (outcome.kind === 'ACTION_FAILED' && step?.isRequiredAction) failures += 1;
  }
  return { visit, failures, ignored };
}

/** A CONFIRMED counts for the values that the CONFIRM showed; when one of them changed it is void (3.1). */
function voidIfChanged(visit: StepVisit, known: KnownData): StepVisit {
  if (!visit.confirmed || changedShownFields(visit, known).length === 0) return visit;
  return { ...visit, confirmed: false, outcome: visit.outcome === 'CONFIRMED' ? undefined : visit.outcome };
}

function changedShownFields({ shownValues }: StepVisit, known: KnownData): readonly string[] {
  return [...shownValues.keys()].filter((field) => !hasSameValue(shownValues, known, field));
}

function ignoredBecause(
  { kind }: StepOutcome,
  visit: StepVisit,
  step: CompiledStep | undefined,
  known: KnownData,
): string {
  if (visit.outcome === 'ACTION_SUCCEEDED' && step?.isRequiredAction && kind !== 'ACTION_SUCCEEDED') {
    return 'The action of this visit has succeeded already.';
  }
  if (kind !== 'CONFIRMED' || !step?.hasConfirmStage) return '';
  if (!visit.contributedTypes.includes('CONFIRM'))
    return 'No CONFIRM was made in this visit, so there is nothing to confirm.';
  const changed = changedShownFields(visit, known);
  return changed.length === 0 ? '' : `The values to confirm have changed since they were shown: ${changed.join(', ')}.`;
}

function withOutcome(visit: StepVisit, { kind }: StepOutcome): StepVisit {
  switch (kind) {
    case 'CONFIRMED':
      return { ...close(visit, 'CONFIRM'), confirmed: true, outcome: kind };
    case 'DECLINED':
      return { ...visit, openType: undefined, openAskFields: [], confirmed: false, outcome: kind };
    case 'ACTION_SUCCEEDED':
    case 'ACTION_FAILED':
      return { ...close(visit, 'ACTION_HINT'), acted: true, outcome: kind };
  }
}

function close(visit: StepVisit, type: StepVisit['openType']): StepVisit {
  return visit.openType === type ? { ...visit, openType: undefined } : visit;
}

/** The step's act stage is finished: its required action succeeded; other tools had an outcome or were hinted before (3.1). */
export function isActFinished(step: CompiledStep, visit: StepVisit): boolean {
  if (!step.hasActStage) return true;
  if (step.isRequiredAction) return visit.outcome === 'ACTION_SUCCEEDED';
  return visit.acted || visit.contributedTypes.includes('ACTION_HINT');
}

/** The step's confirm stage is finished (3.1). */
export function isConfirmFinished(step: CompiledStep, visit: StepVisit): boolean {
  return !step.hasConfirmStage || visit.confirmed || visit.outcome === 'ACTION_SUCCEEDED';
}

/**
 * The instance with its current step recorded as irreversibly done where the visit has passed it: a checkpoint that is confirmed
 * and whose act stage is finished, or a required action that succeeded (3.7). Steps that it left before are barred from then on.
 */
export function recordPassedCheckpoint(
  instance: ScenarioInstance,
  step: CompiledStep,
  revision: number,
): ScenarioInstance {
  const { visit } = instance;
  const passed = step.isCheckpoint
    ? isConfirmFinished(step, visit) && isActFinished(step, visit)
    : step.isRequiredAction && visit.outcome === 'ACTION_SUCCEEDED';
  if (!passed || instance.irreversibleDone.some((done) => done.passed && done.visitNumber === visit.number)) {
    return instance;
  }
  const barred = new Set([...instance.stepsBeforeCheckpoint, ...instance.stepsTrimmedFromPath]);
  for (const { stepId } of instance.path) barred.add(stepId);
  barred.delete(step.stepId);
  return {
    ...instance,
    irreversibleDone: [
      ...instance.irreversibleDone,
      irreversible(instance, step.stepId, step.actionDescription, revision),
    ],
    stepsBeforeCheckpoint: [...barred].sort(),
  };
}

function irreversible(
  { visit, lastPathSequence }: ScenarioInstance,
  stepId: string,
  description: string,
  revision: number,
): IrreversibleStep {
  return { stepId, description, visitNumber: visit.number, revision, pathSequence: lastPathSequence, passed: true };
}
