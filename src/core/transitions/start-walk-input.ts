import { noSignals } from '../context/instance-signals';
import type { SelectionContext } from '../context/selection-context';
import type { ScenarioStart } from '../lifecycle/instance-outcome';
import { createVisit, type ScenarioInstance } from '../model/session';
import type { WalkInput } from '../steps/walk-input';

/** The instance that a start brings into being, before its first walk: it stands at the entry step and has had no visit. */
export function createStartWalkInput(start: ScenarioStart, context: SelectionContext): WalkInput {
  return {
    instance: draftInstance(start, context),
    scenario: start.scenario,
    step: start.entry,
    isStart: true,
    known: context.known,
    changedFields: context.changedFields,
    correctedFields: [],
    providedFields: context.storedData.providedFields,
    signals: noSignals,
  };
}

function draftInstance(
  { instanceId, scenario, entry }: ScenarioStart,
  { turn, revision }: SelectionContext,
): ScenarioInstance {
  return {
    instanceId,
    scenarioId: scenario.scenarioId,
    scenarioVersion: scenario.version,
    status: 'ACTIVE',
    startNumber: 0,
    startedAt: turn.occurredAt,
    lastActiveAt: turn.occurredAt,
    pausedAt: undefined,
    pauseReason: undefined,
    pausedAtTurnCount: 0,
    displacedByInstanceIds: [],
    currentStepId: entry.stepId,
    visit: createVisit(0, revision),
    path: [],
    irreversibleDone: [],
    stepsBeforeCheckpoint: [],
    stepsTrimmedFromPath: [],
    loopCounts: new Map(),
    lastVisitNumber: 0,
    lastPathSequence: 0,
    variables: new Map(),
    relocalizationCount: 0,
    globalTransitionGuards: new Map(),
  };
}
