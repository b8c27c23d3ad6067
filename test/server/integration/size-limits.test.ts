import { CallError, type OrchestratorClient, ProcessTurnRequest } from 'scenario-orchestrator-client';
import { getCallError } from '../../support/grpc-under-test';
import { uuid } from '../../support/session-builder';
import { describeOnBothStores } from './describe-on-both-stores';

const agent = { tenantId: uuid(1), agentId: uuid(2) };
const half = 'x'.repeat(600_000);

describeOnBothStores('size limits of a session', (_start, client) => {
  let sessionCount = 0;
  let key: { tenantId: string; sessionId: string };
  let turnCount = 0;

  beforeEach(() => {
    sessionCount += 1;
    key = { tenantId: agent.tenantId, sessionId: uuid(1_000 + sessionCount) };
  });

  const createRequest = (
    sessionVariables: Readonly<Record<string, unknown>>,
    validateOnly = false,
  ): ProcessTurnRequest => {
    turnCount += 1;
    const turn = { ...agent, ...key, turnId: uuid(10_000 + turnCount), sessionVariables };
    return ProcessTurnRequest.fromPartial({ turn, validateOnly });
  };
  const send = (sessionVariables: Readonly<Record<string, unknown>>) =>
    client().processTurn(createRequest(sessionVariables));
  const readState = async () => {
    const { turns } = await client().listTurns({ ...key, pageSize: 500, pageToken: '' });
    const { session } = await client().getSession(key);
    return { session, turnIds: turns.map(({ turnId }) => turnId) };
  };

  /** Every way to send a turn. Each throws the error of the turn. */
  const ways: readonly (readonly [
    string,
    (client: OrchestratorClient, request: ProcessTurnRequest) => Promise<unknown>,
  ])[] = [
    ['ProcessTurn', (to, request) => to.processTurn(request)],
    ['ProcessTurn with validate_only', (to, request) => to.processTurn({ ...request, validateOnly: true })],
    [
      'StreamTurn',
      async (to, request) => {
        for await (const event of to.streamTurn(request)) expect(event.provisional).toBe(true);
      },
    ],
    [
      'ProcessTurns',
      async (to, request) => {
        for await (const { outcome } of to.processTurns([request])) if (outcome instanceof CallError) throw outcome;
      },
    ],
  ];

  it.each(ways)('%s refuses a turn that would exceed session_bytes, and nothing changes', async (_, sendBy) => {
    await send({ first: half });
    const before = await readState();
    const error = await getCallError(sendBy(client(), createRequest({ second: half })));
    expect(error).toMatchObject({ status: 'FAILED_PRECONDITION', reason: 'SESSION_TOO_LARGE' });
    expect(error.metadata).toMatchObject({ session_id: key.sessionId, limit: 'session_bytes', max_size: '1048576' });
    expect(Number(error.metadata['size'])).toBeGreaterThan(1_200_000);
    expect(error.retryAfterMs).toBeUndefined();
    expect(await readState()).toEqual(before);
  });

  it('a refused turn succeeds after another turn has deleted a variable', async () => {
    await send({ first: half });
    const request = createRequest({ second: half });
    expect((await getCallError(client().processTurn(request))).reason).toBe('SESSION_TOO_LARGE');
    await send({ first: null });
    expect((await client().processTurn(request)).replayed).toBe(false);
    expect((await readState()).session?.variables.map(({ name }) => name)).toEqual(['second']);
  });

  it('more than 2,000 variables are refused', async () => {
    for (const group of [0, 1, 2, 3]) {
      await send(Object.fromEntries(Array.from({ length: 500 }, (_, index) => [`v${group}_${index}`, index])));
    }
    const error = await getCallError(send({ one_more: 1 }));
    expect(error).toMatchObject({ status: 'FAILED_PRECONDITION', reason: 'SESSION_TOO_LARGE' });
    expect(error.metadata).toMatchObject({ limit: 'session_variables', size: '2001', max_size: '2000' });
    await send({ v0_0: 'changed' });
    expect((await readState()).session?.variables).toHaveLength(2_000);
  });

  it('values extracted from messages and results of tools count like variables that the caller sends', async () => {
    await send({ first: half });
    turnCount += 1;
    const candidateVariables = [{ name: 'second', value: half, scope: 2 }];
    const turn = { ...agent, ...key, turnId: uuid(10_000 + turnCount), situation: { candidateVariables } };
    const error = await getCallError(client().processTurn(ProcessTurnRequest.fromPartial({ turn })));
    expect(error.reason).toBe('SESSION_TOO_LARGE');
  });

  it('an import that would exceed session_bytes is refused, and nothing is stored', async () => {
    const record = { ...agent, ...key, variables: { first: half, second: half } };
    const error = await getCallError(
      client().importSession({
        ...record,
        activeScenarioId: '',
        activeScenarioVersion: 0,
        currentStepId: '',
        visitedSteps: {},
        lastAction: 0,
        turnCount: 1,
        lastActiveAt: undefined,
      }),
    );
    expect(error).toMatchObject({ status: 'FAILED_PRECONDITION', reason: 'SESSION_TOO_LARGE' });
    expect((await getCallError(client().getSession(key))).reason).toBe('SESSION_NOT_FOUND');
  });
});
