import type { JsonObject } from '@bufbuild/protobuf';
import { CallError, type OrchestratorClient } from 'scenario-orchestrator-client';
import type { CommittedTurn } from '../../../gen/focal/orchestration/v1/feed';
import { TurnRecord } from '../../../gen/focal/orchestration/v1/session_service';
import { messageToJson } from '../files';
import { readRecordedTurn } from '../read-session';
import { addToData, type CloudEvent, type ExportedEvent } from './cloud-event';
import type { Delivery } from './deliver';
import { retryCall } from './retry-call';

/** Why an event has no recorded turn. */
type MissingRecord = 'SESSION_NOT_FOUND' | 'NO_LONGER_RECORDED';

interface RecordDependencies {
  readonly client: OrchestratorClient;
  readonly delivery: Pick<Delivery, 'signal' | 'report'>;
}

/** Time to wait for one recorded turn, in milliseconds. */
const readTimeoutMs = 10_000;

/** Turns that are read at the same time. */
const concurrentReads = 8;

/** Adds the recorded turns to events, in their order. */
export async function addRecords(
  deps: RecordDependencies,
  tenantId: string,
  events: readonly ExportedEvent[],
): Promise<readonly CloudEvent[]> {
  const results: CloudEvent[] = [];
  for (let start = 0; start < events.length; start += concurrentReads) {
    const part = events.slice(start, start + concurrentReads);
    results.push(...(await Promise.all(part.map((event) => addRecord(deps, tenantId, event)))));
  }
  return results;
}

/**
 * Returns the event with the recorded turn as `record`, which contains values of the customer, or with the reason as `record_missing`. Only
 * turns have a record.
 */
async function addRecord(
  deps: RecordDependencies,
  tenantId: string,
  { feedEvent: { event }, cloudEvent }: ExportedEvent,
): Promise<CloudEvent> {
  if (event?.$case !== 'turn') return cloudEvent;
  return addToData(cloudEvent, await readRecord(deps, tenantId, event.value));
}

async function readRecord(
  { client, delivery }: RecordDependencies,
  tenantId: string,
  { sessionId, revision, turnId }: CommittedTurn,
): Promise<JsonObject> {
  const missing = (reason: MissingRecord): JsonObject => ({ record_missing: reason });
  const key = { tenantId, sessionId };
  return retryCall(async () => {
    try {
      // A stream would wait for a session that does not exist.
      await client.getSession(key);
      const signal = AbortSignal.any([delivery.signal, AbortSignal.timeout(readTimeoutMs)]);
      const record = await readRecordedTurn(client, key, revision, { signal });
      // A session with the same id may have started after this one was deleted.
      if (record?.turnId !== turnId) return missing('SESSION_NOT_FOUND');
      return { record: messageToJson('TurnRecord', TurnRecord.encode(record).finish()) };
    } catch (error) {
      if (error instanceof CallError && error.status === 'NOT_FOUND') return missing('SESSION_NOT_FOUND');
      if (error instanceof CallError && error.status === 'OUT_OF_RANGE') return missing('NO_LONGER_RECORDED');
      throw error;
    }
  }, delivery);
}
