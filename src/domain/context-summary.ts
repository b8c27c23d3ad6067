import { wasPaused } from './context/instance-view';
import type { SelectionContext } from './context/selection-context';
import { relationshipsTouching } from './relationships';
import { withNames } from './sorted';
import type { ContextSummary } from './turn-result';

/** What P6.1 joined, as it is told to the caller (section 1). */
export function summarizeContext(context: SelectionContext): ContextSummary {
  const { catalogue, turn, views, candidates } = context;
  let changedFields = context.changed;
  for (const { changed } of views) {
    if (changed !== context.changed) changedFields = withNames(changedFields, changed);
  }
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
    relationships: relationshipsOf(context),
    changedFields,
  };
}

/** Those of what the turn is about: its candidates, instances and applied rules. */
function relationshipsOf({ catalogue, turn, views, candidates }: SelectionContext): ContextSummary['relationships'] {
  const { relationships } = catalogue;
  if (relationships.all.length === 0) return relationships.all;
  const scenarioIds = new Set(candidates.map(({ scenarioId }) => scenarioId));
  for (const { instance } of views) scenarioIds.add(instance.scenarioId);
  return relationshipsTouching(relationships, scenarioIds, new Set(turn.appliedRules.map(({ ruleId }) => ruleId)));
}
