import { Readable } from 'node:stream';
import { Metadata, status } from '@grpc/grpc-js';
import type { MessageStream } from '../../../clients/typescript/src/calls';
import { watchSession } from '../../../clients/typescript/src/watch-session';
import { WatchSessionRequest, WatchSessionResponse } from '../../../gen/focal/orchestration/v1/session_service';

/** Creates a stream that sends turns with the given revisions and then breaks. */
function createBrokenStream(revisions: readonly number[]): MessageStream<WatchSessionResponse> {
  async function* send() {
    for (const revision of revisions) yield WatchSessionResponse.fromPartial({ turn: { revision } });
    throw Object.assign(new Error('broken'), { code: status.UNAVAILABLE, details: 'broken', metadata: new Metadata() });
  }
  return Object.assign(Readable.from(send()), { cancel: () => undefined });
}

/** Watches a session until the last stream breaks. Each stream sends the given revisions. Returns the delays in ms. */
async function collectDelays(streams: readonly (readonly number[])[]): Promise<readonly number[]> {
  const delays: number[] = [];
  const remaining = [...streams];
  const turns = watchSession(WatchSessionRequest.fromPartial({ afterRevision: 0 }), {
    openStream: () => createBrokenStream(remaining.shift() ?? []),
    getRevision: async () => 0,
    sleep: async (ms) => {
      delays.push(ms);
      if (remaining.length === 0) throw new Error('all streams are used');
    },
    signal: undefined,
  });
  const readAll = async (): Promise<void> => {
    for await (const _turn of turns);
  };
  await expect(readAll()).rejects.toThrow('all streams are used');
  return delays;
}

/** Creates a matcher for a back-off with a jitter of 25 percent. */
function about(backoffMs: number): { asymmetricMatch(value: unknown): boolean } {
  return {
    asymmetricMatch: (value) => typeof value === 'number' && value >= backoffMs * 0.75 && value <= backoffMs * 1.25,
  };
}

test('the back-off doubles while no turn arrives', async () => {
  expect(await collectDelays([[], [], [], []])).toEqual([about(100), about(200), about(400), about(800)]);
});

test('the back-off starts again from the initial value after a turn', async () => {
  expect(await collectDelays([[], [], [], [1], [], []])).toEqual([
    about(100),
    about(200),
    about(400),
    about(100),
    about(200),
    about(400),
  ]);
});

test('the back-off is at most 5 seconds', async () => {
  const delays = await collectDelays(Array.from({ length: 10 }, () => []));
  expect(delays.slice(6)).toEqual([about(5_000), about(5_000), about(5_000), about(5_000)]);
});
