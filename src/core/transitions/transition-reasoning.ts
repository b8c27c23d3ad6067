import { findMissingFields } from '../model/known-data';
import type { ScenarioInstance } from '../model/session';
import type { TransitionReason } from '../model/transition-decision';
import type { StepNeed } from '../steps/step-need';
import type { BlockingTransition, Walk } from '../steps/walk-state';
import { listAlternatives } from './alternatives';
import { listSkippedSteps } from './transition-reason';

/** Returns the name of a scenario, for sentences. */
export type GetScenarioName = (scenarioId: string) => string;

/** Explains a decision in sentences: how the instance got to its step, then why it stays there. */
export function describeDecision(walk: Walk, reason: TransitionReason, getName: GetScenarioName): string {
  const before = addSentence(addSentence(describeMove(walk, reason), describeBlocked(walk)), describeHeld(walk));
  return addSentence(before, describeStay(walk, getName));
}

function addSentence(text: string, sentence: string): string {
  return text === '' || sentence === '' ? text + sentence : `${text} ${sentence}`;
}

/** Explains why an instance stays at its step without a walk (0.5). */
export function describeQuiet(
  { currentStepId }: ScenarioInstance,
  calledName: string | undefined,
  isMessage: boolean,
): string {
  if (calledName !== undefined) return `Step "${currentStepId}" waits for the scenario "${calledName}" that it calls.`;
  return isMessage
    ? 'The turn does not address this instance, so it stays at its step.'
    : 'Nothing on this turn is about this instance, so it stays at its step.';
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
    case 'WENT_BACK':
      return `The customer wanted to go back: moved ${describePath(walk)}.`;
    case 'RETURNED':
      return `Returned ${describePath(walk)}, to the step that a global transition left.`;
    case 'ADVANCED':
      return `Moved ${describePath(walk)}.${describeSkippedSteps(walk)}`;
    case 'ENTERED':
      return `Started at step ${step}.`;
    case 'NOTHING_TO_GO_BACK_TO':
      return 'The customer wanted to go back, but no earlier step asked for anything.';
    case 'NOT_ADDRESSED':
    case 'BLOCKED_BY_CHECKPOINT':
    case 'AWAITS_FIELDS':
    case 'AWAITS_CONFIRMATION':
    case 'AWAITS_ACTION':
    case 'AWAITS_CALL':
    case 'AWAITS_EVENT':
    case 'INFORMS':
    case 'CONDITION_UNKNOWN':
    case 'NO_TRANSITION':
    case 'TERMINAL':
      return '';
  }
}

function describePath({ traversedSteps, position }: Walk): string {
  let path = '';
  for (const { entry } of traversedSteps) path += `${entry.stepId} -> `;
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

/** Returns "" if no checkpoint blocks a correction or BACK. */
function describeBlocked({ input, blockedByCheckpoint }: Walk): string {
  if (blockedByCheckpoint === '') return '';
  const { keptFields, correctedFields } = input;
  const checkpoint = `checkpoint "${blockedByCheckpoint}" was passed`;
  if (keptFields.length > 0) return `The change of ${keptFields.join(', ')} came too late: ${checkpoint}.`;
  const purpose = correctedFields.length === 0 ? '' : ` to correct ${correctedFields.join(', ')}`;
  return `Cannot go back${purpose}: ${checkpoint}.`;
}

/** Returns "" unless a change waits for the action that is under way (3.9). */
function describeHeld({ heldFields }: Walk): string {
  if (heldFields.length === 0) return '';
  return `The change of ${heldFields.join(', ')} waits until the action that is under way has an outcome.`;
}

/** Explains what the step where the walk ended needs. */
function describeStay(walk: Walk, getName: GetScenarioName): string {
  const { need, position, blockingTransition } = walk;
  const { step } = position;
  const name = `"${step.stepId}"`;
  switch (need.kind) {
    case 'ask':
      return need.stage === 'collect' ? describeFields(need, name) : describeBlockingTransition(walk, name);
    case 'confirm':
      return `Step ${name} awaits confirmation of "${step.actionDescription}".`;
    case 'act':
      return describeAction(need, position, name);
    case 'call':
      return `Step ${name} waits for the scenario "${getName(need.scenarioId)}" that it calls.`;
    case 'event':
      return describeEvent(walk, name);
    case 'inform':
      return `Step ${name} first sends ${need.templateIds.join(', ')}.`;
    case 'none':
      if (blockingTransition) return describeBlockingTransition(walk, name);
      return step.isTerminal ? `Step ${name} is terminal and finished.` : describeNoTransition(walk, name);
  }
}

type Need<Kind extends StepNeed['kind']> = Extract<StepNeed, { readonly kind: Kind }>;

function describeFields({ fields, knownValues }: Need<'ask'>, step: string): string {
  const missingFields = findMissingFields(fields, knownValues);
  return missingFields.length > 0
    ? `Step ${step} needs ${missingFields.join(', ')}.`
    : `Step ${step} asks for ${fields.join(', ')}, even if known, because it cannot be skipped and has no answer yet.`;
}

function describeAction({ tools, isAwaited }: Need<'act'>, position: Walk['position'], step: string): string {
  const toolIds = tools.map(({ toolId }) => toolId).join(', ');
  if (!isAwaited) return `Step ${step} first runs ${toolIds}.`;
  const retry = position.visit.outcome === 'ACTION_FAILED' ? ', which failed and is retried' : '';
  return position.step.isRequiredAction
    ? `Step ${step} awaits the success of ${toolIds}${retry}.`
    : `Step ${step} awaits the outcome of ${toolIds}${retry}.`;
}

const noTransition: BlockingTransition = {
  transitionId: '',
  hasOutcomes: false,
  missingFields: [],
  isTextUnknown: false,
};

/** Describes what comes from outside: neither the customer nor a tool of the scenario gives it (3.3). */
function describeEvent({ blockingTransition = noTransition }: Walk, step: string): string {
  const { transitionId, missingFields } = blockingTransition;
  return `Transition "${transitionId}" of step ${step} waits for ${missingFields.join(', ')} from outside.`;
}

function describeBlockingTransition({ blockingTransition = noTransition }: Walk, step: string): string {
  const { transitionId, missingFields, isTextUnknown } = blockingTransition;
  const subject = `Transition "${transitionId}" of step ${step}`;
  if (missingFields.length > 0) return `${subject} is missing ${missingFields.join(', ')}.`;
  return isTextUnknown
    ? `${subject} has a natural-language condition that could not be evaluated.`
    : `${subject} is missing data that cannot be asked for.`;
}

/** Names the first three alternatives. The decision lists all of them. */
function describeNoTransition(walk: Walk, step: string): string {
  const { stepId, completionTransitions, anytimeTransitions } = walk.position.step;
  if (completionTransitions.length + anytimeTransitions.length === 0) return `Step ${step} has no transitions.`;
  const rejectedAlternatives = listAlternatives(walk).listed.filter(
    ({ sourceStepId, taken }) => sourceStepId === stepId && !taken,
  );
  if (rejectedAlternatives.length === 0)
    return `Step ${step} has nothing to contribute. Its transitions are evaluated on the next turn.`;
  const descriptions = rejectedAlternatives
    .slice(0, 3)
    .map(({ transitionId, notTakenBecause }) => `"${transitionId}": ${notTakenBecause}`);
  return `No transition of step ${step} was taken: ${descriptions.join('; ')}${rejectedAlternatives.length > 3 ? '; and others' : ''}.`;
}
