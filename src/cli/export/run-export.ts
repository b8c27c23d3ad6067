import { CallError, type OrchestratorClient, type WatchTurnsRequest } from 'scenario-orchestrator-client';
import { toExportedEvents } from './cloud-event';
import { type Delivery, deliver } from './deliver';
import type { Progress } from './progress';
import { addRecords } from './recorded-turns';
import { retryCall } from './retry-call';

export interface ExportDependencies {
  readonly client: OrchestratorClient;
  readonly delivery: Delivery;
  readonly progress: Progress;
}

export interface ExportSettings {
  /** The stream of a named consumer. */
  readonly request: WatchTurnsRequest;
  /** Whether events have the recorded turn, which contains values of customers. */
  readonly includesValues: boolean;
  /** Ends after this number of events; the rest of their response is delivered, too. */
  readonly count: number;
}

/**
 * Delivers the events of a feed to a sink until the signal is aborted. Acknowledges a response when all of its events are confirmed, so that a kill at
 * any time loses nothing. What was delivered after the last acknowledgment is delivered again, with the same ids.
 *
 * @throws CallError if the service refuses a call, and the errors of `deliver`.
 */
export async function runExport(deps: ExportDependencies, settings: ExportSettings): Promise<void> {
  const { signal } = deps.delivery;
  try {
    await followFeed(deps, settings);
  } catch (error) {
    if (!signal.aborted || !isStop(error)) throw error;
  }
}

function isStop(error: unknown): boolean {
  return error instanceof CallError
    ? error.status === 'CANCELLED'
    : error instanceof Error && error.name === 'AbortError';
}

async function followFeed(deps: ExportDependencies, { request, includesValues, count }: ExportSettings): Promise<void> {
  const { client, delivery, progress } = deps;
  const { signal } = delivery;
  const { tenantId, consumer } = request;
  let exportedCount = 0;
  let acknowledged: string | undefined;
  for await (const response of client.watchTurns(request, { signal })) {
    const { cursor } = response;
    // The first response has the position from which the stream starts.
    acknowledged ??= cursor;
    if (cursor === acknowledged) continue;
    const events = toExportedEvents(tenantId, response);
    const cloudEvents = includesValues
      ? await addRecords(deps, tenantId, events)
      : events.map(({ cloudEvent }) => cloudEvent);
    await deliver(cloudEvents, delivery);
    await retryCall(() => client.acknowledgeTurns({ tenantId, consumer, cursor }), delivery);
    acknowledged = cursor;
    progress.add(cloudEvents);
    exportedCount += cloudEvents.length;
    if (exportedCount >= count || signal.aborted) return;
  }
}
