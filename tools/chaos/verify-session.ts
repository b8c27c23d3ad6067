import { type ProcessTurnRequest, ProcessTurnResponse } from '../../gen/focal/orchestration/v1/orchestrator_service';
import type { StoredScenario } from '../../gen/focal/orchestration/v1/scenario';
import { Session as SessionMessage } from '../../gen/focal/orchestration/v1/session';
import type { TurnRecord } from '../../gen/focal/orchestration/v1/session_service';
import { decideTurn } from '../../src/core/decide-turn';
import { createFieldRules } from '../../src/core/fields/field-rules';
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
import type { Violation, ViolationKind } from './experiment';
import type { SentTurn } from './turn-log';

/** A recorded turn, with the bytes of its response as the service returned them. */
export interface RecordedTurn extends Pick<TurnRecord, 'revision' | 'turnId' | 'request'> {
  readonly response: Uint8Array;
}

/** A session as its clients recorded it and as the service stores it. */
export interface ObservedSession {
  readonly sessionId: string;
  readonly sentTurns: ReadonlyMap<string, SentTurn>;
  /** The turns that the service has recorded, in the order of ListTurns. */
  readonly recordedTurns: readonly RecordedTurn[];
  /** The encoded session; undefined if the session does not exist. */
  readonly state: Uint8Array | undefined;
}

/**
 * Verifies a session. The revisions are 1, 2, 3 ... Each acknowledged turn is recorded once, with the acknowledged response. Each recorded
 * turn was sent. The responses and the state are what the rules decide for the recorded requests. A turn that was sent but not
 * acknowledged may be recorded once, or not at all.
 */
export function verifySession(session: ObservedSession, catalogue: Catalogue): readonly Violation[] {
  return [
    ...findRevisionViolations(session),
    ...findTurnViolations(session),
    ...findRuleViolations(session, catalogue),
  ];
}

function findRevisionViolations({ sessionId, recordedTurns }: ObservedSession): Violation[] {
  const index = recordedTurns.findIndex(({ revision }, at) => revision !== at + 1);
  if (index === -1) return [];
  return [toViolation('gap', sessionId, `turn ${index + 1} has revision ${recordedTurns[index]?.revision}`)];
}

function findTurnViolations({ sessionId, sentTurns, recordedTurns }: ObservedSession): Violation[] {
  const violations: Violation[] = [];
  const responses = new Map<string, Uint8Array>();
  for (const { turnId, response } of recordedTurns) {
    if (responses.has(turnId)) violations.push(toViolation('duplicate', sessionId, `turn ${turnId} is recorded twice`));
    if (!sentTurns.has(turnId)) violations.push(toViolation('response', sessionId, `turn ${turnId} was never sent`));
    responses.set(turnId, response);
  }
  for (const { turnId, acknowledgedResponse } of sentTurns.values()) {
    if (acknowledgedResponse === undefined) continue;
    const response = responses.get(turnId);
    if (response === undefined) {
      violations.push(toViolation('lost', sessionId, `turn ${turnId} was acknowledged but is not recorded`));
    } else if (!acknowledgedResponse.equals(response)) {
      violations.push(toViolation('response', sessionId, `turn ${turnId} was acknowledged with another response`));
    }
  }
  return violations;
}

/** Returns the first difference only, because later ones follow from it. */
function findRuleViolations({ sessionId, recordedTurns, state }: ObservedSession, catalogue: Catalogue): Violation[] {
  const expected = new ExpectedSession(catalogue);
  for (const { turnId, revision, request, response } of recordedTurns) {
    if (request !== undefined && areEqual(expected.decide(request, response), response)) continue;
    return [
      toViolation('response', sessionId, `turn ${turnId} at revision ${revision} differs from what the rules decide`),
    ];
  }
  if (areEqual(expected.encodeState(), state)) return [];
  return [toViolation('state', sessionId, 'the stored session differs from the result of its recorded turns')];
}

function areEqual(left: Uint8Array | undefined, right: Uint8Array | undefined): boolean {
  if (left === undefined || right === undefined) return left === right;
  return Buffer.compare(left, right) === 0;
}

function toViolation(kind: ViolationKind, sessionId: string, problem: string): Violation {
  return { kind, text: `session ${sessionId}: ${problem}` };
}

const codec = new ProtoTurnCodec();
const instanceIdGenerator = new UuidV5InstanceIdGenerator();

/**
 * Decides the turns of a session with the rules alone, without a server, store or cache. The service must return and store the same
 * bytes.
 */
export class ExpectedSession {
  private session: Session | undefined;

  constructor(private readonly catalogue: Catalogue) {}

  /**
   * Decides the next turn and returns the bytes of its response. `request` has the time of the original decision. Only the proposal of
   * the model is read from the recorded response.
   */
  decide(request: ProcessTurnRequest, recordedResponse: Uint8Array): Uint8Array {
    if (request.turn === undefined) throw new Error('A recorded request has no turn.');
    const turn = turnFromProto(request.turn, 0);
    const { modelProposal } = ProcessTurnResponse.decode(recordedResponse);
    const { session, result } = decideTurn({
      session: this.session ?? createEmptySession(turn),
      turn,
      catalogue: this.catalogue,
      settings: defaultSettings,
      getNewInstanceId: (scenarioId) => instanceIdGenerator.generateInstanceId(turn.sessionId, turn.turnId, scenarioId),
      proposal: modelProposal && modelProposalFromProto(modelProposal),
    });
    this.session = session;
    return codec.encodeResult(result);
  }

  /** Encodes the session as GetSession returns it; undefined before the first turn. */
  encodeState(): Uint8Array | undefined {
    if (this.session === undefined) return undefined;
    return SessionMessage.encode(sessionToProto(this.session, findFocusInstanceId(this.session))).finish();
  }
}

/** Compiles stored scenarios into a catalogue without relationships. Throws if a scenario does not compile. */
export function buildCatalogue(stored: readonly StoredScenario[]): Catalogue {
  const scenarios = new Map<string, CompiledScenario>();
  for (const { scenario, version } of stored) {
    if (scenario === undefined) throw new Error('A stored scenario has no definition.');
    const { compiled, findings } = compileScenario(scenarioFromProto(scenario), version);
    if (compiled === undefined) throw new Error(`${scenario.name} does not compile: ${JSON.stringify(findings)}`);
    scenarios.set(compiled.definition.scenarioId, compiled);
  }
  return {
    revision: 1,
    getScenario: (id) => scenarios.get(id),
    getScenarioVersion: (id, version) => (scenarios.get(id)?.version === version ? scenarios.get(id) : undefined),
    relationships: indexRelationships([]),
    fields: createFieldRules(
      new Map(),
      [...scenarios.values()].map(({ definition }) => definition),
    ),
  };
}
