import type { TurnDecision } from '../../core/decide-turn';
import { OrchestratorError } from '../../core/model/orchestrator-error';
import { createEmptySession, type Session, type SessionKey } from '../../core/model/session';
import type { OrchestrationSettings } from '../../core/model/settings';
import { restoreSessionBefore } from '../../core/model/superseding';
import type { Turn } from '../../core/model/turn';
import type { Call } from '../ports/call';
import type { Clock } from '../ports/clock';
import type { InstanceIdGenerator } from '../ports/instance-id-generator';
import type { SessionStore, TurnHistory, TurnRecord } from '../ports/session-store';
import type { TurnCodec } from '../ports/turn-codec';
import type { OpenedCatalogue } from './catalogue-snapshot';
import type { CompiledCatalogue } from './compiled-catalogue';
import { decideRecordedTurn, openCatalogueForTurn } from './decide-loaded-turn';
import { getFingerprint, restoreCatalogue, restoreVersions, toVersionKeys } from './turn-basis';

export interface DecideAgainDependencies {
  readonly store: Pick<SessionStore, 'readTurnHistory'>;
  readonly catalogue: CompiledCatalogue;
  readonly codec: TurnCodec;
  readonly ids: InstanceIdGenerator;
  readonly clock: Clock;
  readonly settings: OrchestrationSettings;
}

/** A recorded turn, decided again with the recorded decision. */
export interface DecidedAgain extends Pick<TurnDecision, 'explain'> {
  /**
   * Whether relationships, field definitions, settings or the release have changed since one of the decided turns, or a scenario was deleted.
   */
  readonly definitionsChanged: boolean;
}

/**
 * Decides the last turn of a history again, with everything that explains it. Decides all turns from the start of the history, each with the
 * scenario versions and the model proposal of its decision, and compares each result with the recorded response. Stores nothing and
 * asks no model.
 *
 * @throws OrchestratorError TURN_NOT_EXPLAINABLE, DEADLINE and CANCELLED, WORK_LIMIT, and the errors of the catalogue.
 */
export async function decideAgain(
  deps: DecideAgainDependencies,
  key: SessionKey,
  { start, turns }: TurnHistory,
  call: Call,
): Promise<DecidedAgain> {
  const requested = turns.at(-1);
  if (requested === undefined) throw new Error('A history has at least one turn.');
  if (start === undefined) throw createStateNotKeptError(key, requested);
  let decided: Decision | undefined;
  let definitionsChanged = false;
  for (const record of turns) {
    throwIfEnded(call, deps.clock);
    const turn = deps.codec.decodeTurn(record.request, record.occurredAt);
    const base = decided === undefined ? start.session : getBase(decided, turn.supersedesTurnId);
    decided = await decide(deps, { record, turn, base, key, requested }, call);
    definitionsChanged ||= decided.definitionsChanged;
  }
  if (decided === undefined) throw new Error('A history has at least one turn.');
  return { explain: decided.explain, definitionsChanged };
}

interface Decision extends DecidedAgain {
  /** The state that the turn was decided on; undefined if there was none. */
  readonly base: Session | undefined;
  readonly session: Session;
}

/** The state to decide the next turn on. A superseding turn is decided on the one before the turn that it supersedes (section 13). */
function getBase({ base, session }: Decision, supersedesTurnId: string): Session {
  return supersedesTurnId === '' ? session : restoreSessionBefore(session, base);
}

interface RecordedTurn {
  readonly record: TurnRecord;
  /** The turn of the recorded request. */
  readonly turn: Turn;
  readonly base: Session | undefined;
  readonly key: SessionKey;
  /** The turn to explain, which is this one or a later one. */
  readonly requested: TurnRecord;
}

