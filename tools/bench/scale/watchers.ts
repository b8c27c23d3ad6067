import { setTimeout as sleep } from 'node:timers/promises';
import { type ClientReadableStream, credentials } from '@grpc/grpc-js';
import {
  SessionServiceClient,
  WatchSessionRequest,
  type WatchSessionResponse,
} from '../../../gen/focal/orchestration/v1/session_service';
import type { CleanupStack } from '../closers';
import { showProgress } from '../progress';
import { getCpuMicroseconds, getResidentBytes } from '../servers/process-cost';
import { agent, turnsPerSession } from '../workload/session-turns';
import { copySessions } from './copied-sessions';
import { type ScaleExperiment, type ScaleVariant, selectSizes } from './experiment';
import { startDeployment } from './installation';

/** Longer than a stream waits until it looks for turns by itself (`watch_poll_interval_ms`). */
const idleMs = 15_000;
const idleMsInShort = 500;

/** Streams of WatchSession that wait for a turn, each of a session of its own. */
export const watchStreamsExperiment: ScaleExperiment = {
  name: 'idle watch streams',
  async start(extent, closers) {
    const variants: ScaleVariant[] = [];
    for (const count of [0, ...selectSizes(extent, [1_000, 5_000])]) {
      const installation = await startDeployment(closers);
      const { service } = installation;
      const sessionIds = await copySessions(installation, count);
      const before = getResidentBytes(service.pid);
      await watch(service.address, sessionIds, closers);
      const memory = getResidentBytes(service.pid) - before;
      showProgress('idle');
      const used = getCpuMicroseconds(service.pid);
      const waited = extent.short ? idleMsInShort : idleMs;
      await sleep(waited); // what is measured is that nothing happens
      const extraFigures = {
        'KiB a stream': count === 0 ? 0 : memory / count / 1_024,
        'idle CPU ms a second': (getCpuMicroseconds(service.pid) - used) / waited,
      };
      variants.push({ name: String(count), servers: [service], connections: 2, extraFigures: found });
    }
    return variants;
  },
};

/** Before the last turn of a session, so that a stream tells of that turn first, and is known to be at work. */
const afterRevision = turnsPerSession - 1;

/** Below the 1,000 that the service takes on one connection (docs/following-sessions.md); a client holds back what is more. */
const streamsAConnection = 500;

/** Opens the streams; resolves when each has told of the turn that is there already. */
async function watch(address: string, sessionIds: readonly string[], closers: CleanupStack): Promise<void> {
  if (sessionIds.length === 0) return;
  const streams: ClientReadableStream<WatchSessionResponse>[] = [];
  for (let from = 0; from < sessionIds.length; from += streamsAConnection) {
    // A connection of its own: clients of one address share one otherwise.
    const client = new SessionServiceClient(address, credentials.createInsecure(), {
      'grpc.use_local_subchannel_pool': 1,
    });
    closers.add(client, (opened) => opened.close());
    for (const sessionId of sessionIds.slice(from, from + streamsAConnection)) {
      const request = WatchSessionRequest.fromPartial({ tenantId: agent.tenantId, sessionId, afterRevision });
      streams.push(client.watchSession(request));
    }
  }
  closers.add(streams, (opened) => {
    for (const stream of opened) stream.cancel();
  });
  await Promise.all(streams.map(begun));
}

function begun(stream: ClientReadableStream<WatchSessionResponse>): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.once('data', () => resolve());
    stream.on('error', reject); // after that: it was cancelled
  });
}
