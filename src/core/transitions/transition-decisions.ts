import type { SelectionContext } from '../context/selection-context';
import type { TurnInstance } from '../lifecycle/turn-instance';
import type { ContinueReason } from '../model/lifecycle-decision';
import { mergeNames } from '../model/sorting';
import type { TransitionDecision, TransitionReason } from '../model/transition-decision';
import type { TraversedStep, Walk } from '../steps/walk-state';
import type { TransitionPhase } from './transition-phase';
import { getReason, listSkippedSteps } from './transition-reason';
import { describeDecision, describeQuiet, type GetScenarioName } from './transition-reasoning';

/**
 * Returns one decision for every instance that continues or starts, and for one that completes after its walk, in the order of the lifecycle
 * decisions (section 3).
 */
export function toTransitionDecisions(
  { turn, catalogue }: Pick<SelectionContext, 'turn' | 'catalogue'>,
  { instances }: Pick<TransitionPhase, 'instances'>,
): readonly TransitionDecision[] {
  const decisions: TransitionDecision[] = [];
  const getName = (scenarioId: string): string => catalogue.getScenario(scenarioId)?.name ?? scenarioId;
  for (const instance of instances) {
    const { walk } = instance;
    if (walk && hasDecision(instance)) decisions.push(toDecision(walk, getName));
    else if (instance.action === 'CONTINUE')
      decisions.push(toQuietDecision(instance, turn.trigger === 'MESSAGE', getName));
  }
  return decisions;
}

/** Whether an instance that walked has a decision: it continues, starts, or completes after its walk (2.3d). */
function hasDecision({ action, start }: TurnInstance): boolean {
  switch (action) {
    case 'CONTINUE':
    case 'COMPLETE':
      return true;
    case 'PAUSE':
    case 'CANCEL':
      return start !== undefined;
  }
}

function toDecision(walk: Walk, getName: GetScenarioName): TransitionDecision {
  const { input, position, traversedSteps } = walk;
  const { instance } = input;
  const reason = getReason(walk);
  const skippedSteps = listSkippedSteps(traversedSteps);
  return {
    scenarioId: instance.scenarioId,
    instanceId: instance.instanceId,
    sourceStepId: instance.currentStepId,
    targetStepId: position.step.stepId,
    wasSkipped: skippedSteps.length > 0,
    skippedSteps,
    wasRelocalized: walk.relocalizedFrom !== '',
    originalStepId: walk.relocalizedFrom,
    transitionsTaken: listTransitionsTaken(traversedSteps),
    alternatives: walk.alternatives,
    omittedAlternatives: walk.omittedAlternatives,
    reason,
    reasoning: describeDecision(walk, reason, getName),
    confidence: 1,
    blockedByCheckpoint: walk.blockedByCheckpoint,
    correctedFields: listCorrectedFields(walk),
    clearedFields: walk.clearedFields,
    missingFields: walk.blockingTransition?.missingFields ?? [],
    visitNumber: position.visit.number,
    conditionErrors: walk.conditionErrors,
    omittedConditionErrors: walk.omittedConditionErrors,
  };
}

/** The corrected fields: those that moved the instance, or that wait for an action or cannot move it (3.9). */
function listCorrectedFields({ input, correction, heldFields, blockedByCheckpoint }: Walk): readonly string[] {
  if (correction) return correction.fields;
  if (heldFields.length > 0) return heldFields;
  return blockedByCheckpoint === '' ? [] : mergeNames(input.correctedFields, input.keptFields);
}

const quietReasons: Readonly<Record<ContinueReason, TransitionReason>> = {
  GOES_ON: 'NOT_ADDRESSED',
  QUIET: 'NOT_ADDRESSED',
  RESUMED: 'NOT_ADDRESSED',
  RELOCALIZED: 'NOT_ADDRESSED',
  WAITS_FOR_CALL: 'AWAITS_CALL',
};

/** The decision about an instance that continues without a walk (0.5). */
function toQuietDecision(
  { view, reason, call }: Extract<TurnInstance, { readonly action: 'CONTINUE' }>,
  isMessage: boolean,
  getName: GetScenarioName,
): TransitionDecision {
  const { instance } = view;
  return {
    scenarioId: instance.scenarioId,
    instanceId: instance.instanceId,
    sourceStepId: instance.currentStepId,
    targetStepId: instance.currentStepId,
    wasSkipped: false,
    skippedSteps: [],
    wasRelocalized: false,
    originalStepId: '',
    transitionsTaken: [],
    alternatives: [],
    omittedAlternatives: 0,
    reason: quietReasons[reason],
    reasoning: describeQuiet(instance, call && getName(call.scenarioId), isMessage),
    confidence: 1,
    blockedByCheckpoint: '',
    correctedFields: [],
    clearedFields: [],
    missingFields: [],
    visitNumber: instance.visit.number,
    conditionErrors: [],
    omittedConditionErrors: 0,
  };
}

function listTransitionsTaken(traversedSteps: readonly TraversedStep[]): readonly string[] {
  const taken: string[] = [];
  for (const { transition } of traversedSteps) if (transition) taken.push(transition.id);
  return taken;
}
