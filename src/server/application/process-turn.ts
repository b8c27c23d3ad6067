import type { TurnDecision } from '../../core/decide-turn';
import { OrchestratorError } from '../../core/model/orchestrator-error';
import { createEmptySession, type Session } from '../../core/model/session';
import { canBeSuperseded } from '../../core/model/superseding';
import type { Turn } from '../../core/model/turn';
import { type Call, runInSpan } from '../ports/call';
import type { Metrics } from '../ports/metrics';
import type { CommitOutcome, LoadedSession, TurnRecord } from '../ports/session-store';
import type { ResponseView, TurnBasis, TurnCodec } from '../ports/turn-codec';
import { adoptLegacySession, type LegacySessionDependencies } from './adopt-legacy-session';
import {
  createEmptyResult,
  type DecisionDependencies,
  decideLoadedTurn,
  type OnProvisional,
  openCatalogueForTurn,
} from './decide-loaded-turn';
import { replayTurn } from './replay-turn';
import { reportTurn } from './report-turn';
import { summarizeTurn } from './summarize-turn';
import { restoreSupersededState } from './supersede-turn';
import { createTurnBasis, ReadCatalogue } from './turn-basis';
import { type ProcessedTurn, TimerMovedError, type TurnCommand } from './turn-command';
import { checkTurnSize, type TurnSizeDependencies } from './turn-size';

export interface TurnDependencies extends DecisionDependencies, LegacySessionDependencies, TurnSizeDependencies {
  readonly codec: TurnCodec;
  readonly metrics: Metrics;
}

/** Maximum number of times that a turn is decided, including the decisions after conflicts. */
const maxAttempts = 1_000;

/**
 * Processes a turn: load, decide, commit. If another turn of the session was committed first, the turn is decided again on the new
 * state (5.3). A known turn id returns the same response again (5.1). A turn that supersedes the last one is decided on the state before
 * that one (section 13). While the model is asked, `onProvisional` is called at most once,
 * before the commit, with the decision that the rules make without the model (section 9).
 *
 * @throws OrchestratorError TURN_ID_REUSED (5.2), REVISION_MISMATCH (5.4), AGENT_MISMATCH, CUSTOMER_MISMATCH,
 * TURN_NOT_SUPERSEDABLE (section 13), TOO_MUCH_CONTENTION, TOO_LARGE if the turn could not be received after the commit, and the errors of the
 * store. TimerMovedError if the command fires a timer that is not the next one of the session any more.
 */
export async function processTurn(
  deps: TurnDependencies,
  command: TurnCommand,
  call: Call,
  onProvisional?: OnProvisional,
): Promise<ProcessedTurn> {
  const endTurn = deps.metrics.startTurn();
  const processed = await decideAndCommit(deps, command, call, onProvisional);
  endTurn({ trigger: command.turn.trigger, ...processed });
  reportTurn(deps.log, call.span, command.turn, processed);
  return processed;
}

async function decideAndCommit(
  deps: TurnDependencies,
  command: TurnCommand,
  call: Call,
  onProvisional: OnProvisional | undefined,
): Promise<ProcessedTurn> {
  const { turn, validateOnly, expectedRevision } = command;
  let isFresh = validateOnly || expectedRevision !== undefined;
  let current = await load(deps, command, isFresh, call);
  if (current.recordedTurn) return replayTurn(deps, command, current.recordedTurn, call);
  if (!deps.settings.enabled) return skipDecision(deps, command, current.session);
  if (!current.session) current = { ...current, session: await adoptSession(deps, command, call) };
  for (let attempt = 1; attempt <= maxAttempts; attempt += 1) {
    const attemptProvisional = attempt === 1 ? onProvisional : undefined;
    try {
      const outcome = await decideOn(deps, command, current, call, attemptProvisional);
      if (outcome.kind === 'processed') return outcome.processed;
      if (outcome.kind === 'known') return replayTurn(deps, command, outcome.record, call);
      deps.metrics.recordCommitConflict();
      current = await loadAfterConflict(deps, command, outcome.session, call);
    } catch (error) {
      if (isFresh || !isSizeRefusal(error)) throw error;
      // The cached state may be outdated or contain this very turn. A known turn id takes precedence over a limit (5.1).
      current = await load(deps, command, true, call);
    }
    isFresh = true;
    if (current.recordedTurn) return replayTurn(deps, command, current.recordedTurn, call);
  }
  throw new OrchestratorError(
    'TOO_MUCH_CONTENTION',
    'Too many concurrent turns of the session were committed; retry.',
    {
      metadata: { session_id: turn.sessionId },
      retryAfterMs: 100,
    },
  );
}

