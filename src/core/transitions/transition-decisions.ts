import type { SelectionContext } from '../context/selection-context';
import type { TurnInstance } from '../lifecycle/turn-instance';
import type { ContinueReason } from '../model/lifecycle-decision';
import { mergeNames } from '../model/sorting';
import type { ExplainedTransitionDecision, TransitionDecision, TransitionReason } from '../model/transition-decision';
import type { TraversedStep, Walk } from '../steps/walk-state';
import { listAlternatives, listConditionErrors } from './alternatives';
import type { TransitionPhase } from './transition-phase';
import { getReason, listSkippedSteps } from './transition-reason';
import { describeDecision, describeQuiet } from './transition-reasoning';

/**
 * Returns one decision for every instance that continues or starts, and for one that completes after its walk, in the order of the lifecycle
 * decisions (section 3).
 */
export function toTransitionDecisions({
  instances,
}: Pick<TransitionPhase, 'instances'>): readonly TransitionDecision[] {
  return mapDecided(instances, toDecision, toQuietDecision);
}

/** Returns the decisions of `toTransitionDecisions` with their alternatives and sentences. */
export function explainTransitionDecisions(
  { turn, catalogue }: Pick<SelectionContext, 'turn' | 'catalogue'>,
  { instances }: Pick<TransitionPhase, 'instances'>,
): readonly ExplainedTransitionDecision[] {
  const isMessage = turn.trigger === 'MESSAGE';
  const getName = (scenarioId: string): string => catalogue.getScenario(scenarioId)?.name ?? scenarioId;
  return mapDecided(
    instances,
    (walk) => {
      const decision = toDecision(walk);
      const { listed, omitted } = listAlternatives(walk);
      const reasoning = describeDecision(walk, decision.reason, getName);
      return { ...decision, reasoning, alternatives: listed, omittedAlternatives: omitted };
    },
    (quiet) => ({
      ...toQuietDecision(quiet),
      reasoning: describeQuiet(quiet.view.instance, quiet.call && getName(quiet.call.scenarioId), isMessage),
      alternatives: [],
      omittedAlternatives: 0,
    }),
  );
}

type ContinuedInstance = Extract<TurnInstance, { readonly action: 'CONTINUE' }>;

/** Converts every instance that has a decision: with its walk, or as one that continues without a walk (0.5). */
function mapDecided<Decision>(
  instances: readonly TurnInstance[],
  convertWalk: (walk: Walk) => Decision,
  convertQuiet: (instance: ContinuedInstance) => Decision,
): readonly Decision[] {
  const decisions: Decision[] = [];
  for (const instance of instances) {
    const { walk } = instance;
    if (walk && hasDecision(instance)) decisions.push(convertWalk(walk));
    else if (instance.action === 'CONTINUE') decisions.push(convertQuiet(instance));
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

function toDecision(walk: Walk): TransitionDecision {
  const { input, position, traversedSteps } = walk;
  const { instance } = input;
  const skippedSteps = listSkippedSteps(traversedSteps);
  const errors = listConditionErrors(walk);
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
    reason: getReason(walk),
    confidence: 1,
    blockedByCheckpoint: walk.blockedByCheckpoint,
    correctedFields: listCorrectedFields(walk),
    clearedFields: walk.clearedFields,
    missingFields: walk.blockingTransition?.missingFields ?? none,
    visitNumber: position.visit.number,
    conditionErrors: errors.listed,
    omittedConditionErrors: errors.omitted,
  };
}

/** The corrected fields: those that moved the instance, or that wait for an action or cannot move it (3.9). */
function listCorrectedFields({ input, correction, heldFields, blockedByCheckpoint }: Walk): readonly string[] {
  if (correction) return correction.fields;
  if (heldFields.length > 0) return heldFields;
  return blockedByCheckpoint === '' ? none : mergeNames(input.correctedFields, input.keptFields);
}

const none: readonly string[] = [];

const quietReasons: Readonly<Record<ContinueReason, TransitionReason>> = {
  GOES_ON: 'NOT_ADDRESSED',
  QUIET: 'NOT_ADDRESSED',
  RESUMED: 'NOT_ADDRESSED',
  RELOCALIZED: 'NOT_ADDRESSED',
  WAITS_FOR_CALL: 'AWAITS_CALL',
};

function toQuietDecision({ view, reason }: ContinuedInstance): TransitionDecision {
  const { instance } = view;
  return {
    scenarioId: instance.scenarioId,
    instanceId: instance.instanceId,
    sourceStepId: instance.currentStepId,
    targetStepId: instance.currentStepId,
    wasSkipped: false,
    skippedSteps: none,
    wasRelocalized: false,
    originalStepId: '',
    transitionsTaken: none,
    reason: quietReasons[reason],
    confidence: 1,
    blockedByCheckpoint: '',
    correctedFields: none,
    clearedFields: none,
    missingFields: none,
    visitNumber: instance.visit.number,
    conditionErrors: none,
    omittedConditionErrors: 0,
  };
}

function listTransitionsTaken(traversedSteps: readonly TraversedStep[]): readonly string[] {
  if (traversedSteps.length === 0) return none;
  const taken: string[] = [];
  for (const { transition } of traversedSteps) if (transition) taken.push(transition.id);
  return taken;
}
