import { findMissingFields } from '../model/known-data';
import type { TransitionReason } from '../model/transition-decision';
import type { Walk } from '../steps/walk';

/** Why an instance stays on the step where its walk ended: from the stage of that step (3.1). */
export type StayReason = Exclude<
  TransitionReason,
  'ENTERED' | 'ADVANCED' | 'CORRECTED' | 'RELOCALIZED' | 'NOT_ADDRESSED' | 'BLOCKED_BY_CHECKPOINT'
>;

/** Why the instance went no further than the step where it stands now. */
export function getStayReason({ stage, position: standing, blockingTransition: heldBy }: Walk): StayReason {
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

/** Why an instance is where it is, in sentences for people: how it got there, then why it went no further. */
export function describeTransition(walked: Walk, reason: TransitionReason): string {
  return `${howItWent(walked, reason)}${blocked(walked)}${whyItStays(walked)}`;
}

/** Why an instance that goes on did not move at all (0.5). */
export function describeQuietInstance(isMessage: boolean): string {
  return isMessage
    ? 'The turn is about others, so it stays where it is.'
    : 'A turn without a message moves only what an outcome is about, what starts and what resumes, so it stays where it is.';
}

/** How it got there, and a space; "" where it stays. */
function howItWent(walked: Walk, reason: TransitionReason): string {
  const { input: subject, position: standing, correction, relocalizedFrom } = walked;
  const step = `"${standing.step.stepId}"`;
  switch (reason) {
    case 'RELOCALIZED':
      return subject.scenario.steps.has(relocalizedFrom)
        ? `It would go round at step "${relocalizedFrom}" above the limit of visits, failures or attempts, so it was moved to recovery step ${step}. `
        : `Step "${relocalizedFrom}" is not in version ${subject.scenario.version} of its scenario, so it was moved to recovery step ${step}. `;
    case 'CORRECTED':
      return `${correction?.fields.join(', ')} changed, so it went back and on: ${pathOf(walked)}. `;
    case 'ADVANCED':
      return `It went ${pathOf(walked)}.${skippedSentence(walked)} `;
    case 'ENTERED':
      return `It starts at step ${step}. `;
    default:
      return '';
  }
}

function pathOf({ traversedSteps: left, position: standing }: Walk): string {
  let path = '';
  for (const { stepId } of left) path += `${stepId} -> `;
  return path + standing.step.stepId;
}

/** A step that an ANYTIME or global transition leaves is skipped with fields that are not known. */
function skippedSentence({ traversedSteps: left, input: subject, known }: Walk): string {
  const skipped = listSkippedSteps(left);
  if (skipped.length === 0) return '';
  const missing = skipped.flatMap((stepId) =>
    findMissingFields(subject.scenario.steps.get(stepId)?.collectedFields ?? [], known),
  );
  const why = missing.length === 0 ? ', as all that is collected there is known' : '';
  return ` Nothing was asked at ${skipped.join(', ')}${why}.`;
}

/** The steps of a walk at which nothing was asked (3.5), in path order. */
export function listSkippedSteps(left: Walk['traversedSteps']): readonly string[] {
  return left.filter(({ isSkipped: skipped }) => skipped).map(({ stepId }) => stepId);
}

/** Why a correction did not move it back, and a space; "" where none was kept from that. */
function blocked({ input: subject, blockedByCheckpoint }: Walk): string {
  if (blockedByCheckpoint === '') return '';
  const fields = subject.correctedFields.join(', ');
  return `${fields} changed, but was used before checkpoint "${blockedByCheckpoint}", behind which it does not go back. `;
}

function whyItStays(walked: Walk): string {
  const { position: standing, known, blockingTransition: heldBy } = walked;
  const { step, visit } = standing;
  const name = `"${step.stepId}"`;
  const reason = getStayReason(walked);
  switch (reason) {
    case 'AWAITS_FIELDS': {
      const missing = findMissingFields(step.collectedFields, known);
      return missing.length > 0
        ? `Step ${name} needs ${missing.join(', ')}.`
        : `Step ${name} asks for ${step.collectedFields.join(', ')}, known or not, as it may not be skipped and was not asked yet.`;
    }
    case 'AWAITS_CONFIRMATION':
      return `Step ${name} awaits a confirmation of "${step.actionDescription}".`;
    case 'AWAITS_ACTION': {
      const tools = step.tools.map(({ toolId }) => toolId).join(', ');
      const again = visit.outcome === 'ACTION_FAILED' ? ', which failed and is tried again' : '';
      return step.isRequiredAction
        ? `Step ${name} awaits the success of ${tools}${again}.`
        : `Step ${name} has ${tools} run first.`;
    }
    case 'INFORMS':
      return `Step ${name} has ${step.definition.templateIds.join(', ')} to tell first.`;
    case 'CONDITION_UNKNOWN':
      return heldBy && heldBy.missingFields.length > 0
        ? `Transition "${heldBy.transitionId}" of step ${name} misses ${heldBy.missingFields.join(', ')}.`
        : `Transition "${heldBy?.transitionId ?? ''}" of step ${name} ${heldBy?.isTextUnknown ? 'has a condition in natural language that could not be judged' : 'misses data that is not asked for'}.`;
    case 'NO_TRANSITION':
      return noTransition(walked, name);
    case 'TERMINAL':
      return `Step ${name} is terminal and has nothing left to do.`;
  }
}

/** The alternatives that were looked at are told with the decision; the sentence names the first few. */
function noTransition({ alternatives, position: standing }: Walk, name: string): string {
  const looked = alternatives.filter(({ sourceStepId, taken }) => sourceStepId === standing.step.stepId && !taken);
  if (standing.step.completionTransitions.length + standing.step.anytimeTransitions.length === 0)
    return `Step ${name} has no transition.`;
  if (looked.length === 0) return `Step ${name} has nothing to say; its transitions are looked at on the next turn.`;
  const [first, second, third] = looked.map((each) => `"${each.transitionId}": ${each.notTakenBecause}`);
  const named = [first, second, third].filter((each) => each !== undefined).join('; ');
  return `No transition of step ${name} is taken: ${named}${looked.length > 3 ? '; and others' : ''}.`;
}
