import { ContributionType, type ScenarioContribution } from '../../gen/focal/orchestration/v1/contribution';
import { ScenarioLifecycleAction } from '../../gen/focal/orchestration/v1/lifecycle';
import type { ProcessTurnResponse } from '../../gen/focal/orchestration/v1/orchestrator_service';

/** What the service last said about a running instance. */
export interface InstanceView {
  readonly instanceId: string;
  readonly stepId: string;
  /** What it last contributed, deferred and empty contributions left out; undefined before the first. */
  readonly said: ScenarioContribution | undefined;
}

/**
 * What a caller knows of a session from the answers that it got: the running instances (active and paused) by scenario UUID.
 * An answer of the customer needs it to be addressed to the instance, step and visit that it is an answer to.
 */
export type SessionView = ReadonlyMap<string, InstanceView>;

/** The view before the first turn. */
export const EMPTY_VIEW: SessionView = new Map();

/** The view after an answer of the service. */
export function viewAfter(view: SessionView, response: ProcessTurnResponse): SessionView {
  const next = new Map(view);
  for (const decision of response.lifecycleDecisions) {
    const { action, scenarioId, instanceId, entryStepId } = decision;
    const isRunning = next.get(scenarioId)?.instanceId === instanceId;
    if (action === ScenarioLifecycleAction.SCENARIO_LIFECYCLE_ACTION_START) {
      next.set(scenarioId, { instanceId, stepId: entryStepId, said: undefined });
    } else if (isRunning && hasEnded(action)) next.delete(scenarioId);
  }
  for (const decision of response.transitionDecisions) {
    update(next, decision.scenarioId, decision.instanceId, { stepId: decision.targetStepId });
  }
  for (const contribution of response.plan?.contributions ?? []) {
    if (isMade(contribution)) update(next, contribution.scenarioId, contribution.instanceId, { said: contribution });
  }
  return next;
}

/** Whether a contribution was made: neither put off nor empty. */
export function isMade(contribution: ScenarioContribution): boolean {
  return !contribution.deferred && contribution.type !== ContributionType.CONTRIBUTION_TYPE_NONE;
}

function hasEnded(action: ScenarioLifecycleAction): boolean {
  return (
    action === ScenarioLifecycleAction.SCENARIO_LIFECYCLE_ACTION_COMPLETE ||
    action === ScenarioLifecycleAction.SCENARIO_LIFECYCLE_ACTION_CANCEL
  );
}

function update(
  view: Map<string, InstanceView>,
  scenarioId: string,
  instanceId: string,
  change: Partial<InstanceView>,
): void {
  const known = view.get(scenarioId);
  if (known?.instanceId === instanceId) view.set(scenarioId, { ...known, ...change });
}