async function decide(
  { catalogue, codec, ids, settings }: DecideAgainDependencies,
  { record, turn, base, key, requested }: RecordedTurn,
  call: Call,
): Promise<Decision> {
  const session = base ?? createEmptySession(turn);
  const recorded = codec.decodeResult(record.response);
  const basis = record.basis && codec.decodeBasis(record.basis);
  const versions = basis === undefined ? new Map<string, number>() : restoreVersions(session, recorded, basis);
  const opened = await openCatalogueForTurn(catalogue, turn, session, call, toVersionKeys(versions));
  const loaded = {
    turn,
    session,
    catalogue: restoreCatalogue(opened, versions, recorded),
    proposal: recorded.modelProposal,
  };
  const decision = await decideRecordedTurn({ ids, settings }, loaded, call);
  const difference = codec.findDifference(record.response, decision.result);
  const missing = listMissing(opened, versions);
  if (difference !== undefined) throw createDifferenceError(key, requested, { record, difference, missing });
  return {
    base,
    session: decision.session,
    explain: decision.explain,
    definitionsChanged: missing.length > 0 || basis?.fingerprint !== getFingerprint(opened, settings),
  };
}

/** Lists the versions that the catalogue no longer has, because their scenario was deleted. */
function listMissing(catalogue: OpenedCatalogue, versions: ReadonlyMap<string, number>): readonly string[] {
  return toVersionKeys(versions)
    .filter(({ scenarioId, version }) => catalogue.getScenarioVersion(scenarioId, version) === undefined)
    .map(({ scenarioId, version }) => `${scenarioId} version ${version}`);
}

/** Decisions of a history take a while together, so the call is checked before each of them. */
function throwIfEnded(call: Call, clock: Clock): void {
  if (call.isCanceled)
    throw new OrchestratorError('CANCELLED', 'The call was canceled while the turn was decided again.');
  if (call.deadline <= clock.now()) {
    throw new OrchestratorError('DEADLINE', 'The deadline was exceeded while the turn was decided again.');
  }
}

/** How a caller gets the decisions nonetheless. */
const advice =
  'The turn was applied. Its recorded decisions are in ListTurns, and in a retry with the view BASIC or PLAN.';

type Problem = 'STATE_NOT_KEPT' | 'DECISION_DIFFERS' | 'DEFINITIONS_CHANGED';

function createNotExplainableError(
  { sessionId }: SessionKey,
  { turnId, revision }: TurnRecord,
  problem: Problem,
  text: string,
  metadata: Readonly<Record<string, string>> = {},
): OrchestratorError {
  return new OrchestratorError('TURN_NOT_EXPLAINABLE', `Turn ${turnId} cannot be explained: ${text} ${advice}`, {
    metadata: { session_id: sessionId, turn_id: turnId, revision: String(revision), problem, ...metadata },
  });
}

function createStateNotKeptError(key: SessionKey, requested: TurnRecord): OrchestratorError {
  const text = 'no state of the session from before the turn is stored any more.';
  return createNotExplainableError(key, requested, 'STATE_NOT_KEPT', text);
}

interface Difference {
  /** The turn that was decided differently. */
  readonly record: TurnRecord;
  readonly difference: string;
  readonly missing: readonly string[];
}

function createDifferenceError(
  key: SessionKey,
  requested: TurnRecord,
  { record: { turnId, revision }, difference, missing }: Difference,
): OrchestratorError {
  const cause =
    missing.length > 0
      ? `The catalogue no longer has ${missing.join(', ')}.`
      : 'Relationships, field definitions, settings or the release have changed since.';
  const text = `turn ${turnId} at revision ${revision} was decided with another ${difference || 'response'}. ${cause}`;
  const metadata = { differing_turn_id: turnId, differing_revision: String(revision), difference };
  return createNotExplainableError(key, requested, 'DECISION_DIFFERS', text, metadata);
}

/** The error of a replay in the view FULL whose bytes may differ from those of the original response. */
export function createDefinitionsChangedError(key: SessionKey, record: TurnRecord): OrchestratorError {
  const text =
    'relationships, field definitions, settings or the release have changed since, so its bytes may differ. ExplainTurn returns them.';
  return createNotExplainableError(key, record, 'DEFINITIONS_CHANGED', text);
}
