import { setTimeout as sleep } from 'node:timers/promises';
import { type ClientReadableStream, credentials } from '@grpc/grpc-js';
import {
  SessionServiceClient,
  WatchSessionRequest,
  type WatchSessionResponse,
} from '../../../gen/focal/orchestration/v1/session_service';
import type { Closers } from '../closers';
import { progress } from '../progress';
import { cpuMicroseconds, residentBytes } from '../servers/process-cost';
import { agent, turnsPerSession } from '../workload/session-turns';
import { copySessions } from './copied-sessions';
import { type Experiment, sizesOf, type Variant } from './experiment';
import { startInstallation } from './installation';

/** Longer than a stream waits until it looks for turns by itself (`watch_poll_interval_ms`). */
const idleMs = 15_000;
const idleMsInShort = 500;

/** Streams of WatchSession that wait for a turn, each of a session of its own. */
export const watchers: Experiment = {
  name: 'idle watch streams',
  async start(extent, closers) {
    const variants: Variant[] = [];
    for (const count of [0, ...sizesOf(extent, [1_000, 5_000])]) {
      const installation = await startInstallation(closers);
      const { service } = installation;
      const sessionIds = await copySessions(installation, count);
      const before = residentBytes(service.pid);
      await watch(service.address, sessionIds, closers);
      const memory = residentBytes(service.pid) - before;
      progress('idle');
      const used = cpuMicroseconds(service.pid);
      const waited = extent.short ? idleMsInShort : idleMs;
      await sleep(waited); // what is measured is that nothing happens
      const found = {
        'KiB a stream': count === 0 ? 0 : memory / count / 1_024,
        'idle CPU ms a second': (cpuMicroseconds(service.pid) - used) / waited,
      };
      variants.push({ name: String(count), servers: [service], connections: 2, found });
    }
    return variants;
  },
};

/** Before the last turn of a session, so that a stream tells of that turn first, and is known to be at work. */
const afterRevision = turnsPerSession - 1;

/** Below the 1,000 that the service takes on one connection (docs/following-sessions.md); a client holds back what is more. */
const streamsAConnection = 500;

/** Opens the streams; resolves when each has told of the turn that is there already. */
async function watch(address: string, sessionIds: readonly string[], closers: Closers): Promise<void> {
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
