import { Turn } from '../../../gen/focal/orchestration/v1/turn';
import type { TurnInput } from '../../../src/core/context/selection-context';
import { decideTurn } from '../../../src/core/decide-turn';
import { noFieldRules } from '../../../src/core/fields/field-rules';
import { createEmptySession } from '../../../src/core/model/session';
import { defaultSettings } from '../../../src/core/model/settings';
import type { Catalogue } from '../../../src/core/scenario/catalogue';
import { compileScenario } from '../../../src/core/scenario/compile-scenario';
import type { CompiledScenario } from '../../../src/core/scenario/compiled-scenario';
import { indexRelationships } from '../../../src/core/scenario/relationships';
import { scenarioFromProto } from '../../../src/server/codec/wire/scenario-codec';
import { turnFromProto } from '../../../src/server/codec/wire/turn-message-codec';
import { UuidV5InstanceIdGenerator } from '../../../src/server/runtime/system';
import { buildScenario } from './scenarios';
import { agent, buildSessionTurns, type SessionShape } from './session-turns';

/** The upper limit for active scenarios (2.15). */
const maxActive = 20;
const instanceIdGenerator = new UuidV5InstanceIdGenerator();

/** Builds the inputs of the rules for each turn of a session, as the service would. */
export function buildTurnInputs(shape: SessionShape, stepsPerScenario: number): readonly TurnInput[] {
  const catalogue = buildWorkloadCatalogue(shape, stepsPerScenario);
  const settings = { ...defaultSettings, maxSimultaneousScenarios: maxActive };
  const inputs: TurnInput[] = [];
  let session = createEmptySession({ ...agent, sessionId: '' });
  for (const message of buildSessionTurns(shape)) {
    // Encodes and decodes the turn, so that it has the same shape as a received turn.
    const turn = turnFromProto(Turn.decode(Turn.encode(message).finish()), 0);
    if (inputs.length === 0) session = createEmptySession(turn);
    const getNewInstanceId = (scenarioId: string): string =>
      instanceIdGenerator.generateInstanceId(turn.sessionId, turn.turnId, scenarioId);
    const input = { session, turn, catalogue, settings, getNewInstanceId };
    inputs.push(input);
    session = decideTurn(input).session;
  }
  return inputs;
}

function compileWorkloadScenario(index: number, steps: number): CompiledScenario {
  const { compiled, findings } = compileScenario(scenarioFromProto(buildScenario(index, steps)), 1);
  if (compiled === undefined)
    throw new Error(`A scenario of the workload does not compile: ${JSON.stringify(findings)}`);
  return compiled;
}

/** Builds a catalogue with the compiled scenarios of a session. */
export function buildWorkloadCatalogue({ activeScenarios }: SessionShape, stepsPerScenario: number): Catalogue {
  const scenarios = Array.from({ length: activeScenarios }, (_, index) =>
    compileWorkloadScenario(index, stepsPerScenario),
  );
  const byId = new Map(scenarios.map((scenario) => [scenario.scenarioId, scenario]));
  return {
    revision: 1,
    getScenario: (scenarioId) => byId.get(scenarioId),
    getScenarioVersion: (scenarioId) => byId.get(scenarioId),
    relationships: indexRelationships([]),
    fields: noFieldRules,
  };
}
