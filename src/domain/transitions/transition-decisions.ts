import { missingOf } from '../known-data';
import type { Fate, Start } from '../lifecycle/fate';
import type { TransitionDecision, TransitionReason } from '../transition-decision';
import type { TransitionPhase } from './transition-phase';
import type { Walk } from './walk';

/** Exactly one decision for every CONTINUE and START, in the order of the lifecycle decisions (section 3). */
export function transitionDecisions(
  { fates, walks }: TransitionPhase,
  starts: readonly Start[],
): readonly TransitionDecision[] {
  const continuing = fates.filter(({ action }) => action === 'CONTINUE');
  return [
    ...continuing.map((each) => {
      const walked = walks.get(each.view.instance.instanceId);
      return walked ? decisionOf(walked) : quietDecision(each);
    }),
    ...starts.flatMap(({ instanceId }) => {
      const walked = walks.get(instanceId);
      return walked ? [decisionOf(walked)] : [];
    }),
  ];
}

function decisionOf(walked: Walk): TransitionDecision {
  const { subject, standing, left, correction } = walked;
  const { instance } = subject;
  const reason = reasonOf(walked);
  const skipped = left.filter((each) => each.skipped).map(({ stepId }) => stepId);
  return {
    scenarioId: instance.scenarioId,
    instanceId: instance.instanceId,
    sourceStepId: instance.currentStepId,
    targetStepId: standing.step.stepId,
    wasSkipped: skipped.length > 0,
    skippedSteps: skipped,
    wasRelocalized: walked.relocalizedFrom !== '',
    originalStepId: walked.relocalizedFrom,
    transitionsTaken: left.flatMap(({ transition }) => (transition ? [transition.id] : [])),
    alternatives: walked.alternatives,
    reason,
    reasoning: reasoningOf(walked, reason),
    confidence: 1,
    blockedByCheckpoint: walked.blockedByCheckpoint,
    correctedFields: correction?.fields ?? (walked.blockedByCheckpoint === '' ? [] : subject.corrected),
    clearedFields: walked.cleared,
    missingFields: walked.heldBy?.missing ?? [],
    visitNumber: standing.visit.number,
    conditionErrors: walked.conditionErrors,
  };
}

function quietDecision({ view }: Fate): TransitionDecision {
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
    reasoning: 'The turn is about others, so it stays where it is.',
    confidence: 1,
    blockedByCheckpoint: '',
    correctedFields: [],
    clearedFields: [],
    missingFields: [],
    visitNumber: instance.visit.number,
    conditionErrors: [],
  };
}

/** Why an instance that walked moved or stays. */
type WalkReason = Exclude<TransitionReason, 'NOT_ADDRESSED'>;

function reasonOf(walked: Walk): WalkReason {
  const { subject, left } = walked;
  if (walked.relocalizedFrom !== '') return 'RELOCALIZED';
  if (walked.correction) return 'CORRECTED';
  if (walked.blockedByCheckpoint !== '') return 'BLOCKED_BY_CHECKPOINT';
  if (left.length > 0) return 'ADVANCED';
  if (subject.starts) return 'ENTERED';
  return stayReason(walked);
}

function stayReason({ stage, standing, heldBy }: Walk): WalkReason {
  switch (stage) {
    case 'collect':
      return 'AWAITS_FIELDS';
    case 'confirm':
      return 'AWAITS_CONFIRMATION';
    case 'act':
      return 'AWAITS_ACTION';
    case 'inform':
      return 'INFORMS';
    case 'condition':
      return 'CONDITION_UNKNOWN';
    case 'none':
      if (heldBy) return 'CONDITION_UNKNOWN';
      return standing.step.isTerminal ? 'TERMINAL' : 'NO_TRANSITION';
  }
}

function reasoningOf(walked: Walk, reason: WalkReason): string {
  const { standing, left, known, heldBy, correction } = walked;
  const step = `"${standing.step.stepId}"`;
  const path = [...left.map(({ stepId }) => stepId), standing.step.stepId].join(' -> ');
  switch (reason) {
    case 'RELOCALIZED':
      return `It could not be at "${walked.relocalizedFrom}" and was moved to ${step}.`;
    case 'CORRECTED':
      return `${correction?.fields.join(', ')} changed, so it went back and on: ${path}.`;
    case 'BLOCKED_BY_CHECKPOINT':
      return `A changed value was used before "${walked.blockedByCheckpoint}", which cannot be undone.`;
    case 'ADVANCED':
      return `It went ${path}.`;
    case 'ENTERED':
      return `It starts at ${step}.`;
    case 'AWAITS_FIELDS': {
      const missing = missingOf(standing.step.collects, known);
      return missing.length > 0
        ? `Step ${step} needs ${missing.join(', ')}.`
        : `Step ${step} may not be skipped and was not asked yet.`;
    }
    case 'AWAITS_CONFIRMATION':
      return `Step ${step} awaits a confirmation.`;
    case 'AWAITS_ACTION':
      return `Step ${step} awaits the result of its action.`;
    case 'INFORMS':
      return `Step ${step} has something to tell first.`;
    case 'CONDITION_UNKNOWN':
      return heldBy && heldBy.missing.length > 0
        ? `Transition "${heldBy.transitionId}" misses ${heldBy.missing.join(', ')}.`
        : `Transition "${heldBy?.transitionId ?? ''}" misses data that is not asked for.`;
    case 'NO_TRANSITION':
      return `No transition of step ${step} holds.`;
    case 'TERMINAL':
      return `Step ${step} is terminal.`;
  }
}
