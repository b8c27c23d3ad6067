import { recordLateSuccesses } from '../context/outcomes/irreversible';
import type { SelectionContext } from '../context/selection-context';
import { type EndedTurnInstance, hasEnded, type TurnInstance } from '../lifecycle/turn-instance';
import type { EndedInstance } from '../model/session';

/**
 * Returns the ended instances, oldest first, up to the configured limit (section 5). Successes that were reported too late are recorded on
 * instances that ended on earlier turns (0.6).
 */
export function updateEndedInstances(
  context: SelectionContext,
  instances: readonly TurnInstance[],
): readonly EndedInstance[] {
  const { session, settings, turn, ignoredOutcomes } = context;
  const { endedInstances } = session;
  const newlyEnded = instances.filter(hasEnded);
  const isUnchanged = newlyEnded.length === 0 && ignoredOutcomes.length === 0;
  if (isUnchanged && endedInstances.length <= settings.endedInstances) return endedInstances;
  const ended = endedInstances.map((instance) => recordLateOutcomes(instance, context));
  for (const instance of newlyEnded) ended.push(toEndedInstance(instance, turn.occurredAt));
  return ended.slice(Math.max(0, ended.length - settings.endedInstances));
}

function recordLateOutcomes(
  instance: EndedInstance,
  { catalogue, outcomes, revision }: Pick<SelectionContext, 'catalogue' | 'outcomes' | 'revision'>,
): EndedInstance {
  const scenario = catalogue.getScenarioVersion(instance.scenarioId, instance.scenarioVersion);
  // An ended instance has no visit.
  return recordLateSuccesses(instance, scenario, outcomes, revision, []);
}

function toEndedInstance(ended: EndedTurnInstance, endedAt: number): EndedInstance {
  const { instance } = ended.view;
  return {
    instanceId: instance.instanceId,
    scenarioId: instance.scenarioId,
    scenarioVersion: instance.scenarioVersion,
    status: ended.action === 'COMPLETE' ? 'COMPLETED' : 'CANCELLED',
    reason: ended.reason,
    ending: ended.action === 'COMPLETE' ? ended.ending : undefined,
    startNumber: instance.startNumber,
    startedAt: instance.startedAt,
    endedAt,
    lastStepId: ended.walk?.position.step.stepId ?? instance.currentStepId,
    irreversibleDone: instance.irreversibleDone,
  };
}
