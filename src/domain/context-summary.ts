import { wasPaused } from './context/instance-view';
import type { SelectionContext } from './context/selection-context';
import { relationshipsTouching } from './relationships';
import type { ContextSummary } from './turn-result';

/** What P6.1 joined, as it is told to the caller (section 1). */
export function summarizeContext(context: SelectionContext): ContextSummary {
  const { catalogue, turn, views, candidates } = context;
  const scenarioIds = new Set([
    ...candidates.map(({ scenarioId }) => scenarioId),
    ...views.map(({ instance }) => instance.scenarioId),
  ]);
  const ruleIds = new Set(turn.appliedRules.map(({ ruleId }) => ruleId));
  const changedFields = new Set(context.changed);
  for (const { changed } of views) for (const field of changed) changedFields.add(field);
  const found: ContextSummary['candidates'][number][] = [];
  for (const { scenarioId, score } of candidates) {
    const scenario = catalogue.scenario(scenarioId);
    if (scenario) found.push({ scenarioId, scenarioName: scenario.name, scenarioVersion: scenario.version, score });
  }
  return {
    intent: context.intent,
    intentScore: turn.situation.canonicalIntentScore,
    focusInstanceId: context.focusInstanceId,
    addressedInstanceIds: views.filter(({ addressed }) => addressed).map(({ instance }) => instance.instanceId),
    candidates: found,
    instances: views.map((view) => ({
      instanceId: view.instance.instanceId,
      scenarioId: view.instance.scenarioId,
      scenarioName: view.scenario?.name ?? '',
      scenarioVersion: view.instance.scenarioVersion,
      stepId: view.instance.currentStepId,
      paused: wasPaused(view),
    })),
    relationships: relationshipsTouching(catalogue.relationships, scenarioIds, ruleIds),
    changedFields: [...changedFields].sort(),
  };
}
