import { randomUUID } from 'node:crypto';
import { CallError, type OrchestratorClient } from 'scenario-orchestrator-client';
import { ContributionType } from '../../../gen/focal/orchestration/v1/contribution';
import {
  PlanContributionsRequest,
  ProcessTurnRequest,
  type ProcessTurnResponse,
  type StreamTurnResponse,
} from '../../../gen/focal/orchestration/v1/orchestrator_service';
import { Scenario, StepOutcomeKind } from '../../../gen/focal/orchestration/v1/scenario';
import { ListTurnsRequest, WatchSessionRequest } from '../../../gen/focal/orchestration/v1/session_service';
import { DeliveryStatus, TurnTrigger } from '../../../gen/focal/orchestration/v1/turn';
import { getCallError } from '../../support/grpc-under-test';
import type { TurnFields } from '../../support/request-bytes';
import { encodeAndDecode } from '../codec/partial-message';
import { describeOnBothStores } from './describe-on-both-stores';

const scenarioId = randomUUID();

/** Asks for the amount, confirms and pays. Reminds the customer after a minute. */
const transfer = {
  scenarioId,
  name: 'Transfer',
  entryStepId: 'ask',
  steps: [
    {
      stepId: 'ask',
      collectsProfileFields: ['amount'],
      remindAfter: { seconds: 60, nanos: 0 },
      transitions: [{ targetStepId: 'pay' }],
    },
    {
      stepId: 'pay',
      isRequiredAction: true,
      performsAction: true,
      toolIds: ['pay'],
      transitions: [{ targetStepId: 'paid' }],
    },
    { stepId: 'paid', isTerminal: true, templateIds: ['paid'] },
  ],
};

/** One session over gRPC. */
class SessionUnderTest {
  readonly key = { tenantId: randomUUID(), sessionId: randomUUID() };
  readonly agentId = randomUUID();
  private second = 0;

  constructor(readonly client: OrchestratorClient) {}

  static async start(client: OrchestratorClient): Promise<SessionUnderTest> {
    const session = new SessionUnderTest(client);
    const { tenantId } = session.key;
    const scenario = encodeAndDecode(Scenario, transfer);
    await client.putScenario({ tenantId, agentId: session.agentId, scenario, expectedVersion: undefined });
    return session;
  }

  /** Creates the request of a turn. Time advances by one second per turn. */
  request(fields: TurnFields): ProcessTurnRequest {
    this.second += 1;
    const occurredAt = new Date(Date.UTC(2030, 0, 1, 9, 0, this.second));
    const turn = { ...this.key, agentId: this.agentId, turnId: randomUUID(), occurredAt, ...fields };
    return encodeAndDecode(ProcessTurnRequest, { turn });
  }

  async turn(fields: TurnFields): Promise<ProcessTurnResponse> {
    return (await this.client.processTurn(this.request(fields))).response;
  }

  async listTurns(pageSize: number) {
    const pages: (readonly [revision: number, turnId: string, supersededBy: string])[][] = [];
    let pageToken = '';
    do {
      const page = await this.client.listTurns(ListTurnsRequest.fromPartial({ ...this.key, pageSize, pageToken }));
      pages.push(page.turns.map((record) => [record.revision, record.turnId, record.supersededByTurnId] as const));
      pageToken = page.nextPageToken;
    } while (pageToken !== '');
    return pages;
  }
}

const start = { candidates: [{ scenarioId, score: 0.9 }] };
const give = (amount: number): TurnFields => ({
  situation: { candidateVariables: [{ name: 'amount', value: amount }] },
});
const listTypes = ({ plan }: ProcessTurnResponse) => plan?.contributions.map(({ type }) => type);
const getValues = ({ plan }: ProcessTurnResponse) => plan?.contributions[0]?.valuesToConfirm;
const getKey = ({ plan }: ProcessTurnResponse) => plan?.contributions[0]?.actionKey.split('/').slice(1).join('/');

