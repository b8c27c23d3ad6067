import { decideTurn, type TurnDecision } from '../domain/decide-turn';
import { OrchestratorError } from '../domain/orchestrator-error';
import { emptySession, type Session } from '../domain/session';
import type { OrchestrationSettings } from '../domain/settings';
import type { Turn } from '../domain/turn';
import type { Call } from '../ports/call';
import type { Clock } from '../ports/clock';
import type { InstanceIds } from '../ports/instance-ids';
import type { Log } from '../ports/log';
import type { Metrics } from '../ports/metrics';
import type { CommitOutcome, SessionStore, TurnRecord } from '../ports/session-store';
import type { Telemetry } from '../ports/telemetry';
import type { TurnCodec } from '../ports/turn-codec';
import type { VersionKey } from './catalogue-snapshot';
import type { ProcessedTurn, TurnCommand } from './commands';
import type { CompiledCatalogue } from './compiled-catalogue';
import { emptyResult } from './empty-result';
import { reportTurn } from './turn-report';

/** What a turn needs of the world. */
export interface TurnDependencies {
  readonly store: SessionStore;
  readonly catalogue: CompiledCatalogue;
  readonly codec: TurnCodec;
  readonly ids: InstanceIds;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  readonly metrics: Metrics;
  readonly log: Log;
  readonly settings: OrchestrationSettings;
}

/** How often a turn is decided again when others of its session are committed in between. */
const maxTries = 1_000;

/**
 * The whole of a turn: load, decide, commit; decided again on the newer state when another turn of the session came first (5.3).
 * A turn id that is known is answered with what was stored (5.1).
 *
 * @throws OrchestratorError TURN_ID_REUSED (5.2), REVISION_MISMATCH (5.4), AGENT_MISMATCH, TOO_MUCH_CONTENTION, and what the store
 * throws.
 */
export async function processTurn(deps: TurnDependencies, command: TurnCommand, call: Call): Promise<ProcessedTurn> {
  const ended = deps.metrics.turnBegins();
  const processed = await decideAndCommit(deps, command, call);
  ended({ trigger: command.turn.trigger, ...processed });
  reportTurn(deps, command.turn, processed);
  return processed;
}

async function decideAndCommit(deps: TurnDependencies, command: TurnCommand, call: Call): Promise<ProcessedTurn> {
  const { turn, validateOnly } = command;
  const fresh = validateOnly || command.expectedRevision !== undefined;
  const loaded = await deps.telemetry.spanAsync('session.load', () => deps.store.load(turn, turn.turnId, call, fresh));
  if (loaded.known) return replay(deps, command, loaded.known);
  if (!deps.settings.enabled) return untouched(deps, command, loaded.session);
  let session = loaded.session;
  for (let tries = 0; tries < maxTries; tries += 1) {
    checkSession(session, command);
    const decision = await decide(deps, command, session ?? emptySession(turn), call);
    const responseBytes = deps.codec.encodeResult(decision.result);
    const processed = { responseBytes, replayed: false, result: decision.result };
    if (validateOnly) return processed;
    const outcome = await commit(deps, command, decision, responseBytes, call);
    if (outcome.kind === 'committed') return processed;
    if (outcome.kind === 'known') return replay(deps, command, outcome.record);
    deps.metrics.conflict();
    session = outcome.session;
  }
  throw new OrchestratorError('TOO_MUCH_CONTENTION', 'Too many turns of the session were committed at once; retry.', {
    metadata: { session_id: turn.sessionId },
    retryAfterMs: 100,
  });
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
  { catalogue, telemetry, settings, ids }: TurnDependencies,
  { turn, validateOnly }: TurnCommand,
  session: Session,
  call: Call,
): Promise<TurnDecision> {
  const opened = await catalogue.open(turn, neededVersions(session, turn), call);
  return decideTurn(
    {
      session,
      turn,
      catalogue: opened,
      settings,
      instanceIdOf: (scenarioId) => ids.instanceId(turn.sessionId, turn.turnId, scenarioId),
    },
    validateOnly,
    (name, work) => telemetry.span(name, work),
  );
}

/** The versions that running instances run on, and those of ended ones that an outcome is about (0.6). */
function neededVersions(session: Session, { stepOutcomes }: Turn): readonly VersionKey[] {
  const named = new Set(stepOutcomes.map(({ instanceId }) => instanceId));
  const ended = session.endedInstances.filter(({ instanceId }) => named.has(instanceId));
  return [...session.instances, ...ended].map(({ scenarioId, scenarioVersion }) => ({
    scenarioId,
    version: scenarioVersion,
  }));
}

function commit(
  { store, clock, telemetry }: TurnDependencies,
  { turn, requestBytes }: TurnCommand,
  { session }: TurnDecision,
  response: Uint8Array,
  call: Call,
): Promise<CommitOutcome> {
  const { turnId, occurredAt } = turn;
  const record: TurnRecord = {
    revision: session.revision,
    turnId,
    occurredAt,
    committedAt: clock.now(),
    request: requestBytes,
    response,
  };
  return telemetry.spanAsync('session.commit', () => store.commit({ session, record }, call));
}

/** The stored answer, where the request is the one that it was given to (5.1, 5.2). */
function replay({ codec }: TurnDependencies, { turn, requestBytes }: TurnCommand, record: TurnRecord): ProcessedTurn {
  if (!codec.sameTurn(record.request, requestBytes)) {
    throw new OrchestratorError(
      'TURN_ID_REUSED',
      `Turn ${turn.turnId} was applied with another request. Give each turn an id of its own.`,
      { metadata: { turn_id: turn.turnId, revision: String(record.revision) } },
    );
  }
  return { responseBytes: record.response, replayed: true, result: codec.decodeResult(record.response) };
}

/** With `enabled = false` every phase answers empty and the session is untouched (2.16). */
function untouched({ codec }: TurnDependencies, { turn, validateOnly }: TurnCommand, session?: Session): ProcessedTurn {
  const result = emptyResult(turn, session, validateOnly);
  return { responseBytes: codec.encodeResult(result), replayed: false, result };
}