/** A turn was decided and, unless it only validates, committed; or the state has changed meanwhile. */
type AttemptOutcome =
  | { readonly kind: 'processed'; readonly processed: ProcessedTurn }
  | Exclude<CommitOutcome, { readonly kind: 'committed' }>;

/** Decides the turn on a loaded state and commits it. */
async function decideOn(
  deps: TurnDependencies,
  command: TurnCommand,
  current: LoadedSession,
  call: Call,
  onProvisional: OnProvisional | undefined,
): Promise<AttemptOutcome> {
  checkSession(current.session, command);
  const base = await getBase(deps, command.turn, current, call);
  const { decision, basis } = await decide(deps, command, base, call, onProvisional);
  const record = createRecord(deps, command, decision, basis, call);
  const responseBytes = responseEncoders[command.responseView](deps.codec, record.response, decision.explain);
  checkTurnSize(deps, record, responseBytes);
  const processed = { responseBytes, replayed: false, result: decision.result };
  if (command.validateOnly) {
    deps.codec.checkSession(decision.session, current.session);
    return { kind: 'processed', processed };
  }
  const decided = { previousSession: current.session, base, decision, record };
  const outcome = await commit(deps, command.turn, decided, call);
  return outcome.kind === 'committed' ? { kind: 'processed', processed } : outcome;
}

function isSizeRefusal(error: unknown): boolean {
  return error instanceof OrchestratorError && (error.reason === 'SESSION_TOO_LARGE' || error.reason === 'TOO_LARGE');
}

function load(
  { store }: TurnDependencies,
  { turn }: TurnCommand,
  skipsCache: boolean,
  call: Call,
): Promise<LoadedSession> {
  const includesStateBefore = turn.supersedesTurnId !== '';
  return runInSpan(call, 'session.load', (spanCall) =>
    store.load(turn, turn.turnId, spanCall, { skipsCache, includesStateBefore }),
  );
}

/** Returns the state that caused a conflict. A superseding turn needs more than the conflict returns, so it loads the session again. */
async function loadAfterConflict(
  deps: TurnDependencies,
  command: TurnCommand,
  session: Session | undefined,
  call: Call,
): Promise<LoadedSession> {
  return command.turn.supersedesTurnId === '' ? { session, recordedTurn: undefined } : load(deps, command, true, call);
}

/**
 * Adopts a legacy session (section 8). Without a legacy store, nothing is looked up and no span is created.
 *
 * @throws OrchestratorError SESSION_TOO_LARGE, also with `validateOnly`, which does not store the session.
 */
async function adoptSession(
  deps: TurnDependencies,
  { turn, validateOnly }: TurnCommand,
  call: Call,
): Promise<Session | undefined> {
  if (deps.legacySessions === undefined) return undefined;
  const adopted = await runInSpan(call, 'session.adopt_legacy', (spanCall) =>
    adoptLegacySession(deps, turn, validateOnly, spanCall),
  );
  if (validateOnly && adopted !== undefined) deps.codec.checkSession(adopted, undefined);
  return adopted;
}

function checkSession(session: Session | undefined, { turn, expectedRevision, timerAt }: TurnCommand): void {
  if (timerAt !== undefined && session?.nextTimerAt !== timerAt) throw new TimerMovedError();
  if (session && session.agentId !== turn.agentId) {
    throw new OrchestratorError('AGENT_MISMATCH', `The session belongs to agent ${session.agentId}.`, {
      metadata: { session_id: turn.sessionId },
    });
  }
  if (session && session.customerId !== '' && turn.customerId !== '' && session.customerId !== turn.customerId) {
    throw new OrchestratorError(
      'CUSTOMER_MISMATCH',
      'The session belongs to another customer. Send the turn without customer_id, or use another session_id for this customer.',
      { metadata: { session_id: turn.sessionId } },
    );
  }
  const current = session?.revision ?? 0;
  if (expectedRevision !== undefined && expectedRevision !== current) {
    throw new OrchestratorError(
      'REVISION_MISMATCH',
      `The session is at revision ${current}, not ${expectedRevision}. Read the session again before you retry.`,
      { metadata: { expected_revision: String(expectedRevision), current_revision: String(current) } },
    );
  }
}