describeOnBothStores('superseding a turn', (_start, getClient) => {
  let session: SessionUnderTest;
  beforeEach(async () => {
    session = await SessionUnderTest.start(getClient());
  });

  test('13: worked example 12: an edited message replaces the one before, until a WRITE action is hinted', async () => {
    const first = session.request({ ...start, ...give(50) });
    const { response: t1 } = await session.client.processTurn(first);
    expect([t1.revision, getValues(t1)]).toEqual([1, { amount: 50 }]);
    const t2 = await session.turn({ ...start, ...give(60), supersedesTurnId: t1.turnId });
    expect([t2.revision, t2.turnCount, getValues(t2)]).toEqual([2, 1, { amount: 60 }]);
    expect(await session.client.processTurn(first)).toEqual({ response: t1, replayed: true });
    const t3 = await session.turn({ stepOutcomes: [{ kind: StepOutcomeKind.STEP_OUTCOME_KIND_CONFIRMED }] });
    expect(listTypes(t3)).toEqual([ContributionType.CONTRIBUTION_TYPE_ACTION_HINT]);
    const refusal = await getCallError(session.turn({ supersedesTurnId: t3.turnId }));
    expect(refusal).toMatchObject({
      status: 'FAILED_PRECONDITION',
      reason: 'TURN_NOT_SUPERSEDABLE',
      metadata: {
        session_id: session.key.sessionId,
        superseded_turn_id: t3.turnId,
        last_turn_id: t3.turnId,
        problem: 'WRITE_ACTION_HINTED',
      },
    });
    expect(refusal.message).toContain('its plan hinted a WRITE action');
  });

  test('13: ListTurns marks the replaced turns, even across pages, and GetSession does not contain them', async () => {
    const t1 = await session.turn(start);
    const t2 = await session.turn(give(50));
    const t3 = await session.turn({ ...give(60), supersedesTurnId: t2.turnId });
    const t4 = await session.turn({ ...give(70), supersedesTurnId: t3.turnId });
    const t5 = await session.turn({});
    const expected = [
      [1, t1.turnId, ''],
      [2, t2.turnId, t3.turnId],
      [3, t3.turnId, t4.turnId],
      [4, t4.turnId, ''],
      [5, t5.turnId, ''],
    ];
    for (const pageSize of [1, 2, 3, 50]) expect((await session.listTurns(pageSize)).flat()).toEqual(expected);
    const { session: stored } = await session.client.getSession(session.key);
    expect(stored).toMatchObject({ revision: 5, turnCount: 3, variables: [{ name: 'amount', value: 70 }] });
    expect(getKey(t4)).toBe('pay/4');
  });

  test('13: WatchSession and the streams treat a superseding turn as any other turn', async () => {
    const t1 = await session.turn(start);
    const second = session.request({ ...give(50), supersedesTurnId: t1.turnId, ...start });
    const events: StreamTurnResponse[] = [];
    for await (const event of session.client.streamTurn({ ...second, validateOnly: false })) events.push(event);
    const committed = events.at(-1)?.event;
    expect(committed).toMatchObject({ $case: 'committed', value: { revision: 2, turnCount: 1 } });
    const third = session.request({ ...give(60), supersedesTurnId: second.turn?.turnId ?? '', ...start });
    const late = session.request({ supersedesTurnId: t1.turnId });
    const outcomes = [];
    for await (const { outcome } of session.client.processTurns([third, late])) outcomes.push(outcome);
    expect(outcomes[0]).toMatchObject({ response: { revision: 3, turnCount: 1 } });
    expect(outcomes[1]).toBeInstanceOf(CallError);
    expect(outcomes[1]).toMatchObject({ reason: 'TURN_NOT_SUPERSEDABLE', metadata: { problem: 'NOT_LAST_TURN' } });
    const watched: string[] = [];
    for await (const record of session.client.watchSession(
      WatchSessionRequest.fromPartial({ ...session.key, afterRevision: 0 }),
    )) {
      watched.push(`${record.revision} ${record.request?.turn?.supersedesTurnId} ${record.supersededByTurnId}`);
      if (record.revision === 3) break;
    }
    expect(watched).toEqual(['1  ', `2 ${t1.turnId} `, `3 ${second.turn?.turnId} `]);
  });

  test('13: with validate_only nothing is stored; expected_revision is that of the replaced turn', async () => {
    const t1 = await session.turn({ ...start, ...give(50) });
    const request = session.request({ ...start, ...give(60), supersedesTurnId: t1.turnId });
    const validated = await session.client.processTurn({ ...request, validateOnly: true, expectedRevision: 1 });
    expect([validated.response.revision, getValues(validated.response)]).toEqual([2, { amount: 60 }]);
    expect((await session.client.getSession(session.key)).session?.revision).toBe(1);
    const stale = await getCallError(session.client.processTurn({ ...request, expectedRevision: 0 }));
    expect(stale.reason).toBe('REVISION_MISMATCH');
    const { response } = await session.client.processTurn({ ...request, expectedRevision: 1 });
    expect(response).toEqual({ ...validated.response, validateOnly: false });
  });

  test('13: a stateless method rejects the field and explains which session to send', async () => {
    const { turn } = session.request({ ...start, supersedesTurnId: randomUUID() });
    const input = PlanContributionsRequest.fromPartial({ input: { turn } });
    const { client } = session;
    for (const call of [client.decideLifecycle, client.decideTransitions, client.planContributions]) {
      const { status, violations } = await getCallError(call(input));
      expect([status, violations]).toMatchObject([
        'INVALID_ARGUMENT',
        [
          {
            field: 'input.turn.supersedes_turn_id',
            description:
              'must be empty, because this method stores no turns; send the session as it was before the replaced turn',
          },
        ],
      ]);
    }
  });
});

