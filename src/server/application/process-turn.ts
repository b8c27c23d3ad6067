import type { TurnDecision } from '../../core/decide-turn';
import { OrchestratorError } from '../../core/model/orchestrator-error';
import { createEmptySession, type Session } from '../../core/model/session';
import type { Call } from '../ports/call';
import type { Metrics } from '../ports/metrics';
import type { CommitOutcome, TurnRecord } from '../ports/session-store';
import type { TurnCodec } from '../ports/turn-codec';
import { adoptLegacySession, type LegacySessionDependencies } from './adopt-legacy-session';
import type { ProcessedTurn, TurnCommand } from './commands';
import {
  type DecisionDependencies,
  decideLoadedTurn,
  type OnProvisional,
  openCatalogueForTurn,
} from './decide-loaded-turn';
import { createEmptyResult } from './empty-result';
import { reportTurn } from './report-turn';

/** What a turn needs of the world. */
export interface TurnDependencies extends DecisionDependencies, LegacySessionDependencies {
  readonly codec: TurnCodec;
  readonly metrics: Metrics;
}

/** How often a turn is decided again when others of its session are committed in between. */
const maxTries = 1_000;

/**
 * The whole of a turn: load, decide, commit; decided again on the newer state when another turn of the session came first (5.3).
 * A turn id that is known is answered with what was stored (5.1). `tell` hears once at most, and before the commit, what is decided
 * without the model, while that is asked (section 9).
 *
 * @throws OrchestratorError TURN_ID_REUSED (5.2), REVISION_MISMATCH (5.4), AGENT_MISMATCH, TOO_MUCH_CONTENTION, and what the store
 * throws.
 */
export async function processTurn(
  deps: TurnDependencies,
  command: TurnCommand,
  call: Call,
  tell?: OnProvisional,
): Promise<ProcessedTurn> {
  const ended = deps.metrics.startTurn();
  const processed = await decideAndCommit(deps, command, call, tell);
  ended({ trigger: command.turn.trigger, ...processed });
  reportTurn(deps, command.turn, processed);
  return processed;
}

async function decideAndCommit(
  deps: TurnDependencies,
  command: TurnCommand,
  call: Call,
  tell: OnProvisional | undefined,
): Promise<ProcessedTurn> {
  const { turn, validateOnly } = command;
  const fresh = validateOnly || command.expectedRevision !== undefined;
  const loaded = await deps.telemetry.withSpanAsync('session.load', () =>
    deps.store.load(turn, turn.turnId, call, fresh),
  );
  if (loaded.recordedTurn) return replay(deps, command, loaded.recordedTurn);
  if (!deps.settings.enabled) return untouched(deps, command, loaded.session);
  let session = loaded.session ?? (await takenOver(deps, command, call));
  for (let tries = 0; tries < maxTries; tries += 1) {
    checkSession(session, command);
    const decision = await decide(
      deps,
      command,
      session ?? createEmptySession(turn),
      call,
      tries === 0 ? tell : undefined,
    );
    const responseBytes = deps.codec.encodeResult(decision.result);
    const processed = { responseBytes, replayed: false, result: decision.result };
    if (validateOnly) return processed;
    const outcome = await commit(deps, command, { before: session, decision, responseBytes }, call);
    if (outcome.kind === 'committed') return processed;
    if (outcome.kind === 'known') return replay(deps, command, outcome.record);
    deps.metrics.recordCommitConflict();
    session = outcome.session;
  }
  throw new OrchestratorError('TOO_MUCH_CONTENTION', 'Too many turns of the session were committed at once; retry.', {
    metadata: { session_id: turn.sessionId },
    retryAfterMs: 100,
  });
}

/** The session that an older service has left behind (section 8); where none can, there is nothing to look for, and no span. */
function takenOver(
  deps: TurnDependencies,
  { turn, validateOnly }: TurnCommand,
  call: Call,
): Promise<Session | undefined> {
  if (deps.olderSessions === undefined) return Promise.resolve(undefined);
  return deps.telemetry.withSpanAsync('session.take_over', () => adoptLegacySession(deps, turn, validateOnly, call));
}

/** Whether the turn may be decided on this state. */
function checkSession(session: Session | undefined, { turn, expectedRevision }: TurnCommand): void {
  if (session && session.agentId !== turn.agentId) {
    throw new OrchestratorError('AGENT_MISMATCH', `The session belongs to agent ${session.agentId}.`, {
      metadata: { session_id: turn.sessionId },
    });
  }
  const current = session?.revision ?? 0;
  if (expectedRevision !== undefined && expectedRevision !== current) {
    throw new OrchestratorError(
      'REVISION_MISMATCH',
      `The session is at revision ${current}, not at ${expectedRevision}. Read it again and decide anew.`,
      { metadata: { expected_revision: String(expectedRevision), current_revision: String(current) } },
    );
  }
}

async function decide(
  deps: TurnDependencies,
  command: TurnCommand,
  session: Session,
  call: Call,
  tell: OnProvisional | undefined,
): Promise<TurnDecision> {
  const catalogue = await openCatalogueForTurn(deps.catalogue, command.turn, session, call);
  const { turn, validateOnly } = command;
  return decideLoadedTurn(deps, { turn, validateOnly, session, catalogue }, call, tell);
}

/** A turn as it was decided, with the session that it was decided on and the answer to it. */
interface DecidedTurn {
  readonly before: Session | undefined;
  readonly decision: TurnDecision;
  readonly responseBytes: Uint8Array;
}

function commit(
  { store, clock, telemetry }: TurnDependencies,
  { turn, requestBytes }: TurnCommand,
  { before, decision, responseBytes }: DecidedTurn,
  call: Call,
): Promise<CommitOutcome> {
  const { turnId, occurredAt } = turn;
  const { session } = decision;
  const record: TurnRecord = {
    revision: session.revision,
    turnId,
    occurredAt,
    committedAt: clock.now(),
    request: requestBytes,
    response: responseBytes,
    traceparent: telemetry.getTraceparent(),
  };
  return telemetry.withSpanAsync('session.commit', () =>
    store.commit({ previousSession: before, session, record }, call),
  );
}

/** The stored answer, where the request is the one that it was given to (5.1, 5.2); the span links to the one of the first time. */
function replay(
  { codec, telemetry }: TurnDependencies,
  { turn, requestBytes }: TurnCommand,
  record: TurnRecord,
): ProcessedTurn {
  if (!codec.isSameTurn(record.request, requestBytes)) {
    throw new OrchestratorError(
      'TURN_ID_REUSED',
      `Turn ${turn.turnId} was applied with another request. Give each turn an id of its own.`,
      { metadata: { turn_id: turn.turnId, revision: String(record.revision) } },
    );
  }
  if (record.traceparent !== undefined) telemetry.getActiveSpan().addLink(record.traceparent);
  return { responseBytes: record.response, replayed: true, result: codec.decodeResult(record.response) };
}

/** With `enabled = false` every phase answers empty and the session is untouched (2.16). */
function untouched({ codec }: TurnDependencies, { turn, validateOnly }: TurnCommand, session?: Session): ProcessedTurn {
  const result = createEmptyResult(turn, session, validateOnly);
  return { responseBytes: codec.encodeResult(result), replayed: false, result };
}
