import type { TransitionKey } from '../model/model-proposal';
import type { CompiledScenario, CompiledStep, CompiledTransition } from '../scenario/compiled-scenario';
import type { InstanceView } from './instance-view';
import { wasPaused } from './instance-view';
import { type SelectionContext, selectContext, type TurnInput } from './selection-context';

/** An active instance in a request to the model. Texts come from the scenario definition; "" if undefined. */
export interface ModelRequestInstance {
  readonly instanceId: string;
  readonly name: string;
  readonly description: string;
  readonly step: string;
  readonly stepDescription: string;
}

/** A candidate in a request to the model. */
export interface ModelRequestCandidate {
  readonly scenarioId: string;
  readonly name: string;
  readonly description: string;
  readonly triggerDescription: string;
  /** 0..1. */
  readonly score: number;
}

/** A condition in natural language that the model evaluates (3.4). */
export interface ModelRequestCondition extends TransitionKey {
  readonly scenarioName: string;
  readonly text: string;
}

/** The request to the model, at most one per turn (section 9). At least one of the lists is not empty. */
export interface ModelRequest {
  readonly message: string;
  readonly intent: string;
  /** In start order. */
  readonly instances: readonly ModelRequestInstance[];
  /** In the order of the turn request; each scenario once. */
  readonly candidates: readonly ModelRequestCandidate[];
  /** In the order of evaluation; at most `maxConditions`. */
  readonly conditions: readonly ModelRequestCondition[];
}

/** Limits the size of the prompt. A condition beyond the limit is UNKNOWN on this turn. */
const maxConditions = 50;

/**
 * Builds the model request of a turn. Undefined if the turn has no message, or if no instance is active and no candidate can start. Pure.
 */
export function buildModelRequest(input: TurnInput): ModelRequest | undefined {
  if (input.turn.trigger !== 'MESSAGE') return undefined;
  const context = selectContext(input);
  const activeViews = context.views.filter((view) => !wasPaused(view));
  const candidates = findUndecidedCandidates(context);
  const instances = activeViews.flatMap(toRequestInstances);
  const conditions = collectConditions(context, candidates);
  if ([...instances, ...candidates, ...conditions].length === 0) return undefined;
  const { intent, turn } = context;
  return {
    message: turn.situation.message,
    intent,
    instances,
    candidates: candidates.map(toRequestCandidate),
    conditions,
  };
}

interface UndecidedCandidate {
  readonly scenario: CompiledScenario;
  readonly score: number;
}

/** Finds the candidates whose score test matters: the scenario is enabled and has no active instance (2.12). */
function findUndecidedCandidates({
  candidates,
  catalogue,
  settings,
  views,
}: SelectionContext): readonly UndecidedCandidate[] {
  if (!settings.filteringEnabled) return [];
  const activeIds = new Set(views.filter((view) => !wasPaused(view)).map(({ instance }) => instance.scenarioId));
  return candidates.flatMap(({ scenarioId, score }) => {
    const scenario = catalogue.getScenario(scenarioId);
    return scenario?.definition.enabled && !activeIds.has(scenarioId) ? [{ scenario, score }] : [];
  });
}

/** Returns no entry for an instance whose scenario or step no longer exists. */
function toRequestInstances({ instance, scenario, step }: InstanceView): readonly ModelRequestInstance[] {
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

function toRequestCandidate({ scenario, score }: UndecidedCandidate): ModelRequestCandidate {
  const { scenarioId, name, definition } = scenario;
  const { description, triggerDescription } = definition;
  return { scenarioId, name, description, triggerDescription, score };
}

/** Collects the conditions that walks evaluate first: at the current steps of all instances, then at the entry steps of candidates. */
function collectConditions(
  { settings, views }: SelectionContext,
  candidates: readonly UndecidedCandidate[],
): readonly ModelRequestCondition[] {
  if (settings.semanticEvaluation !== 'llm') return [];
  const current = views.flatMap(({ scenario, step }) => (scenario && step ? findTextConditions(scenario, step) : []));
  const starting = candidates.flatMap(({ scenario }) => findTextConditions(scenario, scenario.entryStep));
  return [...current, ...starting].slice(0, maxConditions);
}

function findTextConditions(scenario: CompiledScenario, step: CompiledStep): readonly ModelRequestCondition[] {
  return [...step.anytimeTransitions, ...scenario.globalTransitions, ...step.completionTransitions]
    .filter(({ definition }) => definition.conditionText !== '')
    .map((transition) => toRequestCondition(scenario, transition));
}

function toRequestCondition(
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
