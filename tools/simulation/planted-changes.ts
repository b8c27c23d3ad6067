import type { PlantedChange } from './planted-change';
import { changeField, changeRelationship, changeScenario, changeStep, changeTransition } from './planted-change';
import { plantStructure } from './planted-structure';

const both = ['START', 'LIFECYCLE', 'CONFIRM'] as const;

const never = 'signal == "BACK"';

/** The changes that a simulation must find, each planted alone where the recorded turns use the definitions most. */
export const plantedChanges: readonly PlantedChange[] = [
  {
    name: 'scenario: priority',
    kinds: ['WORDING', 'START', 'ASK', 'CONFIRM'],
    plant: (usage) => {
      const [, last = ''] = usage.list('TOGETHER')[0] ?? [];
      return changeScenario(usage, usage.getScenario(last), { priority: 100 });
    },
  },
  {
    name: 'scenario: name',
    kinds: ['WORDING'],
    plant: (usage) => changeScenario(usage, usage.findScenario('START'), { name: 'Another name' }),
  },
  {
    name: 'scenario: disabled',
    kinds: ['START'],
    plant: (usage) => changeScenario(usage, usage.findScenario('START'), { enabled: false }),
  },
  {
    name: 'scenario: entry condition',
    kinds: ['START'],
    plant: (usage) => changeScenario(usage, usage.findScenario('START'), { entryCondition: never }),
  },
  {
    name: 'scenario: completion condition',
    kinds: ['LIFECYCLE'],
    plant: (usage) => {
      const scenario = usage.findScenario('COMPLETE', ({ completionCondition }) => completionCondition !== '');
      return changeScenario(usage, scenario, { completionCondition: never });
    },
  },
  {
    name: 'scenario: cancel condition',
    kinds: ['LIFECYCLE'],
    plant: (usage) =>
      changeScenario(usage, usage.findScenario('CONTINUE'), { cancelCondition: 'signal == "CONTINUE"' }),
  },
  {
    name: 'scenario: asks before it starts',
    kinds: ['START', 'CONFIRM'],
    plant: (usage) => changeScenario(usage, usage.findScenario('START_CANDIDATE_MESSAGE'), { askBeforeStart: true }),
  },
  {
    name: 'scenario: exclusive',
    kinds: both,
    plant: (usage) => {
      const [first = ''] = usage.list('TOGETHER')[0] ?? [];
      return changeScenario(usage, usage.getScenario(first), { exclusive: true });
    },
  },
  {
    name: 'scenario: limit of visits',
    kinds: ['LIFECYCLE', 'STEP'],
    plant: (usage) => {
      const [scenarioId = ''] = usage.list('REPEATED')[0] ?? [];
      return changeScenario(usage, usage.getScenario(scenarioId), { maxLoopCount: 1 });
    },
  },
  {
    name: 'scenario: required field',
    kinds: ['START'],
    plant: (usage) =>
      changeScenario(usage, usage.findScenario('START'), {
        requiredFields: [{ fieldName: 'contract_number', level: 'HARD', description: '' }],
      }),
  },
  {
    name: 'scenario: optional required field',
    kinds: ['START'],
    plant: (usage) =>
      changeScenario(usage, usage.findScenario('START'), {
        requiredFields: [{ fieldName: 'contract_number', level: 'SOFT', description: '' }],
      }),
  },
  {
    name: 'step: no confirmation',
    kinds: ['SKIPPED_CHECK'],
    plant: (usage) => changeStep(usage, usage.findStep('CONFIRM'), () => ({ requiresConfirmation: false })),
  },
  {
    name: 'step: additional confirmation',
    kinds: ['CONFIRM'],
    plant: (usage) =>
      changeStep(
        usage,
        usage.findStep('ACTION_HINT', ({ isCheckpoint }) => !isCheckpoint),
        () => ({ requiresConfirmation: true }),
      ),
  },
  {
    name: 'step: confirmed fields',
    kinds: ['CONFIRM'],
    plant: (usage) =>
      changeStep(
        usage,
        usage.findStep('CONFIRM', ({ confirmsFields }) => confirmsFields.length > 1),
        ({ confirmsFields }) => ({
          confirmsFields: confirmsFields.slice(1),
        }),
      ),
  },
  {
    name: 'step: checkpoint description',
    kinds: ['WORDING'],
    plant: (usage) =>
      changeStep(usage, usage.findStep('CONFIRM'), () => ({ checkpointDescription: 'This costs money.' })),
  },
  {
    name: 'step: name',
    kinds: ['WORDING'],
    plant: (usage) => changeStep(usage, usage.findStep('ASK'), () => ({ name: 'Another name' })),
  },
  {
    name: 'step: templates',
    kinds: ['WORDING'],
    plant: (usage) => changeStep(usage, usage.findStep('INFORM'), () => ({ templateIds: ['another_template'] })),
  },
  {
    name: 'step: another field',
    kinds: ['ASK'],
    plant: (usage) =>
      changeStep(usage, usage.findStep('ASK'), ({ collectsProfileFields }) => ({
        collectsProfileFields: [...collectsProfileFields, 'contract_number'],
      })),
  },
  {
    name: 'step: one field less',
    kinds: ['ASK'],
    plant: (usage) =>
      changeStep(
        usage,
        usage.findStep('ASK', ({ collectsProfileFields }) => collectsProfileFields.length > 0),
        ({ collectsProfileFields }) => ({
          collectsProfileFields: collectsProfileFields.slice(1),
        }),
      ),
  },
  {
    name: 'step: asks also for what is known',
    kinds: ['ASK', 'STEP'],
    plant: (usage) => changeStep(usage, usage.findStep('SKIPPED'), () => ({ canSkip: false })),
  },
  {
    name: 'step: tool',
    kinds: ['HINT'],
    plant: (usage) =>
      changeStep(usage, usage.findStep('ACTION_HINT'), ({ toolBindings }) => ({
        toolBindings: toolBindings.map((binding) => ({ ...binding, toolId: `${binding.toolId}_2` })),
      })),
  },
  {
    name: 'step: effect of a tool',
    kinds: ['HINT'],
    plant: (usage) =>
      changeStep(
        usage,
        usage.findStep('ACTION_HINT', ({ isCheckpoint }) => !isCheckpoint),
        ({ toolBindings }) => ({
          toolBindings: toolBindings.map((binding) => ({ ...binding, effect: 'WRITE' })),
        }),
      ),
  },
  {
    name: 'transition: condition',
    kinds: ['STEP', 'ASK', 'CONFIRM', 'HINT', 'LIFECYCLE'],
    plant: (usage) =>
      changeTransition(
        usage,
        usage.findTransition(({ condition }) => condition !== ''),
        ({ condition }) => ({
          condition: `(${condition}) && ${never}`,
        }),
      ),
  },
  {
    name: 'transition: threshold in a condition',
    kinds: ['STEP', 'ASK', 'CONFIRM', 'HINT', 'LIFECYCLE'],
    plant: (usage) => {
      const place = usage.findTransition(
        ({ trigger, outcomes }) => trigger === 'ON_COMPLETION' && outcomes.length === 0,
      );
      const before = changeTransition(usage, place, () => ({ condition: 'visits < 1000' }));
      const after = changeTransition(usage, place, () => ({ condition: 'visits < 0' }));
      return before && after && { ...after, before: before.after };
    },
  },
  {
    name: 'transition: fields of a condition',
    kinds: ['STEP', 'ASK', 'CONFIRM', 'HINT'],
    plant: (usage) =>
      changeTransition(
        usage,
        usage.findTransition(({ outcomes }) => outcomes.length === 0),
        () => ({
          conditionFields: ['contract_number'],
        }),
      ),
  },
  {
    name: 'transition: outcome',
    kinds: ['STEP', 'ASK', 'CONFIRM', 'HINT', 'LIFECYCLE'],
    plant: (usage) =>
      changeTransition(
        usage,
        usage.findTransition(({ outcomes }) => outcomes.includes('ACTION_SUCCEEDED')),
        () => ({
          outcomes: ['ACTION_FAILED'],
        }),
      ),
  },
  {
    name: 'transition: intent',
    kinds: ['STEP', 'ASK', 'CONFIRM', 'HINT', 'LIFECYCLE'],
    plant: (usage) =>
      changeTransition(
        usage,
        usage.findTransition(({ trigger }) => trigger === 'ON_COMPLETION'),
        () => ({
          intentLabel: 'another_intent',
        }),
      ),
  },
  {
    name: 'field: type',
    kinds: ['ASK'],
    plant: (usage) => changeField(usage, { type: 'TEXT' }, { type: 'BOOLEAN' }),
  },
  {
    name: 'field: rule',
    kinds: ['ASK'],
    plant: (usage) => changeField(usage, { valid: 'value != "?"' }, { valid: 'value == "?"' }),
  },
  {
    name: 'field: source',
    kinds: ['ASK'],
    plant: (usage) => changeField(usage, {}, { sources: ['TOOL'] }),
  },
  {
    name: 'field: max_age',
    kinds: ['ASK', 'STEP', 'CONFIRM'],
    plant: (usage) => changeField(usage, { maxAgeMs: 86_400_000 }, { maxAgeMs: 1_000 }, 'CONFIRM'),
  },
  {
    name: 'field: prompt',
    kinds: ['WORDING'],
    plant: (usage) => {
      const toText = (text: string): { prompt: { text: string; translations: Map<string, string> } } => ({
        prompt: { text, translations: new Map() },
      });
      return changeField(usage, toText('Which one?'), toText('Which one do you want?'));
    },
  },
  {
    name: 'relationship: EXCLUDES added',
    kinds: both,
    plant: (usage) => changeRelationship(usage, 'EXCLUDES'),
  },
  {
    name: 'relationship: EXCLUDES removed',
    kinds: both,
    plant: (usage) => changeRelationship(usage, 'EXCLUDES', { isRemoved: true }),
  },
  {
    name: 'relationship: DEPENDS_ON added',
    kinds: ['START'],
    plant: (usage) => changeRelationship(usage, 'DEPENDS_ON'),
  },
  {
    name: 'relationship: IMPLIES added',
    kinds: ['START'],
    plant: (usage) => {
      const source = usage.findScenario('START')?.scenarioId ?? '';
      const others = [...usage.definitions.scenarios.keys()].filter((id) => usage.count(`START ${id}`) === 0);
      return changeRelationship(usage, 'IMPLIES', { ends: [source, others[0] ?? ''] });
    },
  },
  ...plantStructure,
];
