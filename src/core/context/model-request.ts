import type { TransitionKey } from '../model/model-proposal';
import type { CompiledScenario, CompiledStep, CompiledTransition } from '../scenario/compiled-scenario';
import type { InstanceView } from './instance-view';
import { wasPaused } from './instance-view';
import { type SelectionContext, selectContext, type TurnInput } from './selection-context';

/** An active instance that the model is asked about. Texts are those of the scenario's author; "" where there is none. */
export interface ModelRequestInstance {
  readonly instanceId: string;
  readonly name: string;
  readonly description: string;
  readonly step: string;
  readonly stepDescription: string;
}

/** A candidate that the model is asked about. */
export interface ModelRequestCandidate {
  readonly scenarioId: string;
  readonly name: string;
  readonly description: string;
  readonly triggerDescription: string;
  /** 0..1. */
  readonly score: number;
}

/** A condition in natural language that the model is asked to judge (3.4). */
export interface ModelRequestCondition extends TransitionKey {
  readonly scenarioName: string;
  readonly text: string;
}

/** What the model is asked once a turn (section 9). At least one of the lists has something in it. */
export interface ModelRequest {
  readonly message: string;
  readonly intent: string;
  /** In start order. */
  readonly instances: readonly ModelRequestInstance[];
  /** In request order, each scenario once. */
  readonly candidates: readonly ModelRequestCandidate[];
  /** In the order in which they are looked at; at most `mostConditions`. */
  readonly conditions: readonly ModelRequestCondition[];
}

/** A prompt is bounded. A condition that was not asked about is UNKNOWN, and asked about when the walk has come nearer to it. */
const mostConditions = 50;

/**
 * The question of a turn, or undefined where there is none: on a turn without a message, and where nothing runs and nothing could
 * start. Pure.
 */
export function buildModelRequest(input: TurnInput): ModelRequest | undefined {
  if (input.turn.trigger !== 'MESSAGE') return undefined;
  const context = selectContext(input);
  const active = context.views.filter((view) => !wasPaused(view));
  const candidates = startable(context);
  const instances = active.flatMap(askedInstance);
  const conditions = askedConditions(context, candidates);
  if (instances.length + candidates.length + conditions.length === 0) return undefined;
  const { intent, turn } = context;
  return {
    message: turn.situation.message,
    intent,
    instances,
    candidates: candidates.map(({ scenario, score }) => askedCandidate(scenario, score)),
    conditions,
  };
}

interface Startable {
  readonly scenario: CompiledScenario;
  readonly score: number;
}

/** The candidates whose score test decides anything: one whose scenario runs, or may not start at all, needs none (2.12). */
function startable({ candidates, catalogue, settings, views }: SelectionContext): readonly Startable[] {
  if (!settings.filteringEnabled) return [];
  const running = new Set(views.filter((view) => !wasPaused(view)).map(({ instance }) => instance.scenarioId));
  return candidates.flatMap(({ scenarioId, score }) => {
    const scenario = catalogue.getScenario(scenarioId);
    return scenario?.definition.enabled && !running.has(scenarioId) ? [{ scenario, score }] : [];
  });
}

function askedInstance({ instance, scenario, step }: InstanceView): readonly ModelRequestInstance[] {
  if (!scenario || !step) return [];
  const { name, definition } = scenario;
  return [
    {
      instanceId: instance.instanceId,
      name,
      description: definition.description,
      step: step.name,
      stepDescription: step.definition.description,
    },
  ];
}

function askedCandidate({ scenarioId, name, definition }: CompiledScenario, score: number): ModelRequestCandidate {
  const { description, triggerDescription } = definition;
  return { scenarioId, name, description, triggerDescription, score };
}

/** Those that the walks of this turn may come to first: of the step of each instance, paused ones included, and of entry steps. */
function askedConditions(
  { settings, views }: SelectionContext,
  candidates: readonly Startable[],
): readonly ModelRequestCondition[] {
  if (settings.semanticEvaluation !== 'llm') return [];
  const running = views.flatMap(({ scenario, step }) => (scenario && step ? conditionsAt(scenario, step) : []));
  const starting = candidates.flatMap(({ scenario }) => conditionsAt(scenario, scenario.entryStep));
  return [...running, ...starting].slice(0, mostConditions);
}

function conditionsAt(scenario: CompiledScenario, step: CompiledStep): readonly ModelRequestCondition[] {
  return [...step.anytimeTransitions, ...scenario.globalTransitions, ...step.completionTransitions]
    .filter(({ definition }) => definition.conditionText !== '')
    .map((transition) => askedCondition(scenario, transition));
}

function askedCondition(
  { scenarioId, version, name }: CompiledScenario,
  { id, definition }: CompiledTransition,
): ModelRequestCondition {
  return {
    scenarioId,
    scenarioVersion: version,
    transitionId: id,
    scenarioName: name,
    text: definition.conditionText,
  };
}
