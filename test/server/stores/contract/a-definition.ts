import type { Scenario } from '../../../../src/core/model/scenario';

/** Creates a scenario definition. Its content is opaque to a catalogue, so it need not be valid. */
export function aDefinition(parts: Partial<Scenario> = {}): Scenario {
  return {
    scenarioId: '',
    name: 'Refund',
    description: '',
    triggerDescription: 'wants money back',
    tags: ['billing'],
    enabled: true,
    priority: 5,
    entryStepId: 'ask',
    steps: [],
    globalTransitions: [],
    requiredFields: [{ fieldName: 'order_id', level: 'HARD', description: '' }],
    persistedFields: [],
    localFields: [],
    entryCondition: 'data.amount > 1.0',
    completionCondition: '',
    cancelCondition: '',
    exclusive: false,
    askBeforeStart: false,
    idleAction: 'PAUSE',
    whenNotAddressed: 'QUIET',
    whenDisplaced: 'PAUSE',
    resume: 'AUTOMATIC',
    migrationPolicy: 'PINNED',
    migrationStepMap: new Map([['constructor', 'ask']]),
    ...parts,
  };
}