describeOnBothStores('deliveries and timers', (_start, getClient) => {
  let session: SessionUnderTest;
  beforeEach(async () => {
    session = await SessionUnderTest.start(getClient());
  });

  test('12: a question that did not reach the customer is put as a new request', async () => {
    const { plan } = await session.turn(start);
    const instanceId = plan?.contributions[0]?.instanceId ?? '';
    const contributionType = ContributionType.CONTRIBUTION_TYPE_ASK;
    const again = async (status: DeliveryStatus) => {
      const response = await session.turn({ deliveries: [{ instanceId, contributionType, status }] });
      return response.plan?.contributions[0]?.isReprompt;
    };
    expect(await again(DeliveryStatus.DELIVERY_STATUS_NOT_SAID)).toBe(false);
    expect(await again(DeliveryStatus.DELIVERY_STATUS_DELIVERED)).toBe(true);
    expect((await session.client.getSession(session.key)).session?.instances[0]?.requests).toMatchObject([
      { putCount: 1 },
      { putCount: 2 },
    ]);
  });

  test('14: the response and the session have the next timer, and a TIMER turn at that time reminds the customer', async () => {
    const { nextTimerAt } = await session.turn(start);
    expect(nextTimerAt).toEqual(new Date('2030-01-01T09:01:01Z'));
    expect((await session.client.getSession(session.key)).session?.nextTimerAt).toEqual(nextTimerAt);
    const timer = { trigger: TurnTrigger.TURN_TRIGGER_TIMER, occurredAt: nextTimerAt };
    const request = session.request(timer);
    const due = await session.client.processTurn({ ...request, validateOnly: true });
    expect(due.response.plan?.contributions).toMatchObject([{ isReminder: true }]);
    const { session: stored } = await session.client.getSession(session.key);
    const input = PlanContributionsRequest.fromPartial({ input: { turn: request.turn, session: stored } });
    const planned = await session.client.planContributions(input);
    expect(planned.plan).toEqual(due.response.plan);
    const events: StreamTurnResponse[] = [];
    for await (const event of session.client.streamTurn({ ...request, validateOnly: false })) events.push(event);
    expect(events.at(-1)?.event).toMatchObject({ value: { ...due.response, validateOnly: false } });
    const early = session.request({ ...timer, occurredAt: new Date('2030-01-01T09:00:00Z') });
    for await (const { outcome } of session.client.processTurns([early])) {
      expect(outcome).toMatchObject({ response: { revision: 3, turnCount: 1 } });
    }
    const { turns } = await session.client.listTurns(ListTurnsRequest.fromPartial(session.key));
    expect(turns.map(({ request: sent }) => sent?.turn?.occurredAt)).toEqual([
      new Date('2030-01-01T09:00:01Z'),
      nextTimerAt,
      nextTimerAt,
    ]);
  });
});
