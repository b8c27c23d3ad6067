import { randomUUID } from 'node:crypto';
import { CallError, ProcessTurnRequest, ProcessTurnsRequest, WatchSessionRequest } from 'scenario-orchestrator-client';
import { createTracedCaller } from '../../support/traced-caller';
import { describeOnBothStores } from './describe-on-both-stores';

describeOnBothStores('the trace context of recorded turns, in a service without telemetry', (_start, getClient) => {
  const { traceparent } = createTracedCaller().metadata;

  /** Processes the turns of one session on a stream, each with a trace context, and a last turn with ProcessTurn. */
  async function processTurns(traceContexts: readonly { traceparent: string; tracestate?: string }[]) {
    const ids = { tenantId: randomUUID(), agentId: randomUUID(), sessionId: randomUUID() };
    const requests = traceContexts.map((traceContext) =>
      ProcessTurnsRequest.fromPartial({ turn: { ...ids, turnId: randomUUID() }, traceContext }),
    );
    for await (const { outcome } of getClient().processTurns(requests)) expect(outcome).not.toBeInstanceOf(CallError);
    const turn = { ...ids, turnId: randomUUID() };
    await getClient().processTurn(ProcessTurnRequest.fromPartial({ turn }), { metadata: { traceparent } });
    return ids;
  }

  test('ListTurns and WatchSession return what the caller sent, and nothing if it is malformed or was not sent', async () => {
    const { tenantId, sessionId } = await processTurns([
      { traceparent, tracestate: 'vendor=value, other=1' },
      { traceparent },
      { traceparent, tracestate: 'malformed' },
      { traceparent: 'malformed', tracestate: 'vendor=value' },
      { traceparent: '0'.repeat(100_000) },
    ]);
    const expected = [
      { traceparent, tracestate: 'vendor=value, other=1' },
      { traceparent, tracestate: '' },
      { traceparent, tracestate: '' },
      undefined,
      undefined,
      undefined,
    ];
    const { turns } = await getClient().listTurns({ tenantId, sessionId, pageSize: 0, pageToken: '' });
    expect(turns.map(({ traceContext }) => traceContext)).toEqual(expected);
    const watched: unknown[] = [];
    const request = WatchSessionRequest.fromPartial({ tenantId, sessionId, afterRevision: 0 });
    for await (const { traceContext } of getClient().watchSession(request)) {
      watched.push(traceContext);
      if (watched.length === expected.length) break;
    }
    expect(watched).toEqual(expected);
  });
});
