import type { SelectionContext } from '../context/selection-context';
import type { InstanceDecision } from '../lifecycle/instance-decision';
import type { ScenarioStart } from '../lifecycle/start-candidates';
import { findMissingFields } from '../model/known-data';
import type { TransitionDecision, TransitionReason } from '../model/transition-decision';
import type { TraversedStep, Walk } from '../steps/walk';
import type { TransitionPhase } from './transition-phase';

/** Returns exactly one decision for every CONTINUE and START, in the order of the lifecycle decisions (section 3). */
export function toTransitionDecisions(
  { turn }: SelectionContext,
  { decisions, walks }: TransitionPhase,
  starts: readonly ScenarioStart[],
): readonly TransitionDecision[] {
  const transitionDecisions: TransitionDecision[] = [];
  for (const decision of decisions) {
    if (decision.action !== 'CONTINUE') continue;
    const walk = walks.get(decision.view.instance.instanceId);
    transitionDecisions.push(walk ? toDecision(walk) : toQuietDecision(decision, turn.trigger === 'MESSAGE'));
  }
  for (const { instanceId } of starts) {
    const walk = walks.get(instanceId);
    if (walk) transitionDecisions.push(toDecision(walk));
  }
  return transitionDecisions;
}

function toDecision(walk: Walk): TransitionDecision {
  const { input, position, traversedSteps, correction } = walk;
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
    reason,
    reasoning: describeDecision(walk, reason),
    confidence: 1,
    blockedByCheckpoint: walk.blockedByCheckpoint,
    correctedFields: correction?.fields ?? (walk.blockedByCheckpoint === '' ? [] : input.correctedFields),
    clearedFields: walk.clearedFields,
    missingFields: walk.blockingTransition?.missingFields ?? [],
    visitNumber: position.visit.number,
    conditionErrors: walk.conditionErrors,
  };
}

/** The decision about an instance that continues without a walk (0.5). */
function toQuietDecision({ view }: InstanceDecision, isMessage: boolean): TransitionDecision {
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
    reasoning: isMessage
      ? 'The turn does not address this instance, so it stays at its step.'
      : 'A turn without a message only moves instances that start, resume or have an outcome, so this one stays at its step.',
    confidence: 1,
    blockedByCheckpoint: '',
    correctedFields: [],
    clearedFields: [],
    missingFields: [],
    visitNumber: instance.visit.number,
    conditionErrors: [],
  };
}

function listTransitionsTaken(traversedSteps: readonly TraversedStep[]): readonly string[] {
  const taken: string[] = [];
  for (const { transition } of traversedSteps) if (transition) taken.push(transition.id);
  return taken;
}

/** Lists the steps that did not ask for the fields that they collect, in path order (3.5). */
function listSkippedSteps(traversedSteps: readonly TraversedStep[]): readonly string[] {
  return traversedSteps.filter(({ isSkipped }) => isSkipped).map(({ stepId }) => stepId);
}

/** The reasons of an instance that did not move. They are derived from the stage of its step (3.1). */
type StayReason = Exclude<
  TransitionReason,
  'ENTERED' | 'ADVANCED' | 'CORRECTED' | 'RELOCALIZED' | 'NOT_ADDRESSED' | 'BLOCKED_BY_CHECKPOINT'
>;

function getReason(walk: Walk): TransitionReason {
  if (walk.relocalizedFrom !== '') return 'RELOCALIZED';
  if (walk.correction) return 'CORRECTED';
  if (walk.traversedSteps.length > 0) return 'ADVANCED';
  if (walk.blockedByCheckpoint !== '') return 'BLOCKED_BY_CHECKPOINT';
  return walk.input.isStart ? 'ENTERED' : getStayReason(walk);
}

function getStayReason({ stage, position, blockingTransition }: Walk): StayReason {
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
      if (blockingTransition) return 'CONDITION_UNKNOWN';
      return position.step.isTerminal ? 'TERMINAL' : 'NO_TRANSITION';
  }
}

/** Explains a decision in sentences: how the instance got to its step, then why it stays there. */
function describeDecision(walk: Walk, reason: TransitionReason): string {
  const move = appendSentence(describeMove(walk, reason), describeBlockedCorrection(walk));
  return appendSentence(move, describeStay(walk));
}

function appendSentence(text: string, sentence: string): string {
  return text === '' || sentence === '' ? text + sentence : `${text} ${sentence}`;
}

