import { runWithoutPauses } from '../../src/core/model/findings';
import type { Relationship } from '../../src/core/model/scenario';
import { defaultSettings } from '../../src/core/model/settings';
import { DefinitionCompiler, type DefinitionSet } from '../../src/core/simulation/definitions';
import { type RunEnvironment, SessionRun } from '../../src/core/simulation/session-run';
import { type SimulatedSession, simulateSession } from '../../src/core/simulation/simulate-session';
import { Simulation } from '../../src/core/simulation/simulation';
import { SimulationReport, type SimulationResult } from '../../src/core/simulation/simulation-report';
import { aScenario, aTurn, type ScenarioDraft, type TurnDraft } from './conversation';
import { aField, type FieldDraft } from './field-definitions';

/** Definitions of a test. */
export interface DefinitionsDraft {
  readonly scenarios: readonly ScenarioDraft[];
  readonly relationships?: readonly Relationship[];
  readonly fields?: readonly FieldDraft[];
}

export function toDefinitionSet({ scenarios, relationships = [], fields = [] }: DefinitionsDraft): DefinitionSet {
  const versions = scenarios.map(aScenario).map((scenario) => [scenario.scenarioId, { scenario, version: 1 }] as const);
  return { scenarios: new Map(versions), relationships, fields: fields.map(aField) };
}

const environment: RunEnvironment = {
  settings: defaultSettings,
  getInstanceId: (_sessionId, turnId, scenarioId) => `${scenarioId}#${turnId}`,
};

/** A turn of a test; `answer` completes it with what only the recorded session knows, for example a key. */
export type ScriptedTurn = TurnDraft | ((run: { readonly key: (scenarioId: string) => string }) => TurnDraft);

export interface SimulatedConversation extends SimulatedSession {
  readonly report: SimulationResult;
  /** The differences as `kind of turn: recorded -> simulated`, with `?` for a counterfactual turn. */
  readonly lines: readonly string[];
  /** The places of the causes: scope, action, step, name and property. */
  readonly causes: readonly string[];
}

/** Records a conversation with definitions, and simulates it with others. */
export function simulate(
  before: DefinitionsDraft,
  after: DefinitionsDraft,
  script: readonly ScriptedTurn[],
  options: { readonly findDifference?: (turnNumber: number) => string | undefined } = {},
): SimulatedConversation {
  const compiler = new DefinitionCompiler();
  const simulation = new Simulation(environment, compiler, toDefinitionSet(before), toDefinitionSet(after));
  const recorded = runWithoutPauses(compiler.compile(toDefinitionSet(before)));
  const catalogue = runWithoutPauses(simulation.compile());
  if (recorded === undefined || catalogue === undefined) throw new Error('The definitions are invalid.');
  const run = new SessionRun(environment, undefined);
  let session: ReturnType<SessionRun['play']>['session'] | undefined;
  const turns = script.map((scripted, index) => {
    const key = (scenarioId: string): string => {
      const requests = session?.instances.find((instance) => instance.scenarioId === scenarioId)?.requests ?? [];
      return requests.findLast(({ status }) => status === 'OPEN')?.actionKey ?? '';
    };
    const draft = typeof scripted === 'function' ? scripted({ key }) : scripted;
    const turn = aTurn(draft, `turn-${index + 1}`, (index + 1) * 60_000);
    session = run.play(turn, recorded, draft.proposal).session;
    const findDifference = (): string | undefined => options.findDifference?.(index + 1);
    return { turn, proposal: draft.proposal, getCatalogue: () => recorded, findDifference };
  });
  const simulated = runWithoutPauses(
    simulateSession({ sessionId: 'session', start: undefined, turns }, simulation, catalogue),
  );
  const report = new SimulationReport();
  report.add(simulated);
  const lines = simulated.differences.map(
    ({ kind, revision, isCounterfactual, recorded: old, simulated: current }) =>
      `${kind} of ${revision}${isCounterfactual ? '?' : ''}: ${old || 'nothing'} -> ${current || 'nothing'}`,
  );
  const causes = report
    .getResult()
    .groups.map(({ cause: { scope, action, scenarioId, stepId, transitionId, name, property } }) =>
      [scope, action, scenarioId, stepId, transitionId, name, property].filter((part) => part !== '').join(' '),
    );
  return { ...simulated, report: report.getResult(), lines, causes: [...new Set(causes)] };
}
