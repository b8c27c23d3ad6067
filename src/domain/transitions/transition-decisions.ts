import type { SelectionContext } from '../context/selection-context';
import type { Fate, Start } from '../lifecycle/fate';
import type { TransitionDecision, TransitionReason } from '../transition-decision';
import type { TransitionPhase } from './transition-phase';
import { quietReasoning, skippedSteps, stayReason, transitionReasoning } from './transition-reasoning';
import type { Walk } from './walk';

/** Exactly one decision for every CONTINUE and START, in the order of the lifecycle decisions (section 3). */
export function transitionDecisions(
  { turn }: SelectionContext,
  { fates, walks }: TransitionPhase,
  starts: readonly Start[],
): readonly TransitionDecision[] {
  const decisions: TransitionDecision[] = [];
  for (const each of fates) {
    if (each.action !== 'CONTINUE') continue;
    const walked = walks.get(each.view.instance.instanceId);
    decisions.push(walked ? decisionOf(walked) : quietDecision(each, turn.trigger === 'MESSAGE'));
  }
  for (const { instanceId } of starts) {
    const walked = walks.get(instanceId);
    if (walked) decisions.push(decisionOf(walked));
  }
  return decisions;
}

function decisionOf(walked: Walk): TransitionDecision {
  const { subject, standing, left, correction } = walked;
  const { instance } = subject;
  const reason = reasonOf(walked);
  const skipped = skippedSteps(left);
  return {
    scenarioId: instance.scenarioId,
    instanceId: instance.instanceId,
    sourceStepId: instance.currentStepId,
    targetStepId: standing.step.stepId,
    wasSkipped: skipped.length > 0,
    skippedSteps: skipped,
    wasRelocalized: walked.relocalizedFrom !== '',
    originalStepId: walked.relocalizedFrom,
    transitionsTaken: transitionsTaken(left),
    alternatives: walked.alternatives,
    reason,
    reasoning: transitionReasoning(walked, reason),
    confidence: 1,
    blockedByCheckpoint: walked.blockedByCheckpoint,
    correctedFields: correction?.fields ?? (walked.blockedByCheckpoint === '' ? [] : subject.corrected),
    clearedFields: walked.cleared,
    missingFields: walked.heldBy?.missing ?? [],
    visitNumber: standing.visit.number,
    conditionErrors: walked.conditionErrors,
  };
}

function transitionsTaken(left: Walk['left']): readonly string[] {
  const taken: string[] = [];
  for (const { transition } of left) if (transition) taken.push(transition.id);
  return taken;
}

function quietDecision({ view }: Fate, isMessage: boolean): TransitionDecision {
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
    reason: 'NOT_ADDRESSED',
    reasoning: quietReasoning(isMessage),
    confidence: 1,
    blockedByCheckpoint: '',
    correctedFields: [],
    clearedFields: [],
    missingFields: [],
    visitNumber: instance.visit.number,
    conditionErrors: [],
  };
}

function reasonOf(walked: Walk): TransitionReason {
  const { subject, left } = walked;
  if (walked.relocalizedFrom !== '') return 'RELOCALIZED';
  if (walked.correction) return 'CORRECTED';
  if (left.length > 0) return 'ADVANCED';
  if (walked.blockedByCheckpoint !== '') return 'BLOCKED_BY_CHECKPOINT';
  return subject.starts ? 'ENTERED' : stayReason(walked);
}
