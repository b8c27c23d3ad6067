import {
  Scenario,
  ScenarioStep,
  StepTransition,
  TransitionTrigger,
} from '../../../gen/focal/orchestration/v1/scenario';

/** Returns the id of a scenario, which is the same in every run. */
export function toAttackId(index: number): string {
  return `a77ac000-0000-4000-8000-${index.toString(16).padStart(12, '0')}`;
}

function range<T>(count: number, create: (index: number) => T): T[] {
  return Array.from({ length: count }, (_, index) => create(index));
}

function createScenario(index: number, steps: readonly ScenarioStep[], rest: Partial<Scenario> = {}): Scenario {
  const end = ScenarioStep.fromPartial({ stepId: 'end', isTerminal: true });
  return Scenario.fromPartial({
    scenarioId: toAttackId(index),
    name: `Attack ${index}`,
    entryStepId: steps[0]?.stepId ?? 'end',
    ...rest,
    steps: [...steps, end],
  });
}

/** A step that waits for a field that is never given, with ANYTIME transitions that are never taken. */
export function buildAnytime(count: number, condition: (index: number) => string): Scenario {
  const transitions = range(count, (index) =>
    StepTransition.fromPartial({
      targetStepId: 'end',
      trigger: TransitionTrigger.TRANSITION_TRIGGER_ANYTIME,
      condition: condition(index),
    }),
  );
  return createScenario(0, [
    ScenarioStep.fromPartial({
      stepId: 'wait',
      collectsProfileFields: ['never'],
      transitions: [...transitions, { targetStepId: 'end' }],
    }),
  ]);
}

/** A chain of steps without stages, which one walk traverses, with conditions that are FALSE at each step. */
export function buildChain(index: number, steps: number, globals: number, alternatives = 0): Scenario {
  const chain = range(steps, (step) =>
    ScenarioStep.fromPartial({
      stepId: `s${step}`,
      transitions: [
        ...range(alternatives, (each) => ({ targetStepId: 'end', priority: 1, condition: `data.n > ${each + 1}.0` })),
        { targetStepId: step + 1 < steps ? `s${step + 1}` : 'end' },
      ],
      ...(step === 0 && { reachableFromAnywhere: true }),
    }),
  );
  return createScenario(index, chain, {
    globalTransitions: range(globals, (each) =>
      StepTransition.fromPartial({ targetStepId: 's0', condition: `data.n > ${each + 1}.0` }),
    ),
  });
}

/** A chain of steps that are skipped because their field is known, with conditions that are FALSE at each step. */
export function buildSkippable(steps: number, alternatives: number): Scenario {
  const chain = range(steps, (step) =>
    ScenarioStep.fromPartial({
      stepId: `s${step}`,
      collectsProfileFields: ['n'],
      canSkip: true,
      transitions: [
        ...range(alternatives, (each) => ({ targetStepId: 'end', priority: 1, condition: `data.n > ${each + 1}.0` })),
        { targetStepId: step + 1 < steps ? `s${step + 1}` : 'end' },
      ],
    }),
  );
  return createScenario(0, chain);
}

/** Steps with conditions that read fields which nothing provides, so that each has findings. */
export function buildConditions(index: number, steps: number, conditionsPerStep: number): Scenario {
  const all = range(steps, (step) =>
    ScenarioStep.fromPartial({
      stepId: `s${step}`,
      collectsProfileFields: [`collected_${step}`],
      transitions: [
        ...range(conditionsPerStep, (each) => ({
          targetStepId: `s${(step + each) % steps}`,
          condition: `data.missing_${step}_${each} > 1.0 && data.other_${each} < 2.0`,
        })),
        { targetStepId: step + 1 < steps ? `s${step + 1}` : 'end' },
      ],
    }),
  );
  return createScenario(index, all);
}
