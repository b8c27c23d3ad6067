import type { Session, SessionKey } from '../../core/model/session';
import type { TurnResult } from '../../core/model/turn-result';
import type { RecordedSession, RecordedTurn } from '../../core/simulation/session-run';
import type { SimulationProblem } from '../../core/simulation/simulate-session';
import type { Call } from '../ports/call';
import type { AgentKey } from '../ports/scenario-catalogue';
import type { SessionStore, StateBefore, TurnRecord } from '../ports/session-store';
import type { TurnBasis, TurnCodec } from '../ports/turn-codec';
import { keepsStateBefore } from '../ports/turn-history';
import type { OpenedCatalogue, VersionKey } from './catalogue-snapshot';
import type { CompiledCatalogue } from './compiled-catalogue';
import { restoreCatalogue, restoreVersions } from './turn-basis';

export interface RecordedSessionDependencies {
  readonly store: Pick<SessionStore, 'read' | 'listTurns' | 'readTurnHistory'>;
  readonly catalogue: CompiledCatalogue;
  readonly codec: TurnCodec;
}

/** A recorded session, with the versions of scenarios that it ran on. */
export interface ReadSession {
  readonly session: RecordedSession;
  /** The first version of each scenario that the session ran on, by scenario id. */
  readonly versions: ReadonlyMap<string, number>;
  /** The catalogue with these and all other versions that the session ran on. */
  readonly opened: OpenedCatalogue;
}

/** Limits of one read of recorded turns. */
const maxTurnsPerRead = 100;
const maxBytesPerRead = 4_194_304;

/** Reads the recorded turns of a session from the oldest one before which a state is kept. Returns why it cannot if it cannot. */
export async function readRecordedSession(
  deps: RecordedSessionDependencies,
  agent: AgentKey,
  sessionId: string,
  call: Call,
): Promise<ReadSession | SimulationProblem> {
  const key = { tenantId: agent.tenantId, sessionId };
  const current = await deps.store.read(key, call);
  const records = current === undefined ? [] : await listRecords(deps, key, call);
  if (current === undefined || records.length === 0)
    return createProblem('NOT_RECORDED', 'The session has no recorded turn.');
  if (current.agentId !== agent.agentId) {
    return createProblem('OTHER_AGENT', `The session belongs to agent ${current.agentId}.`);
  }
  const kept = await findKeptState(deps, key, records, call);
  if (kept === undefined) {
    const text = 'No state of the session is kept from which a recorded turn can be decided.';
    return createProblem('STATE_NOT_KEPT', text, records[0]?.turnId);
  }
  const { start, turns } = kept;
  const decided = turns.map((record) => decodeRecord(record, deps.codec));
  const versions = listVersions(start.session, decided);
  const opened = await deps.catalogue.open(agent, versions.all, call);
  return {
    session: {
      sessionId,
      start: start.session,
      turns: decided.map((each) => toRecordedTurn(each, opened, deps.codec)),
    },
    versions: versions.first,
    opened,
  };
}

function createProblem(reason: SimulationProblem['reason'], text: string, turnId = ''): SimulationProblem {
  return { reason, turnId, text };
}

async function listRecords(
  { store }: RecordedSessionDependencies,
  key: SessionKey,
  call: Call,
): Promise<readonly TurnRecord[]> {
  const records: TurnRecord[] = [];
  for (;;) {
    const afterRevision = records.at(-1)?.revision ?? 0;
    const query = { key, afterRevision, limit: maxTurnsPerRead, maxBytes: maxBytesPerRead };
    const { turns, hasMore } = await store.listTurns(query, call);
    records.push(...turns);
    if (!hasMore || turns.length === 0) return records;
  }
}

interface KeptTurns {
  readonly start: StateBefore;
  /** The first turn was decided on `start`. */
  readonly turns: readonly TurnRecord[];
}

/** Finds the oldest turn before which a state is kept. */
async function findKeptState(
  { store }: RecordedSessionDependencies,
  key: SessionKey,
  records: readonly TurnRecord[],
  call: Call,
): Promise<KeptTurns | undefined> {
  for (const [index, { revision }] of records.entries()) {
    if (index > 0 && !keepsStateBefore(revision)) continue;
    const history = await store.readTurnHistory(key, { revision }, call);
    const first = history?.turns[0];
    if (history?.start === undefined || first === undefined) continue;
    return { start: history.start, turns: records.filter((record) => record.revision >= first.revision) };
  }
  return undefined;
}

interface DecodedRecord {
  readonly record: TurnRecord;
  readonly result: TurnResult;
  readonly basis: TurnBasis | undefined;
}

function decodeRecord(record: TurnRecord, codec: TurnCodec): DecodedRecord {
  return {
    record,
    result: codec.decodeResult(record.response),
    basis: record.basis && codec.decodeBasis(record.basis),
  };
}

/** Lists the versions that a session ran on: all of them, and the first one of each scenario. */
function listVersions(
  start: Session | undefined,
  decided: readonly DecodedRecord[],
): { readonly first: ReadonlyMap<string, number>; readonly all: readonly VersionKey[] } {
  const first = new Map<string, number>();
  const all = new Map<string, VersionKey>();
  const add = (scenarioId: string, version: number): void => {
    if (version === 0) return;
    if (!first.has(scenarioId)) first.set(scenarioId, version);
    all.set(`${scenarioId}/${version}`, { scenarioId, version });
  };
  for (const { scenarioId, scenarioVersion } of start?.instances ?? []) add(scenarioId, scenarioVersion);
  for (const { result, basis } of decided) {
    for (const { scenarioId, scenarioVersion } of result.lifecycleDecisions) add(scenarioId, scenarioVersion);
    for (const [scenarioId, version] of basis?.versions ?? []) add(scenarioId, version);
  }
  return { first, all: [...all.values()] };
}

function toRecordedTurn(
  { record, result, basis }: DecodedRecord,
  opened: OpenedCatalogue,
  codec: TurnCodec,
): RecordedTurn {
  return {
    turn: codec.decodeTurn(record.request, record.occurredAt),
    proposal: result.modelProposal,
    getCatalogue: (session) => {
      const versions = basis === undefined ? new Map<string, number>() : restoreVersions(session, result, basis);
      return restoreCatalogue(opened, versions, result);
    },
    findDifference: (decided) => codec.findDifference(record.response, decided),
  };
}
