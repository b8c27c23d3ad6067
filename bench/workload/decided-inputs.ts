import { Turn } from '../../gen/focal/orchestration/v1/turn';
import { UuidV5InstanceIds } from '../../src/adapters/system';
import { scenarioFromProto } from '../../src/codec/scenario-codec';
import { turnFromProto } from '../../src/codec/turn-message-codec';
import type { Catalogue } from '../../src/domain/catalogue';
import { compileScenario } from '../../src/domain/compile-scenario';
import type { CompiledScenario } from '../../src/domain/compiled-scenario';
import type { TurnInput } from '../../src/domain/context/selection-context';
import { decideTurn } from '../../src/domain/decide-turn';
import { indexRelationships } from '../../src/domain/relationships';
import { emptySession } from '../../src/domain/session';
import { defaultSettings } from '../../src/domain/settings';
import { scenarioOf } from './scenarios';
import { agent, type SessionShape, sessionTurns } from './session-turns';

/** The largest number of scenarios that a session may have active (2.15). */
const mostActive = 20;
const ids = new UuidV5InstanceIds();

/** What each turn of a session of the workload is decided on, as the pipeline would give it to the rules. */
export function decidedInputs(shape: SessionShape, stepsPerScenario: number): readonly TurnInput[] {
  const catalogue = workloadCatalogue(shape, stepsPerScenario);
  const settings = { ...defaultSettings, maxSimultaneousScenarios: mostActive };
  const inputs: TurnInput[] = [];
  let session = emptySession({ ...agent, sessionId: '' });
  for (const message of sessionTurns(shape)) {
    // Encoded and decoded, so that it is what comes from the wire.
    const turn = turnFromProto(Turn.decode(Turn.encode(message).finish()), 0);
    if (inputs.length === 0) session = emptySession(turn);
    const instanceIdOf = (scenarioId: string): string => ids.instanceId(turn.sessionId, turn.turnId, scenarioId);
    const input = { session, turn, catalogue, settings, instanceIdOf };
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
    scenario: (scenarioId) => byId.get(scenarioId),
    version: (scenarioId) => byId.get(scenarioId),
    relationships: indexRelationships([]),
  };
}
