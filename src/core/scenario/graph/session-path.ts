import type { EndedInstance, ScenarioInstance, Session } from '../../model/session';

/** The way of a session through one scenario, as a drawing marks it. */
export interface SessionPath {
  readonly status: 'ACTIVE' | 'PAUSED' | 'COMPLETED' | 'CANCELLED';
  /** Of an instance that has ended its last one. */
  readonly currentStepId: string;
  /** The version that the instance runs, or ran, on. */
  readonly scenarioVersion: number;
  /** Steps that were entered and left. */
  readonly visitedSteps: ReadonlySet<string>;
  /** Steps that were passed over and never entered (3.5). */
  readonly skippedSteps: ReadonlySet<string>;
  /** Ids of the transitions that were taken, as far as the path still holds them. */
  readonly takenTransitions: ReadonlySet<string>;
  /** Checkpoints and required actions that are passed (3.7). */
  readonly passedCheckpoints: ReadonlySet<string>;
}

/** The way of a session through a scenario: of the running instance, else of the one that ended last; undefined where there is none. */
export function findSessionPath({ instances, endedInstances }: Session, scenarioId: string): SessionPath | undefined {
  const running = instances.find((instance) => instance.scenarioId === scenarioId);
  if (running !== undefined) return runningTrack(running);
  const ended = endedInstances.findLast((instance) => instance.scenarioId === scenarioId);
  return ended && endedTrack(ended);
}

function runningTrack(instance: ScenarioInstance): SessionPath {
  const { status, currentStepId, scenarioVersion, path } = instance;
  const visited = new Set(path.filter(({ visitNumber }) => visitNumber > 0).map(({ stepId }) => stepId));
  return {
    status,
    currentStepId,
    scenarioVersion,
    visitedSteps: visited,
    skippedSteps: new Set(path.map(({ stepId }) => stepId).filter((stepId) => !visited.has(stepId))),
    takenTransitions: new Set(path.map(({ transitionId }) => transitionId).filter((id) => id !== '')),
    passedCheckpoints: passedOf(instance),
  };
}

/** Of an ended instance the path is not kept: only its end and what cannot be undone. */
function endedTrack(instance: EndedInstance): SessionPath {
  const { status, lastStepId, scenarioVersion } = instance;
  const passed = passedOf(instance);
  return {
    status,
    currentStepId: lastStepId,
    scenarioVersion,
    visitedSteps: passed,
    skippedSteps: new Set(),
    takenTransitions: new Set(),
    passedCheckpoints: passed,
  };
}

function passedOf({ irreversibleDone }: ScenarioInstance | EndedInstance): ReadonlySet<string> {
  return new Set(irreversibleDone.map(({ stepId }) => stepId));
}
