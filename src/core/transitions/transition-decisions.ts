import type { SelectionContext } from '../context/selection-context';
import type { InstanceOutcome, ScenarioStart } from '../lifecycle/instance-outcome';
import type { TransitionDecision, TransitionReason } from '../model/transition-decision';
import type { Walk } from '../steps/walk';
import type { TransitionPhase } from './transition-phase';
import { describeQuietInstance, describeTransition, getStayReason, listSkippedSteps } from './transition-reasoning';

/** Exactly one decision for every CONTINUE and START, in the order of the lifecycle decisions (section 3). */
export function toTransitionDecisions(
  { turn }: SelectionContext,
  { outcomes: fates, walks }: TransitionPhase,
  starts: readonly ScenarioStart[],
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
  const { input: subject, position: standing, traversedSteps: left, correction } = walked;
  const { instance } = subject;
  const reason = reasonOf(walked);
  const skipped = listSkippedSteps(left);
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
    reasoning: describeTransition(walked, reason),
    confidence: 1,
    blockedByCheckpoint: walked.blockedByCheckpoint,
    correctedFields: correction?.fields ?? (walked.blockedByCheckpoint === '' ? [] : subject.correctedFields),
    clearedFields: walked.clearedFields,
    missingFields: walked.blockingTransition?.missingFields ?? [],
    visitNumber: standing.visit.number,
    conditionErrors: walked.conditionErrors,
  };
}

function transitionsTaken(left: Walk['traversedSteps']): readonly string[] {
  const taken: string[] = [];
  for (const { transition } of left) if (transition) taken.push(transition.id);
  return taken;
}

function quietDecision({ view }: InstanceOutcome, isMessage: boolean): TransitionDecision {
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
    reasoning: describeQuietInstance(isMessage),
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
  const { input: subject, traversedSteps: left } = walked;
  if (walked.relocalizedFrom !== '') return 'RELOCALIZED';
  if (walked.correction) return 'CORRECTED';
  if (left.length > 0) return 'ADVANCED';
  if (walked.blockedByCheckpoint !== '') return 'BLOCKED_BY_CHECKPOINT';
  return subject.isStart ? 'ENTERED' : getStayReason(walked);
}
