import { Turn } from '../../../gen/focal/orchestration/v1/turn';
import type { TurnInput } from '../../../src/core/context/selection-context';
import { decideTurn } from '../../../src/core/decide-turn';
import { createEmptySession } from '../../../src/core/model/session';
import { defaultSettings } from '../../../src/core/model/settings';
import type { Catalogue } from '../../../src/core/scenario/catalogue';
import { compileScenario } from '../../../src/core/scenario/compile-scenario';
import type { CompiledScenario } from '../../../src/core/scenario/compiled-scenario';
import { indexRelationships } from '../../../src/core/scenario/relationships';
import { scenarioFromProto } from '../../../src/server/codec/wire/scenario-codec';
import { turnFromProto } from '../../../src/server/codec/wire/turn-message-codec';
import { UuidV5InstanceIdGenerator } from '../../../src/server/runtime/system';
import { scenarioOf } from './scenarios';
import { agent, type SessionShape, sessionTurns } from './session-turns';

/** The largest number of scenarios that a session may have active (2.15). */
const mostActive = 20;
const ids = new UuidV5InstanceIdGenerator();

/** What each turn of a session of the workload is decided on, as the pipeline would give it to the rules. */
export function decidedInputs(shape: SessionShape, stepsPerScenario: number): readonly TurnInput[] {
  const catalogue = workloadCatalogue(shape, stepsPerScenario);
  const settings = { ...defaultSettings, maxSimultaneousScenarios: mostActive };
  const inputs: TurnInput[] = [];
  let session = createEmptySession({ ...agent, sessionId: '' });
  for (const message of sessionTurns(shape)) {
    // Encoded and decoded, so that it is what comes from the wire.
    const turn = turnFromProto(Turn.decode(Turn.encode(message).finish()), 0);
    if (inputs.length === 0) session = createEmptySession(turn);
    const instanceIdOf = (scenarioId: string): string =>
      ids.generateInstanceId(turn.sessionId, turn.turnId, scenarioId);
    const input = { session, turn, catalogue, settings, getNewInstanceId: instanceIdOf };
    inputs.push(input);
    session = decideTurn(input).session;
  }
  return inputs;
}

function compiledScenario(index: number, steps: number): CompiledScenario {
  const { compiled, findings } = compileScenario(scenarioFromProto(scenarioOf(index, steps)), 1);
  if (compiled === undefined) throw new Error(`A scenario of the workload is refused: ${JSON.stringify(findings)}`);
  return compiled;
}

/** The scenarios of a session, compiled. */
export function workloadCatalogue({ activeScenarios }: SessionShape, stepsPerScenario: number): Catalogue {
  const scenarios = Array.from({ length: activeScenarios }, (_, index) => compiledScenario(index, stepsPerScenario));
  const byId = new Map(scenarios.map((scenario) => [scenario.scenarioId, scenario]));
  return {
    revision: 1,
    getScenario: (scenarioId) => byId.get(scenarioId),
    getScenarioVersion: (scenarioId) => byId.get(scenarioId),
    relationships: indexRelationships([]),
  };
}
