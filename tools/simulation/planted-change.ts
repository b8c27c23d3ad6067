import type { FieldDefinition } from '../../src/core/model/field-definition';
import type {
  Relationship,
  RelationshipKind,
  Scenario,
  ScenarioStep,
  StepTransition,
} from '../../src/core/model/scenario';
import type { DefinitionChange } from '../../src/core/simulation/definition-change';
import type { DefinitionSet } from '../../src/core/simulation/definitions';
import { mapStep } from '../../src/core/simulation/diff-scenario';
import type { DifferenceKind } from '../../src/core/simulation/difference-kind';
import type { StepPlace, TransitionPlace, Usage } from './usage';

// A change of definitions whose effect a simulation must find.

/** A change at a place that the recorded turns use. */
export interface Planted {
  /** The definitions of the recorded turns, if the change needs others than the recorded ones. */
  readonly before?: DefinitionSet;
  readonly after: DefinitionSet;
  /** What the simulation must name as the cause. */
  readonly cause: Partial<DefinitionChange>;
}

export interface PlantedChange {
  readonly name: string;
  /** Kinds of which at least one must be found. */
  readonly kinds: readonly DifferenceKind[];
  /** Plants the change; undefined if the recorded turns have no place for it. */
  readonly plant: (usage: Usage) => Planted | undefined;
}

/** Replaces a scenario. */
export function replaceScenario(set: DefinitionSet, scenario: Scenario): DefinitionSet {
  const version = set.scenarios.get(scenario.scenarioId)?.version ?? 1;
  return { ...set, scenarios: new Map(set.scenarios).set(scenario.scenarioId, { scenario, version }) };
}

/** Plants a change of properties of a scenario. */
export function changeScenario(
  usage: Usage,
  scenario: Scenario | undefined,
  parts: Partial<Scenario>,
): Planted | undefined {
  if (scenario === undefined) return undefined;
  const { scenarioId } = scenario;
  return {
    after: replaceScenario(usage.definitions, { ...scenario, ...parts }),
    cause: { scope: 'SCENARIO', scenarioId },
  };
}

/** Plants a change of a step. */
export function changeStep(
  usage: Usage,
  place: StepPlace | undefined,
  change: (step: ScenarioStep) => Partial<ScenarioStep>,
): Planted | undefined {
  if (place === undefined) return undefined;
  const { scenario, step } = place;
  const changed = mapStep(scenario, step.stepId, (current) => ({ ...current, ...change(current) }));
  return {
    after: replaceScenario(usage.definitions, changed),
    cause: { scope: 'STEP', scenarioId: scenario.scenarioId, stepId: step.stepId },
  };
}

/** Plants a change of a transition. */
export function changeTransition(
  usage: Usage,
  place: TransitionPlace | undefined,
  change: (transition: StepTransition) => Partial<StepTransition>,
): Planted | undefined {
  if (place === undefined) return undefined;
  const { scenario, step, transition, index } = place;
  const planted = changeStep(usage, place, ({ transitions }) => ({
    transitions: transitions.with(index, { ...transition, ...change(transition) }),
  }));
  return (
    planted && { ...planted, cause: { scope: 'TRANSITION', scenarioId: scenario.scenarioId, stepId: step.stepId } }
  );
}

const noField: FieldDefinition = {
  name: '',
  type: undefined,
  itemType: undefined,
  values: [],
  description: undefined,
  prompt: undefined,
  examples: [],
  valid: '',
  reason: undefined,
  sources: [],
  sensitive: false,
  maxAgeMs: undefined,
};

/** Plants a change of the definition of the field that is asked for, or confirmed, most. */
export function changeField(
  usage: Usage,
  before: Partial<FieldDefinition>,
  after: Partial<FieldDefinition>,
  use: 'ASK' | 'CONFIRM' = 'ASK',
): Planted | undefined {
  const toField = (step: ScenarioStep | undefined): string | undefined =>
    use === 'ASK' ? step?.collectsProfileFields[0] : step?.confirmsFields[0];
  const name = toField(usage.findStep(use, (step) => toField(step) !== undefined)?.step);
  if (name === undefined) return undefined;
  const withField = (parts: Partial<FieldDefinition>): DefinitionSet => ({
    ...usage.definitions,
    fields: [{ ...noField, ...parts, name }],
  });
  return { before: withField(before), after: withField(after), cause: { scope: 'FIELD', name } };
}

interface RelationshipPlace {
  /** The ids of two scenarios. Default: those that speak together most often. */
  readonly ends?: readonly [string, string];
  /** Whether the change removes the relationship instead of adding it. */
  readonly isRemoved?: boolean;
}

/** Plants a relationship between two scenarios, or removes it. */
export function changeRelationship(
  usage: Usage,
  kind: RelationshipKind,
  { ends, isRemoved = false }: RelationshipPlace = {},
): Planted | undefined {
  const [source = '', target = ''] = ends ?? usage.list('TOGETHER')[0] ?? [];
  if (source === '' || target === '') return undefined;
  const relationship: Relationship = {
    kind,
    sourceType: 'SCENARIO',
    sourceId: source,
    targetScenarioId: target,
    weight: 1,
    startDependency: false,
  };
  const linked = { ...usage.definitions, relationships: [relationship] };
  return {
    before: isRemoved ? linked : usage.definitions,
    after: isRemoved ? usage.definitions : linked,
    cause: { scope: 'RELATIONSHIP', action: isRemoved ? 'REMOVED' : 'ADDED' },
  };
}

/** A step that asks for a field. */
export function createQuestion(stepId: string, field: string, targetStepId: string, like: StepPlace): ScenarioStep {
  const transition = like.step.transitions[0];
  if (transition === undefined) throw new Error(`Step ${like.step.stepId} has no transition.`);
  return {
    ...like.step,
    stepId,
    name: stepId,
    collectsProfileFields: [field],
    transitions: [{ ...transition, transitionId: '', targetStepId }],
  };
}
