import { ContributionType, type ScenarioContribution } from '../../gen/focal/orchestration/v1/contribution';
import { ScenarioLifecycleAction } from '../../gen/focal/orchestration/v1/lifecycle';
import type { ProcessTurnResponse } from '../../gen/focal/orchestration/v1/orchestrator_service';

// The state of a session that a client derives from the responses of the service.

/** A running instance. */
export interface InstanceView {
  readonly instanceId: string;
  readonly stepId: string;
  /** The last contribution that was neither deferred nor empty; undefined before the first. */
  readonly lastContribution: ScenarioContribution | undefined;
}

/**
 * The running instances (active and paused) by scenario UUID. The view identifies the instance, step and visit that a confirmation of the
 * customer refers to.
 */
export type SessionView = ReadonlyMap<string, InstanceView>;

/** The view before the first turn. */
export const emptyView: SessionView = new Map();

/** Returns the view after a response. */
export function updateView(view: SessionView, response: ProcessTurnResponse): SessionView {
  const next = new Map(view);
  for (const decision of response.lifecycleDecisions) {
    const { action, scenarioId, instanceId, entryStepId } = decision;
    const isRunning = next.get(scenarioId)?.instanceId === instanceId;
    if (action === ScenarioLifecycleAction.SCENARIO_LIFECYCLE_ACTION_START) {
      next.set(scenarioId, { instanceId, stepId: entryStepId, lastContribution: undefined });
    } else if (isRunning && isEnd(action)) next.delete(scenarioId);
  }
  for (const decision of response.transitionDecisions) {
    updateInstance(next, decision.scenarioId, decision.instanceId, { stepId: decision.targetStepId });
  }
  for (const contribution of response.plan?.contributions ?? []) {
    if (!isSpoken(contribution)) continue;
    updateInstance(next, contribution.scenarioId, contribution.instanceId, { lastContribution: contribution });
  }
  return next;
}

/** Whether a contribution is part of the reply: neither deferred nor empty. */
export function isSpoken(contribution: ScenarioContribution): boolean {
  return !contribution.deferred && contribution.type !== ContributionType.CONTRIBUTION_TYPE_NONE;
}

function isEnd(action: ScenarioLifecycleAction): boolean {
  return (
    action === ScenarioLifecycleAction.SCENARIO_LIFECYCLE_ACTION_COMPLETE ||
    action === ScenarioLifecycleAction.SCENARIO_LIFECYCLE_ACTION_CANCEL
  );
}

function updateInstance(
  view: Map<string, InstanceView>,
  scenarioId: string,
  instanceId: string,
  change: Partial<InstanceView>,
): void {
  const instance = view.get(scenarioId);
  if (instance?.instanceId === instanceId) view.set(scenarioId, { ...instance, ...change });
}
