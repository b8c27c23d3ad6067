import { copyInstance } from '../../model/changes';
import type { IgnoredReason } from '../../model/lifecycle-decision';
import type { ScenarioInstance } from '../../model/session';
import { mergeNames, sortNames } from '../../model/sorting';
import type { StepOutcome } from '../../model/turn';
import type { IrreversibleStep, SuspendedVisit } from '../../model/visit';
import type { CompiledScenario, CompiledStep } from '../../scenario/compiled-scenario';
import { hasActionSucceeded, isActFinished, isConfirmFinished, type VisitState } from '../visit-state';
import type { ResolvedOutcome } from './outcome-target';

/**
 * Records the current step, and the steps that global transitions suspended, as passed if they count as checkpoints and their confirm and act
 * stages are finished (3.7). After that, nothing moves the instance to the steps before them. A WRITE action of another step that succeeded is
 * recorded without that effect.
 */
export function recordPassedCheckpoints(
  instance: ScenarioInstance,
  scenario: CompiledScenario,
  revision: number,
): ScenarioInstance {
  return recordVisits(instance, { stepId: instance.currentStepId, visit: instance.visit }, scenario, revision);
}

type VisitedStep = Pick<SuspendedVisit, 'stepId' | 'visit'>;

/** Records the visits that the visit suspended, the earliest first, and then the visit. */
function recordVisits(
  instance: ScenarioInstance,
  visited: VisitedStep,
  scenario: CompiledScenario,
  revision: number,
): ScenarioInstance {
  const { returnTo } = visited.visit;
  const recorded = returnTo ? recordVisits(instance, returnTo, scenario, revision) : instance;
  return recordVisit(recorded, visited, scenario, revision);
}

function recordVisit(
  instance: ScenarioInstance,
  { stepId, visit }: VisitedStep,
  scenario: CompiledScenario,
  revision: number,
): ScenarioInstance {
  const step = scenario.steps.get(stepId);
  if (!step || !(step.countsAsCheckpoint || step.isWriteAction)) return instance;
  const state: VisitState = { step, visit, requests: instance.requests };
  const isPassed = step.countsAsCheckpoint && isConfirmFinished(state) && isActFinished(state);
  const isDone = step.isWriteAction && hasActionSucceeded(state);
  if (!isPassed && !isDone) return instance;
  if (instance.irreversibleDone.some(({ visitNumber }) => visitNumber === visit.number)) return instance;
  const done: IrreversibleStep = {
    stepId: step.stepId,
    description: step.actionDescription,
    visitNumber: visit.number,
    revision,
    passed: isPassed,
  };
  const recorded = copyInstance(instance);
  recorded.irreversibleDone = [...instance.irreversibleDone, done];
  if (isPassed)
    recorded.stepsBeforeCheckpoint = mergeNames(sortNames(instance.stepsBeforeCheckpoint), instance.leftSteps);
  return recorded;
}

/** An instance, running or ended, with its actions that cannot be undone. */
type WithIrreversible = Pick<ScenarioInstance, 'instanceId' | 'irreversibleDone'>;

/**
 * Records successes of WRITE tools that were not applied, or that belong to a visit that was left. Their actions are done and cannot be
 * undone (0.6). `visitNumbers` are those of the current visit and of the visits that it suspended.
 */
export function recordLateSuccesses<T extends WithIrreversible>(
  instance: T,
  scenario: CompiledScenario | undefined,
  outcomes: readonly ResolvedOutcome[],
  revision: number,
  visitNumbers: readonly number[],
): T {
  const late = outcomes.flatMap(({ outcome, target }): readonly IrreversibleStep[] => {
    if (outcome.kind !== 'ACTION_SUCCEEDED' || target.instanceId !== instance.instanceId) return [];
    const isLate =
      target.kind === 'ignored'
        ? isRecordedAsDone[target.reason]
        : target.kind === 'request' && !visitNumbers.includes(target.request.visitNumber);
    if (!isLate || isRecorded(outcome, instance)) return [];
    const stepId =
      target.kind === 'request' ? target.request.stepId : findStepId(outcome, instance.instanceId, scenario);
    const step = scenario?.steps.get(stepId);
    if (scenario && !isWrite(outcome, scenario, step)) return [];
    return [{ stepId, description: step?.actionDescription ?? stepId, visitNumber: 0, revision, passed: false }];
  });
  const irreversibleDone = late.reduce(addLate, instance.irreversibleDone);
  return irreversibleDone === instance.irreversibleDone ? instance : { ...instance, irreversibleDone };
}

/** Whether the success of the visit that the key names is recorded: the report is repeated. */
function isRecorded({ actionKey }: StepOutcome, { instanceId, irreversibleDone }: WithIrreversible): boolean {
  return irreversibleDone.some(({ stepId, visitNumber }) => {
    const key = `${instanceId}/${stepId}/${visitNumber}`;
    return actionKey === key || actionKey.startsWith(`${key}/`);
  });
}

/** A report that a caller repeats for ever is listed once for its step. */
function addLate(done: readonly IrreversibleStep[], late: IrreversibleStep): readonly IrreversibleStep[] {
  const isListed = done.some(({ visitNumber, stepId }) => visitNumber === 0 && stepId === late.stepId);
  return isListed ? done : [...done, late];
}

/** Whether a success that is ignored for the reason is recorded as done. A repeated report is not recorded again. */
const isRecordedAsDone: Readonly<Record<IgnoredReason, boolean>> = {
  ALREADY_ANSWERED: false,
  ENDED: true,
  NOT_DELIVERED: true,
  VOID: true,
  OTHER_VISIT: true,
  AMBIGUOUS: true,
  NO_OPEN_REQUEST: true,
};

function isWrite({ toolId }: StepOutcome, scenario: CompiledScenario, step: CompiledStep | undefined): boolean {
  return toolId === '' ? (step?.isWriteAction ?? false) : scenario.writeToolIds.has(toolId);
}

/** The step of the scenario that the outcome names, directly or in its key; else the first one with its tool; "" if there is none. */
function findStepId(
  { stepId, actionKey, toolId }: StepOutcome,
  instanceId: string,
  scenario: CompiledScenario | undefined,
): string {
  const isOwnKey = actionKey.startsWith(`${instanceId}/`);
  const keyStepId = isOwnKey ? actionKey.slice(instanceId.length + 1).replace(/\/\d+(\/\d+)?$/, '') : '';
  const namedId = stepId || keyStepId;
  if (!scenario || scenario.steps.has(namedId)) return namedId;
  const hasTool = ({ tools }: CompiledStep): boolean => tools.some((tool) => tool.toolId === toolId);
  return [...scenario.steps.values()].find(hasTool)?.stepId ?? '';
}
