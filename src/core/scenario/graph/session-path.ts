import type { EndedInstance, ScenarioInstance, Session } from '../../model/session';

/** The path of a session through one scenario. */
export interface SessionPath {
  readonly status: ScenarioInstance['status'] | EndedInstance['status'];
  /** The current step, or the last step if the instance has ended. */
  readonly currentStepId: string;
  /** The version that the instance runs or ran on. */
  readonly scenarioVersion: number;
  /** Steps that the instance has left. */
  readonly visitedSteps: ReadonlySet<string>;
  /** Steps that every walk skipped (3.5). */
  readonly skippedSteps: ReadonlySet<string>;
  /** Ids of the transitions in the path, which is limited in length. */
  readonly takenTransitions: ReadonlySet<string>;
  /** Passed checkpoints and required actions (3.7). */
  readonly passedCheckpoints: ReadonlySet<string>;
}

/** Finds the path of the running instance, else of the instance that ended last; undefined if the scenario never started. */
export function findSessionPath({ instances, endedInstances }: Session, scenarioId: string): SessionPath | undefined {
  const runningInstance = instances.find((instance) => instance.scenarioId === scenarioId);
  if (runningInstance !== undefined) return toRunningPath(runningInstance);
  const endedInstance = endedInstances.findLast((instance) => instance.scenarioId === scenarioId);
  return endedInstance && toEndedPath(endedInstance);
}

function toRunningPath(instance: ScenarioInstance): SessionPath {
  const { status, currentStepId, scenarioVersion, path } = instance;
  const visitedSteps = new Set(path.filter(({ visitNumber }) => visitNumber > 0).map(({ stepId }) => stepId));
  return {
    status,
    currentStepId,
    scenarioVersion,
    visitedSteps,
    skippedSteps: new Set(path.map(({ stepId }) => stepId).filter((stepId) => !visitedSteps.has(stepId))),
    takenTransitions: new Set(path.map(({ transitionId }) => transitionId).filter((id) => id !== '')),
    passedCheckpoints: findPassedCheckpoints(instance),
  };
}

/** Ended instances keep only their last step and what is irreversibly done. */
function toEndedPath(instance: EndedInstance): SessionPath {
  const { status, lastStepId, scenarioVersion } = instance;
  const passedCheckpoints = findPassedCheckpoints(instance);
  return {
    status,
    currentStepId: lastStepId,
    scenarioVersion,
    visitedSteps: passedCheckpoints,
    skippedSteps: new Set(),
    takenTransitions: new Set(),
    passedCheckpoints,
  };
}

function findPassedCheckpoints({ irreversibleDone }: ScenarioInstance | EndedInstance): ReadonlySet<string> {
  return new Set(irreversibleDone.map(({ stepId }) => stepId));
}
