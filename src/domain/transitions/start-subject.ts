import { noSignals } from '../context/reached-signals';
import type { SelectionContext } from '../context/selection-context';
import type { Start } from '../lifecycle/fate';
import { freshVisit, type ScenarioInstance } from '../session';
import type { WalkSubject } from './walk-subject';

/** The instance that a start brings into being, before its first walk: it stands at the entry step and has had no visit. */
export function startSubject(start: Start, context: SelectionContext): WalkSubject {
  return {
    instance: draftInstance(start, context),
    scenario: start.scenario,
    step: start.entry,
    starts: true,
    known: context.known,
    changed: context.changed,
    corrected: [],
    given: context.stored.given,
    signals: noSignals,
  };
}

function draftInstance({ instanceId, scenario, entry }: Start, { turn, revision }: SelectionContext): ScenarioInstance {
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
    visit: freshVisit(0, revision),
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