/** Returns "" if the instance did not move. */
function describeMove(walk: Walk, reason: TransitionReason): string {
  const { input, position, correction, relocalizedFrom } = walk;
  const step = `"${position.step.stepId}"`;
  switch (reason) {
    case 'RELOCALIZED':
      return input.scenario.steps.has(relocalizedFrom)
        ? `Step "${relocalizedFrom}" exceeded its limit of visits, failures or attempts, so the instance moved to recovery step ${step}.`
        : `Step "${relocalizedFrom}" does not exist in version ${input.scenario.version} of the scenario, so the instance moved to recovery step ${step}.`;
    case 'CORRECTED':
      return `Corrected ${correction?.fields.join(', ')}: moved ${describePath(walk)}.`;
    case 'ADVANCED':
      return `Moved ${describePath(walk)}.${describeSkippedSteps(walk)}`;
    case 'ENTERED':
      return `Started at step ${step}.`;
    case 'NOT_ADDRESSED':
    case 'BLOCKED_BY_CHECKPOINT':
    case 'AWAITS_FIELDS':
    case 'AWAITS_CONFIRMATION':
    case 'AWAITS_ACTION':
    case 'INFORMS':
    case 'CONDITION_UNKNOWN':
    case 'NO_TRANSITION':
    case 'TERMINAL':
      return '';
  }
}

function describePath({ traversedSteps, position }: Walk): string {
  let path = '';
  for (const { stepId } of traversedSteps) path += `${stepId} -> `;
  return path + position.step.stepId;
}

/** Describes the skipped steps. Their fields are missing if an ANYTIME or global transition left the step. */
function describeSkippedSteps({ traversedSteps, input, known }: Walk): string {
  const skipped = listSkippedSteps(traversedSteps);
  if (skipped.length === 0) return '';
  const missingFields = skipped.flatMap((stepId) =>
    findMissingFields(input.scenario.steps.get(stepId)?.collectedFields ?? [], known),
  );
  const cause = missingFields.length === 0 ? ' because all fields are known' : '';
  return ` Skipped ${skipped.join(', ')}${cause}.`;
}

/** Returns "" if no checkpoint blocks a correction. */
function describeBlockedCorrection({ input, blockedByCheckpoint }: Walk): string {
  if (blockedByCheckpoint === '') return '';
  const fields = input.correctedFields.join(', ');
  return `Cannot go back to correct ${fields}: checkpoint "${blockedByCheckpoint}" was passed.`;
}

function describeStay(walk: Walk): string {
  const { step, visit } = walk.position;
  const name = `"${step.stepId}"`;
  const reason = getStayReason(walk);
  switch (reason) {
    case 'AWAITS_FIELDS': {
      const missingFields = findMissingFields(step.collectedFields, walk.known);
      return missingFields.length > 0
        ? `Step ${name} needs ${missingFields.join(', ')}.`
        : `Step ${name} asks for ${step.collectedFields.join(', ')}, even if known, because it cannot be skipped and has not asked yet.`;
    }
    case 'AWAITS_CONFIRMATION':
      return `Step ${name} awaits confirmation of "${step.actionDescription}".`;
    case 'AWAITS_ACTION': {
      const tools = step.tools.map(({ toolId }) => toolId).join(', ');
      const retry = visit.outcome === 'ACTION_FAILED' ? ', which failed and is retried' : '';
      return step.isRequiredAction
        ? `Step ${name} awaits the success of ${tools}${retry}.`
        : `Step ${name} first runs ${tools}.`;
    }
    case 'INFORMS':
      return `Step ${name} first sends ${step.definition.templateIds.join(', ')}.`;
    case 'CONDITION_UNKNOWN':
      return describeBlockingTransition(walk, name);
    case 'NO_TRANSITION':
      return describeNoTransition(walk, name);
    case 'TERMINAL':
      return `Step ${name} is terminal and finished.`;
  }
}

function describeBlockingTransition({ blockingTransition }: Walk, step: string): string {
  const { transitionId = '', missingFields = [], isTextUnknown = false } = blockingTransition ?? {};
  const subject = `Transition "${transitionId}" of step ${step}`;
  if (missingFields.length > 0) return `${subject} is missing ${missingFields.join(', ')}.`;
  return isTextUnknown
    ? `${subject} has a natural-language condition that could not be evaluated.`
    : `${subject} is missing data that cannot be asked for.`;
}

/** Names the first three alternatives. The decision lists all of them. */
function describeNoTransition({ alternatives, position }: Walk, step: string): string {
  const { stepId, completionTransitions, anytimeTransitions } = position.step;
  if (completionTransitions.length + anytimeTransitions.length === 0) return `Step ${step} has no transitions.`;
  const rejectedAlternatives = alternatives.filter(({ sourceStepId, taken }) => sourceStepId === stepId && !taken);
  if (rejectedAlternatives.length === 0)
    return `Step ${step} has nothing to contribute. Its transitions are evaluated on the next turn.`;
  const descriptions = rejectedAlternatives
    .slice(0, 3)
    .map(({ transitionId, notTakenBecause }) => `"${transitionId}": ${notTakenBecause}`);
  return `No transition of step ${step} was taken: ${descriptions.join('; ')}${rejectedAlternatives.length > 3 ? '; and others' : ''}.`;
}