/** Returns the session to decide the turn on: the current one or, for a superseding turn, the one before the last turn. */
async function getBase(deps: TurnDependencies, turn: Turn, current: LoadedSession, call: Call): Promise<Session> {
  if (turn.supersedesTurnId !== '') return restoreSupersededState(deps, turn, current, call);
  return current.session ?? createEmptySession(turn);
}

async function decide(
  deps: TurnDependencies,
  { turn, validateOnly }: TurnCommand,
  session: Session,
  call: Call,
  onProvisional: OnProvisional | undefined,
): Promise<{ readonly decision: TurnDecision; readonly basis: TurnBasis }> {
  const catalogue = new ReadCatalogue(await openCatalogueForTurn(deps.catalogue, turn, session, call));
  const decision = await decideLoadedTurn(deps, { turn, validateOnly, session, catalogue }, call, onProvisional);
  const { settings } = deps;
  return { decision, basis: createTurnBasis({ turn, session, catalogue, settings, result: decision.result }) };
}

/** Encodes what is stored. The response is recorded in the view BASIC, whatever view the caller wants (5.1). */
function createRecord(
  { codec, clock }: TurnDependencies,
  { turn, requestBytes, callerTraceContext }: TurnCommand,
  { session, result }: TurnDecision,
  basis: TurnBasis,
  call: Call,
): TurnRecord {
  return {
    revision: session.revision,
    turnId: turn.turnId,
    occurredAt: session.updatedAt,
    committedAt: clock.now(),
    request: requestBytes,
    response: codec.encodeResult(result),
    basis: codec.encodeBasis(basis),
    traceContext: call.span.getTraceContext() ?? callerTraceContext,
  };
}

/** Encodes what is sent. In the view BASIC, these are the recorded bytes. */
const responseEncoders: Readonly<
  Record<ResponseView, (codec: TurnCodec, basicBytes: Uint8Array, explain: TurnDecision['explain']) => Uint8Array>
> = {
  BASIC: (_codec, basicBytes) => basicBytes,
  FULL: (codec, _basicBytes, explain) => codec.encodeExplanation(explain()),
  PLAN: (codec, basicBytes) => codec.selectPlan(basicBytes),
};

interface DecidedTurn {
  /** The session that the commit replaces; undefined if it did not exist. */
  readonly previousSession: Session | undefined;
  /** The session that the turn was decided on. */
  readonly base: Session;
  readonly decision: TurnDecision;
  readonly record: TurnRecord;
}

function commit(
  { store }: TurnDependencies,
  turn: Turn,
  { previousSession, base, decision, record }: DecidedTurn,
  call: Call,
): Promise<CommitOutcome> {
  const { session, result } = decision;
  // The store copies the state that the commit replaces. It cannot derive the one that a superseding turn was decided on.
  const stateBefore = turn.supersedesTurnId === '' ? 'previous' : base;
  const isSupersedable = canBeSuperseded(turn, result);
  const summary = summarizeTurn(turn, result);
  return runInSpan(call, 'session.commit', (spanCall) =>
    store.commit({ previousSession, session, record, stateBefore, isSupersedable, summary }, spanCall),
  );
}

/**
 * Creates the response while orchestration is disabled: with `enabled = false`, all phases return empty results and the session
 * does not change (2.16).
 */
function skipDecision(
  { codec }: TurnDependencies,
  { turn, validateOnly, responseView }: TurnCommand,
  session: Session | undefined,
): ProcessedTurn {
  const result = createEmptyResult(turn, session, validateOnly);
  const responseBytes = responseEncoders[responseView](codec, codec.encodeResult(result), () => result);
  return { responseBytes, replayed: false, result };
}
