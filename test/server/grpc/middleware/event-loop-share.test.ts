import { EventLoopShare, noTenant, unitsPerIteration } from '../../../../src/server/application/event-loop-share';
import type { CallContext } from '../../../../src/server/grpc/middleware/call-context';
import { countTenantCalls, shareDecoding } from '../../../../src/server/grpc/middleware/middleware';
import { FakeEventLoop } from '../../../support/fake-event-loop';

const megabyte = new Uint8Array(1_048_576);

function createCall(tenantId: string | undefined, bytes: Uint8Array): CallContext<unknown> {
  return { tenantId, rawRequest: { bytes }, metadata: {} } as unknown as CallContext<unknown>;
}

describe('countTenantCalls', () => {
  it.each([true, false])('counts a call until its handler ends; it succeeds: %s', async (succeeds) => {
    const loop = new FakeEventLoop();
    const share = new EventLoopShare(loop);
    share.charge('large', 10 * unitsPerIteration);
    const handled = countTenantCalls(share)(createCall('small', new Uint8Array()), async () => {
      expect(share.waitForShare('large')).toBeDefined();
      if (!succeeds) throw new Error('failed');
    });
    await (succeeds ? handled : expect(handled).rejects.toThrow('failed'));
    await loop.runUntilIdle();
    expect(share.waitForShare('large')).toBeUndefined();
  });
});

describe('shareDecoding', () => {
  const authorizer = { getTenantId: () => undefined };

  it('starts a small request at once, however much large ones have used', async () => {
    const share = new EventLoopShare(new FakeEventLoop());
    share.startCall('small');
    share.charge(noTenant, 10 * unitsPerIteration);
    await expect(
      shareDecoding(share, authorizer)(createCall(undefined, new Uint8Array(1_024)), async () => 'handled'),
    ).resolves.toBe('handled');
  });

  it('lets a large request wait while calls within their share are in flight', async () => {
    const loop = new FakeEventLoop();
    const share = new EventLoopShare(loop);
    share.startCall('small');
    const handled: number[] = [];
    const requests = [1, 2, 3].map((number) =>
      shareDecoding(share, authorizer)(createCall(undefined, megabyte), async () => {
        handled.push(number);
      }),
    );
    await new Promise(setImmediate);
    expect(handled).toEqual([1]);
    await loop.runUntilIdle();
    await Promise.all(requests);
    expect(handled).toEqual([1, 2, 3]);
  });

  it('counts the tenant of the credential', async () => {
    const loop = new FakeEventLoop();
    const share = new EventLoopShare(loop);
    const middleware = shareDecoding(share, { getTenantId: () => 'large' });
    share.startCall('small');
    await middleware(createCall(undefined, megabyte), async () => undefined);
    await loop.runUntilIdle();
    expect(share.waitForShare('large')).toBeDefined();
    expect(share.waitForShare(noTenant)).toBeUndefined();
  });
});
