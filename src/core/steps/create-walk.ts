import type { SelectionContext } from '../context/selection-context';
import type { FieldValues } from '../model/json';
import { selectActiveGuards } from './step-conditions';
import { noNeed } from './step-need';
import type { WalkInput } from './walk-input';
import type { Walk } from './walk-state';

const noValues: FieldValues = new Map();

/** Creates a walk that has not moved yet. */
export function createWalk(input: WalkInput, context: SelectionContext): Walk {
  const { step, instance, known } = input;
  return {
    input,
    traversedSteps: [],
    position: { step, visit: instance.visit, isNewVisit: false },
    hasMoved: false,
    need: noNeed,
    blockingTransition: undefined,
    correction: undefined,
    hasGoneBack: false,
    hasNothingToGoBackTo: false,
    hasReturned: false,
    heldFields: [...instance.heldValues.keys()].filter((field) => input.providedFields.has(field)).sort(),
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
    clearedFields: [],
    forgottenFields: [],
    returnedValues: noValues,
    known,
    leadInTemplateIds: instance.leadInTemplateIds,
    alternatives: [],
    conditionErrors: [],
    globalGuards: selectActiveGuards(input, context),
  };
}
