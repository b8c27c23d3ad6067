import type { SelectionContext } from '../context/selection-context';
import type { FieldValues } from '../model/json';
import { selectActiveGuards } from './step-conditions';
import { noNeed } from './step-need';
import type { WalkInput } from './walk-input';
import type { Walk, WalkDraft } from './walk-state';

const noValues: FieldValues = new Map();

const noSteps: Walk['traversedSteps'] = [];
const noFields: readonly string[] = [];

/** Lists the fields that this turn changes and an action under way holds; sorted (3.9). */
function listHeldFields({ instance, providedFields }: WalkInput): readonly string[] {
  return [...instance.heldValues.keys()].filter((field) => providedFields.has(field)).sort();
}

/** Creates a walk that has not moved yet. */
export function createWalk(input: WalkInput, context: SelectionContext): WalkDraft {
  const { step, instance, known } = input;
  return {
    input,
    traversedSteps: noSteps,
    position: { step, visit: instance.visit, isNewVisit: false },
    hasMoved: false,
    need: noNeed,
    blockingTransition: undefined,
    correction: undefined,
    hasGoneBack: false,
    hasNoBackTarget: false,
    hasReturned: false,
    heldFields: instance.heldValues.size === 0 ? noFields : listHeldFields(input),
    blockedByCheckpoint: '',
    relocalizedFrom: '',
    route: instance.route,
    leftSteps: instance.leftSteps,
    stepsBeforeCheckpoint: instance.stepsBeforeCheckpoint,
    requests: instance.requests,
    settledFields: instance.settledFields,
    attempts: instance.attempts,
    attemptsTotal: instance.attemptsTotal,
    countsFailure: false,
    clearedFields: noFields,
    forgottenFields: noFields,
    returnedValues: noValues,
    known,
    leadInTemplateIds: instance.leadInTemplateIds,
    considered: [],
    globalGuards: selectActiveGuards(input, context),
  };
}
