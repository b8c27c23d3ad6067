import { Scenario, ScenarioStep, VisitOutcome, WhenNotAddressed } from '../../../gen/focal/orchestration/v1/scenario';

/** Number of steps that a session traverses. A larger scenario also has a detour that is never taken. */
export const mainStepCount = 8;

/** Returns the names of the fields that a scenario collects. Two scenarios have no field in common. */
export function getFieldNames(
  index: number,
): Readonly<Record<'reference' | 'reason' | 'date' | 'amount' | 'note', string>> {
  return {
    reference: `reference_${index}`,
    reason: `reason_${index}`,
    date: `date_${index}`,
    amount: `amount_${index}`,
    note: `note_${index}`,
  };
}

/** Returns the id of a scenario, which is the same in every run. */
export function toScenarioId(index: number): string {
  return `5ca1ab1e-0000-4000-8000-${index.toString(16).padStart(12, '0')}`;
}

/**
 * Builds a scenario of at least eight steps: four that collect, a checkpoint, a required action, an inform step and the end. Additional
 * steps are a detour from the third to the fifth step, for an intent that no turn has. By default, every scenario contributes to every
 * message.
 */
export function buildScenario(
  index: number,
  steps = mainStepCount,
  whenNotAddressed = WhenNotAddressed.WHEN_NOT_ADDRESSED_CONTRIBUTE,
): Scenario {
  return Scenario.fromPartial({
    scenarioId: toScenarioId(index),
    name: `Request ${index}`,
    description: 'A customer asks for something that has to be looked at, confirmed and done.',
    triggerDescription: 'The customer asks for it by name, or describes what went wrong.',
    tags: ['bench'],
    priority: 10,
    entryStepId: 'reference',
    whenNotAddressed,
    requiredFields: [{ fieldName: 'customer_id' }],
    steps: [...buildMainSteps(index, steps > mainStepCount), ...buildDetour(steps - mainStepCount)],
    globalTransitions: [{ targetStepId: 'closed', intentLabel: 'speak_to_a_person' }],
  });
}

function buildMainSteps(index: number, hasDetour: boolean): ScenarioStep[] {
  const fields = getFieldNames(index);
  const collect = (stepId: string, collected: readonly string[], next: string): ScenarioStep =>
    ScenarioStep.fromPartial({
      stepId,
      name: `Ask for the ${stepId}`,
      collectsProfileFields: collected.slice(),
      transitions: [{ targetStepId: next }],
    });
  return [
    collect('reference', [fields.reference], 'circumstances'),
    collect('circumstances', [fields.reason, fields.date], 'amount'),
    ScenarioStep.fromPartial({
      stepId: 'amount',
      name: 'Ask for the amount',
      collectsProfileFields: [fields.amount],
      transitions: [
        { targetStepId: 'note', priority: 10, condition: `data.${fields.amount} > 500.0` },
        ...(hasDetour ? [{ targetStepId: 'detour-1', priority: 5, intentLabel: 'something_else' }] : []),
        { targetStepId: 'confirmation' },
      ],
    }),
    collect('note', [fields.note], 'confirmation'),
    ScenarioStep.fromPartial({
      stepId: 'confirmation',
      name: 'Confirm the request',
      isCheckpoint: true,
      checkpointDescription: 'Book the request. This cannot be taken back.',
      transitions: [
        { targetStepId: 'closed', outcomes: [VisitOutcome.VISIT_OUTCOME_DECLINED] },
        { targetStepId: 'booking' },
      ],
    }),
    ScenarioStep.fromPartial({
      stepId: 'booking',
      name: 'Book it',
      performsAction: true,
      isRequiredAction: true,
      requiresConfirmation: false,
      toolBindings: [{ toolId: 'book_request', variableNames: [`booking_${index}`] }],
      transitions: [{ targetStepId: 'receipt' }],
    }),
    ScenarioStep.fromPartial({
      stepId: 'receipt',
      name: 'Say what was booked',
      templateIds: ['request_booked', 'what_comes_next'],
      transitions: [{ targetStepId: 'closed' }],
    }),
    ScenarioStep.fromPartial({
      stepId: 'closed',
      name: 'Say goodbye',
      templateIds: ['goodbye'],
      isTerminal: true,
      reachableFromAnywhere: true,
    }),
  ];
}

function buildDetour(length: number): ScenarioStep[] {
  return Array.from({ length: Math.max(0, length) }, (_, at) =>
    ScenarioStep.fromPartial({
      stepId: `detour-${at + 1}`,
      name: `Detour ${at + 1}`,
      collectsProfileFields: [`detour_${at + 1}`],
      transitions: [{ targetStepId: at + 1 === length ? 'confirmation' : `detour-${at + 2}` }],
    }),
  );
}
