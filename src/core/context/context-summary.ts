import { mergeNames } from '../model/sorting';
import type { ContextSummary } from '../model/turn-result';
import { selectRelationships } from '../scenario/relationships';
import { wasPaused } from './instance-view';
import type { SelectionContext } from './selection-context';

/** Summarizes the selection context for the response (section 1). */
export function summarizeContext(context: SelectionContext): ContextSummary {
  const { catalogue, turn, views, candidates } = context;
  let changedFields = context.changedFields;
  for (const view of views) changedFields = mergeNames(changedFields, view.changedFields);
  const knownCandidates: ContextSummary['candidates'][number][] = [];
  for (const { scenarioId, score } of candidates) {
    const scenario = catalogue.getScenario(scenarioId);
    if (!scenario) continue;
    knownCandidates.push({ scenarioId, scenarioName: scenario.name, scenarioVersion: scenario.version, score });
  }
  return {
    intent: context.intent,
    intentScore: turn.situation.canonicalIntentScore,
    focusInstanceId: context.focusInstanceId,
    addressedInstanceIds: views.filter(({ isAddressed }) => isAddressed).map(({ instance }) => instance.instanceId),
    candidates: knownCandidates,
    instances: views.map((view) => ({
      instanceId: view.instance.instanceId,
      scenarioId: view.instance.scenarioId,
      scenarioName: view.scenario?.name ?? '',
      scenarioVersion: view.instance.scenarioVersion,
      stepId: view.instance.currentStepId,
      paused: wasPaused(view),
    })),
    relationships: collectRelationships(context),
    changedFields,
    conditionErrors: context.fieldConditionErrors,
  };
}

/** Collects the relationships of the candidates, instances and applied rules of the turn. */
function collectRelationships({
  catalogue,
  turn,
  views,
  candidates,
}: SelectionContext): ContextSummary['relationships'] {
  const { relationships } = catalogue;
  const scenarioIds = new Set(candidates.map(({ scenarioId }) => scenarioId));
  for (const { instance } of views) scenarioIds.add(instance.scenarioId);
  return selectRelationships(relationships, scenarioIds, new Set(turn.appliedRules.map(({ ruleId }) => ruleId)));
}
