import { runWithoutPauses } from '../../src/core/model/findings';
import type { DefinitionChange } from '../../src/core/simulation/definition-change';
import { DefinitionCompiler, type DefinitionSet } from '../../src/core/simulation/definitions';
import type { RecordedSession, RunEnvironment } from '../../src/core/simulation/session-run';
import { simulateSession } from '../../src/core/simulation/simulate-session';
import { Simulation } from '../../src/core/simulation/simulation';
import { SimulationReport, type SimulationResult } from '../../src/core/simulation/simulation-report';
import { UuidV5InstanceIdGenerator } from '../../src/server/runtime/system';
import type { Planted, PlantedChange } from './planted-change';
import { type RecordedReplay, replaySettings } from './recorded-replay';
import { Usage } from './usage';

const ids = new UuidV5InstanceIdGenerator();

export const replayEnvironment: RunEnvironment = {
  settings: replaySettings,
  getInstanceId: (sessionId, turnId, scenarioId) => ids.generateInstanceId(sessionId, turnId, scenarioId),
};

/** Recorded sessions with what their turns used. */
export interface UsedReplay extends RecordedReplay {
  readonly usage: Usage;
}

export function addUsage(replay: RecordedReplay): UsedReplay {
  return { ...replay, usage: new Usage(replay.definitions, replay.sessions, replayEnvironment) };
}

/** What a simulation said about a planted change. */
export interface FoundChange {
  readonly file: string;
  readonly result: SimulationResult;
  /** Whether at least one of the expected kinds was found. */
  readonly isClassified: boolean;
  /** The causes that are not the planted change. */
  readonly wrongCauses: readonly DefinitionChange[];
}

/** A planted change with the recorded sessions that it concerns. */
export interface PlantedPlace extends Planted {
  readonly before: DefinitionSet;
  readonly replay: UsedReplay;
}

/** Plants a change in the first of the replays that has a place for it. */
export function findPlace(change: PlantedChange, replays: readonly UsedReplay[]): PlantedPlace | undefined {
  for (const replay of replays) {
    const planted = change.plant(replay.usage);
    if (planted !== undefined) return { before: replay.definitions, ...planted, replay };
  }
  return undefined;
}

/** Plants a change, and simulates all sessions of its replay. Undefined if no replay has a place for it. */
export function findPlanted(change: PlantedChange, replays: readonly UsedReplay[]): FoundChange | undefined {
  const place = findPlace(change, replays);
  if (place === undefined) return undefined;
  const { before, after, cause, replay } = place;
  const result = simulateAll(replay.sessions, before, after);
  const expected = Object.entries(cause);
  return {
    file: replay.file,
    result,
    isClassified: result.groups.some(({ kind, turnCount }) => change.kinds.includes(kind) && turnCount > 0),
    wrongCauses: result.groups
      .map((group) => group.cause)
      .filter((found) => {
        const actual = new Map<string, unknown>(Object.entries(found));
        return !expected.every(([key, value]) => actual.get(key) === value);
      }),
  };
}

/** Simulates recorded sessions. If `before` are other definitions than the recorded ones, the turns are first decided with them. */
export function simulateAll(
  sessions: readonly RecordedSession[],
  before: DefinitionSet,
  after: DefinitionSet,
): SimulationResult {
  const compiler = new DefinitionCompiler();
  const recorded = runWithoutPauses(compiler.compile(before));
  const simulation = new Simulation(replayEnvironment, compiler, before, after);
  const catalogue = runWithoutPauses(simulation.compile());
  if (recorded === undefined || catalogue === undefined) throw new Error('The planted definitions are invalid.');
  const report = new SimulationReport();
  for (const session of sessions) {
    const turns = session.turns.map((turn) => ({ ...turn, getCatalogue: () => recorded }));
    report.add(runWithoutPauses(simulateSession({ ...session, turns }, simulation, catalogue)));
  }
  return report.getResult();
}
