import { type ProcessTurnRequest, ProcessTurnResponse } from '../../gen/focal/orchestration/v1/orchestrator_service';
import type { StoredScenario } from '../../gen/focal/orchestration/v1/scenario';
import { Session as SessionMessage } from '../../gen/focal/orchestration/v1/session';
import { decideTurn } from '../../src/core/decide-turn';
import { findFocusInstanceId } from '../../src/core/model/focus';
import { createEmptySession, type Session } from '../../src/core/model/session';
import { defaultSettings } from '../../src/core/model/settings';
import type { Catalogue } from '../../src/core/scenario/catalogue';
import { compileScenario } from '../../src/core/scenario/compile-scenario';
import type { CompiledScenario } from '../../src/core/scenario/compiled-scenario';
import { indexRelationships } from '../../src/core/scenario/relationships';
import { ProtoTurnCodec } from '../../src/server/codec/stored/proto-turn-codec';
import { modelProposalFromProto } from '../../src/server/codec/wire/result-codec';
import { scenarioFromProto } from '../../src/server/codec/wire/scenario-codec';
import { sessionToProto } from '../../src/server/codec/wire/session-codec';
import { turnFromProto } from '../../src/server/codec/wire/turn-message-codec';
import { UuidV5InstanceIdGenerator } from '../../src/server/runtime/system';

const codec = new ProtoTurnCodec();
const ids = new UuidV5InstanceIdGenerator();

/** The catalogue that stored scenarios make, without relationships. Throws where one does not compile. */
export function catalogueOf(stored: readonly StoredScenario[]): Catalogue {
  const compiled = new Map<string, CompiledScenario>();
  for (const { scenario, version } of stored) {
    if (scenario === undefined) throw new Error('A stored scenario has no definition.');
    const { compiled: one, findings } = compileScenario(scenarioFromProto(scenario), version);
    if (one === undefined) throw new Error(`${scenario.name} does not compile: ${JSON.stringify(findings)}`);
    compiled.set(one.definition.scenarioId, one);
  }
  return {
    revision: 1,
    getScenario: (id) => compiled.get(id),
    getScenarioVersion: (id, version) => (compiled.get(id)?.version === version ? compiled.get(id) : undefined),
    relationships: indexRelationships([]),
  };
}

/**
 * A session decided again from its requests, one after the other, by the rules alone: no server, no store, no cache. What the
 * service answered and holds must be the same bytes.
 */
export class FoldedSession {
  private session: Session | undefined;

  constructor(private readonly catalogue: Catalogue) {}

  /**
   * Decides the next turn; `request` holds the time that it was decided with, `recorded` the response that was given, of which
   * only the model's proposal is an input. Returns the response's bytes.
   */
  decide(request: ProcessTurnRequest, recorded: Uint8Array): Uint8Array {
    if (request.turn === undefined) throw new Error('A recorded request has no turn.');
    const turn = turnFromProto(request.turn, 0);
    const { modelProposal } = ProcessTurnResponse.decode(recorded);
    const { session, result } = decideTurn({
      session: this.session ?? createEmptySession(turn),
      turn,
      catalogue: this.catalogue,
      settings: defaultSettings,
      getNewInstanceId: (scenarioId) => ids.generateInstanceId(turn.sessionId, turn.turnId, scenarioId),
      proposal: modelProposal && modelProposalFromProto(modelProposal),
    });
    this.session = session;
    return codec.encodeResult(result);
  }

  /** The session as callers see it, encoded; undefined before its first turn. */
  state(): Uint8Array | undefined {
    if (this.session === undefined) return undefined;
    return SessionMessage.encode(sessionToProto(this.session, findFocusInstanceId(this.session))).finish();
  }
}
