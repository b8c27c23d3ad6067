import { createHash } from 'node:crypto';
import type { Scenario } from '../../gen/focal/orchestration/v1/scenario';
import type { OrchestratorClient } from '../../src/client';
import { turnResultToProto } from '../../src/codec/result-codec';
import { scenarioFromProto } from '../../src/codec/scenario-codec';
import { turnFromProto } from '../../src/codec/turn-message-codec';
import type { Catalogue } from '../../src/domain/catalogue';
import { compileScenario } from '../../src/domain/compile-scenario';
import type { CompiledScenario } from '../../src/domain/compiled-scenario';
import { decideTurn } from '../../src/domain/decide-turn';
import { indexRelationships } from '../../src/domain/relationships';
import { emptySession, type Session } from '../../src/domain/session';
import { defaultSettings } from '../../src/domain/settings';

/** The rules themselves behind the client's own call, for one session: no server, no store. */
export function decidedInProcess(scenarios: readonly Scenario[]): Pick<OrchestratorClient, 'processTurn'> {
  const catalogue = catalogueOf(scenarios);
  let session: Session | undefined;
  return {
    async processTurn({ turn: message }) {
      if (message === undefined) throw new Error('no turn');
      const turn = turnFromProto(message, 0);
      const decision = decideTurn({
        session: session ?? emptySession(turn),
        turn,
        catalogue,
        settings: defaultSettings,
        instanceIdOf: (scenarioId) => uuidOf(`${turn.turnId} ${scenarioId}`),
      });
      session = decision.session;
      return { response: turnResultToProto(decision.result), replayed: false };
    },
  };
}

/** Compiles scenarios; throws where one of them has any finding, warnings included. */
function catalogueOf(scenarios: readonly Scenario[]): Catalogue {
  const compiled = new Map<string, CompiledScenario>();
  for (const message of scenarios) {
    const { compiled: scenario, findings } = compileScenario(scenarioFromProto(message), 1);
    if (scenario === undefined || findings.length > 0) throw new Error(`${message.name}: ${JSON.stringify(findings)}`);
    compiled.set(message.scenarioId, scenario);
  }
  return {
    revision: 1,
    scenario: (id) => compiled.get(id),
    version: (id) => compiled.get(id),
    relationships: indexRelationships([]),
  };
}

function uuidOf(text: string): string {
  const hex = createHash('sha1').update(text).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
