import type { EndedInstance, ScenarioInstance, Session } from '../domain/session';

/** The way of a session through one scenario, as a drawing marks it. */
export interface SessionTrack {
  readonly status: 'ACTIVE' | 'PAUSED' | 'COMPLETED' | 'CANCELLED';
  /** Of an instance that has ended its last one. */
  readonly currentStepId: string;
  /** The version that the instance runs, or ran, on. */
  readonly scenarioVersion: number;
  /** Steps that were entered and left. */
  readonly visited: ReadonlySet<string>;
  /** Steps that were passed over and never entered (3.5). */
  readonly passedOver: ReadonlySet<string>;
  /** Ids of the transitions that were taken, as far as the path still holds them. */
  readonly taken: ReadonlySet<string>;
  /** Checkpoints and required actions that are passed (3.7). */
  readonly passed: ReadonlySet<string>;
}

/** The way of a session through a scenario: of the running instance, else of the one that ended last; undefined where there is none. */
export function sessionTrack({ instances, endedInstances }: Session, scenarioId: string): SessionTrack | undefined {
  const running = instances.find((instance) => instance.scenarioId === scenarioId);
  if (running !== undefined) return runningTrack(running);
  const ended = endedInstances.findLast((instance) => instance.scenarioId === scenarioId);
  return ended && endedTrack(ended);
}

function runningTrack(instance: ScenarioInstance): SessionTrack {
  const { status, currentStepId, scenarioVersion, path } = instance;
  const visited = new Set(path.filter(({ visitNumber }) => visitNumber > 0).map(({ stepId }) => stepId));
  return {
    status,
    currentStepId,
    scenarioVersion,
    visited,
    passedOver: new Set(path.map(({ stepId }) => stepId).filter((stepId) => !visited.has(stepId))),
    taken: new Set(path.map(({ transitionId }) => transitionId).filter((id) => id !== '')),
    passed: passedOf(instance),
  };
}

/** Of an ended instance the path is not kept: only its end and what cannot be undone. */
function endedTrack(instance: EndedInstance): SessionTrack {
  const { status, lastStepId, scenarioVersion } = instance;
  const passed = passedOf(instance);
  return {
    status,
    currentStepId: lastStepId,
    scenarioVersion,
    visited: passed,
    passedOver: new Set(),
    taken: new Set(),
    passed,
  };
}

function passedOf({ irreversibleDone }: ScenarioInstance | EndedInstance): ReadonlySet<string> {
  return new Set(irreversibleDone.map(({ stepId }) => stepId));
}
