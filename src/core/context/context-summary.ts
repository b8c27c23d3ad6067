import { mergeNames } from '../model/sorting';
import type { ContextSummary } from '../model/turn-result';
import { selectRelationships } from '../scenario/relationships';
import { wasPaused } from './instance-view';
import type { SelectionContext } from './selection-context';

/** What P6.1 joined, as it is told to the caller (section 1). */
export function summarizeContext(context: SelectionContext): ContextSummary {
  const { catalogue, turn, views, candidates } = context;
  let changedFields = context.changedFields;
  for (const { changedFields: changed } of views) {
    if (changed !== context.changedFields) changedFields = mergeNames(changedFields, changed);
  }
  const found: ContextSummary['candidates'][number][] = [];
  for (const { scenarioId, score } of candidates) {
    const scenario = catalogue.getScenario(scenarioId);
    if (scenario) found.push({ scenarioId, scenarioName: scenario.name, scenarioVersion: scenario.version, score });
  }
  return {
    intent: context.intent,
    intentScore: turn.situation.canonicalIntentScore,
    focusInstanceId: context.focusInstanceId,
    addressedInstanceIds: views
      .filter(({ isAddressed: addressed }) => addressed)
      .map(({ instance }) => instance.instanceId),
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
  return selectRelationships(relationships, scenarioIds, new Set(turn.appliedRules.map(({ ruleId }) => ruleId)));
}
