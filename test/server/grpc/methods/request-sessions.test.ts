import type { Session } from '../../../../gen/focal/orchestration/v1/session';
import { TurnTrigger } from '../../../../gen/focal/orchestration/v1/turn';
import {
  agent,
  booking,
  createAskingMessage,
  createInput,
  formatActions,
  getRejection,
  getSessionAfter,
  invalidRequest,
  PhasesUnderTest,
  refund,
  withCandidate,
} from '../../../support/phases-under-test';
import { uuid } from '../../../support/session-builder';
import type { DeepPartial } from '../../codec/partial-message';

let phases: PhasesUnderTest;
beforeAll(async () => {
  phases = await PhasesUnderTest.start();
});
afterAll(() => phases.stop());

describe('the session in a request', () => {
  test('has the ids of the turn if it omits its own', async () => {
    const { session } = await phases.runContributions(createInput({ session: { revision: 4, turnCount: 2 } }));
    expect(session).toMatchObject({ ...agent, sessionId: uuid(3), revision: 5, turnCount: 3 });
  });

  test('is rejected with each field that names another tenant, agent or session', async () => {
    const session = { tenantId: uuid(7), agentId: uuid(8), sessionId: uuid(9) };
    expect(await getRejection(phases.runLifecycle(createInput({ session })))).toEqual(
      invalidRequest('input.session.tenant_id', 'input.session.agent_id', 'input.session.session_id'),
    );
  });

  test('is rejected if it already contains the turn, because there is no replay without a store', async () => {
    const session = getSessionAfter(await phases.runContributions(createInput()));
    expect(await getRejection(phases.runLifecycle(createInput({ session })))).toEqual(
      invalidRequest('input.turn.turn_id'),
    );
  });

  test('is rejected if an earlier turn with the same id started an instance, because a new instance would have the same id', async () => {
    const first = getSessionAfter(await phases.runContributions(createInput({ turn: withCandidate(refund) })));
    const turn = { turnId: uuid(101), situation: { signals: [{ signal: 6, scenarioIds: [refund] }] } };
    const ended = getSessionAfter(await phases.runContributions(createInput({ turn, session: first })));
    expect(ended.endedInstances).toHaveLength(1);
    expect(
      await getRejection(phases.runContributions(createInput({ turn: withCandidate(refund), session: ended }))),
    ).toEqual(invalidRequest('input.turn.turn_id'));
    expect(
      formatActions(
        await phases.runLifecycle(
          createInput({ turn: { ...withCandidate(refund), turnId: uuid(102) }, session: ended }),
        ),
      ),
    ).toEqual([`START ${refund}`]);
  });

  test('2.7: an instance without times counts as active in this turn, so it is not idle', async () => {
    const scenarios = [createAskingMessage(refund, { idleTimeoutMs: 1_000 })];
    const one = { instanceId: uuid(20), scenarioId: refund, currentStepId: 'ask' };
    const idle = { ...one, lastActiveAt: new Date(1_600_000_000_000) };
    const turn = { trigger: TurnTrigger.TURN_TRIGGER_TIMER };
    const decided = await phases.runContributions(createInput({ turn, scenarios, session: { instances: [one] } }));
    expect(formatActions(decided)).toEqual([`CONTINUE ${refund}`]);
    expect(decided.session?.instances[0]).toMatchObject({ startNumber: 1, startedAt: new Date(1_700_000_000_000) });
    const other = await phases.runContributions(createInput({ turn, scenarios, session: { instances: [idle] } }));
    expect(formatActions(other)).toEqual([`PAUSE ${refund}`]);
  });

  test('2.2: an unknown step cancels the instance and is not an error', async () => {
    const one = { instanceId: uuid(20), scenarioId: refund, currentStepId: 'nowhere' };
    const decided = await phases.runLifecycle(createInput({ session: { instances: [one] } }));
    expect(formatActions(decided)).toEqual([`CANCEL ${refund}`]);
  });

  const instance = { instanceId: uuid(20), scenarioId: refund, currentStepId: 'ask' };
  const ended = { instanceId: uuid(21), scenarioId: refund, status: 3, reason: 1 };
  const put = { revision: 1, position: 0 };
  const request = { kind: 1, status: 1, stepId: 'ask', firstPut: put, lastPut: put };
  const pending = { scenarioId: booking, reason: 1, turnsLeft: 1 };
  const tooMany = 1_000_000_001;
  /** Not a value of any enum. */
  const unknown: number = 77;

  test.each<[string, DeepPartial<Session>, string]>([
    ['an instance without an id', { instances: [{ ...instance, instanceId: '' }] }, 'instances[0].instance_id'],
    ['an instance without a step', { instances: [{ ...instance, currentStepId: '' }] }, 'instances[0].current_step_id'],
    ['an instance that has ended', { instances: [{ ...instance, status: 3 }] }, 'instances[0].status'],
    ['an unknown status', { instances: [{ ...instance, status: unknown }] }, 'instances[0].status'],
    ['a pause without a reason', { instances: [{ ...instance, status: 2 }] }, 'instances[0].pause_reason'],
    [
      'a pause reason that is none',
      { instances: [{ ...instance, pauseReason: unknown }] },
      'instances[0].pause_reason',
    ],
    ['a visit without a number', { instances: [{ ...instance, visit: {} }] }, 'instances[0].visit.number'],
    [
      'a visit number that is too large',
      { instances: [{ ...instance, visit: { number: 4_294_967_295 } }] },
      'instances[0].visit.number',
    ],
    [
      'a type that was never contributed',
      { instances: [{ ...instance, visit: { number: 1, contributedTypes: [2, 0] } }] },
      'instances[0].visit.contributed_types[1]',
    ],
    [
      'an open INFORM, which cannot be answered',
      { instances: [{ ...instance, visit: { number: 1, openType: 5 } }] },
      'instances[0].visit.open_type',
    ],
    [
      'a loop count that is too large',
      { instances: [{ ...instance, loopCounts: { ask: tooMany } }] },
      'instances[0].loop_counts["ask"]',
    ],
    [
      'the same instance twice',
      { instances: [instance, { ...instance, scenarioId: booking }] },
      'instances[1].instance_id',
    ],
    ['an ended instance that is active', { endedInstances: [{ ...ended, status: 1 }] }, 'ended_instances[0].status'],
    ['an ended instance without a reason', { endedInstances: [{ ...ended, reason: 0 }] }, 'ended_instances[0].reason'],
    ['a pending start without a reason', { pendingStarts: [{ ...pending, reason: 0 }] }, 'pending_starts[0].reason'],
    [
      'a pending start with no turns left',
      { pendingStarts: [{ ...pending, turnsLeft: 0 }] },
      'pending_starts[0].turns_left',
    ],
    [
      'an open contribution without a type',
      { openContributions: [{ instanceId: uuid(20) }] },
      'open_contributions[0].type',
    ],
    ['a revision that is too large', { revision: 4_294_967_295 }, 'revision'],
    ['a format of a newer release', { format: 3 }, 'format'],
    [
      'a request of no kind',
      { instances: [{ ...instance, requests: [{ ...request, kind: 0 }] }] },
      'instances[0].requests[0].kind',
    ],
    [
      'a request that was never put',
      { instances: [{ ...instance, requests: [{ ...request, lastPut: undefined }] }] },
      'instances[0].requests[0].last_put',
    ],
    [
      'a CONFIRM without a key',
      { instances: [{ ...instance, requests: [{ ...request, kind: 2 }] }] },
      'instances[0].requests[0].action_key',
    ],
    [
      'a step of the route without an id',
      { instances: [{ ...instance, route: [{}] }] },
      'instances[0].route[0].step_id',
    ],
    [
      'an unknown policy of its pause',
      { instances: [{ ...instance, resumePolicy: unknown }] },
      'instances[0].resume_policy',
    ],
    [
      'a field that is settled for no reason',
      { instances: [{ ...instance, settledFields: { note: 0 } }] },
      'instances[0].settled_fields["note"]',
    ],
    ['a call of no scenario', { instances: [{ ...instance, call: {} }] }, 'instances[0].call.scenario_id'],
    [
      'a suspended visit without a number',
      { instances: [{ ...instance, visit: { number: 1, suspendedVisits: [{ stepId: 'ask' }] } }] },
      'instances[0].visit.suspended_visits[0].number',
    ],
    ['a choice for no reason', { choices: [{ status: 1, options: [{ scenarioId: refund }] }] }, 'choices[0].reason'],
    ['a choice without options', { choices: [{ reason: 1, status: 1 }] }, 'choices[0].options'],
    [
      'a choice between what is no scenario',
      { choices: [{ reason: 1, status: 1, options: [{}] }] },
      'choices[0].options[0].scenario_id',
    ],
    ['a time before 1970', { createdAt: new Date(-1) }, 'created_at'],
  ])('is rejected with the field if it has %s', async (_what, session, field) => {
    expect(await getRejection(phases.runLifecycle(createInput({ session, scenarios: [] })))).toEqual(
      invalidRequest(`input.session.${field}`),
    );
  });
});
