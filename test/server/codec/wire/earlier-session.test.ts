import fc from 'fast-check';
import { Session as SessionMessage } from '../../../../gen/focal/orchestration/v1/session';
import { findFocusInstanceId } from '../../../../src/core/model/focus';
import type { InstanceRequest } from '../../../../src/core/model/request';
import type { ScenarioInstance, Session } from '../../../../src/core/model/session';
import { decodeSession, encodeSession } from '../../../../src/server/codec/stored/stored-values';
import { sessionFromProto } from '../../../../src/server/codec/wire/session-codec';
import { conversationBytes } from '../../stores/recorded/conversation-bytes';
import { type DeepPartial, encodeAndDecode } from '../partial-message';

// Refund: order -> reason -> pay (checkpoint with a required tool) -> done (INFORM). Address: street -> changed (INFORM). Toys and Care are
// ambiguous.

function readStored(name: keyof typeof conversationBytes): Session {
  return decodeSession(Buffer.from(conversationBytes[name], 'base64'));
}

function getInstance(session: Session, scenarioId: string): ScenarioInstance {
  const found = session.instances.find((instance) => instance.scenarioId === scenarioId);
  if (!found) throw new Error(`no instance of ${scenarioId}`);
  return found;
}

function formatRequest(request: InstanceRequest): string {
  const { kind, status, outcome = '', fields, values, lastPut } = request;
  const content = [...fields, ...[...values].map(([name, value]) => `${name}=${value}`)].join(',');
  return `${kind} ${content} ${status} ${outcome} put ${lastPut.revision}`.replaceAll(/ +/g, ' ');
}

function listRequests(session: Session, scenarioId: string): readonly string[] {
  return getInstance(session, scenarioId).requests.map(formatRequest);
}

describe('the stored sessions of a conversation before version 2', () => {
  it('0.8: wait for the answers to the questions of the last plan', () => {
    const session = readStored('twoQuestions');
    expect(listRequests(session, 'refund')).toEqual(['ASK reason OPEN put 1']);
    expect(listRequests(session, 'address')).toEqual(['ASK street OPEN put 1']);
    expect(session.instances.map(({ waitsFor }) => waitsFor)).toEqual(['ANSWER', 'ANSWER']);
    expect([session.exchangeRevision, session.lastMessageAt]).toEqual([1, session.updatedAt]);
  });

  it('0.3: have their focus on the request that is first in the plan', () => {
    const session = readStored('twoQuestions');
    expect(findFocusInstanceId(session)).toBe('address#1');
    expect(session.lastContributorId).toBe('address#1');
  });

  it('0.8: keep a question of an earlier exchange open', () => {
    const session = readStored('oneConfirmation');
    expect(listRequests(session, 'refund')).toEqual(['CONFIRM order_id=7,reason=broken OPEN put 2']);
    expect(listRequests(session, 'address')).toEqual(['ASK street OPEN put 1']);
    expect(getInstance(session, 'refund').requests[0]?.actionKey).toBe('refund#1/pay/2');
    expect(findFocusInstanceId(session)).toBe('refund#1');
  });

  it('3.9: wait for an action that the customer confirmed, with its values and its key', () => {
    const { requests, waitsFor } = getInstance(readStored('actionUnderWay'), 'refund');
    expect(requests.map(formatRequest)).toEqual([
      'CONFIRM order_id=7,reason=broken ANSWERED CONFIRMED put 2',
      'ACTION order_id=7,reason=broken OPEN put 3',
    ]);
    expect(requests.map(({ actionKey }) => actionKey)).toEqual(['refund#1/pay/2', 'refund#1/pay/2']);
    expect(waitsFor).toBe('ACTION');
  });

  it('1.5: keep the choice that the last message was answered with', () => {
    expect(readStored('choice').choices).toMatchObject([
      { reason: 'AMBIGUOUS', scenarioIds: ['care', 'toys'], status: 'OPEN', putCount: 1, attempts: 0 },
    ]);
    expect(readStored('oneConfirmation').choices).toEqual([]);
  });

  it('2.11: end a pause that the customer asked for by the default of its time, and keep its request', () => {
    const session = readStored('pausedByCustomer');
    expect(getInstance(session, 'address')).toMatchObject({ status: 'PAUSED', resumePolicy: 'next_turn' });
    expect(listRequests(session, 'address')).toEqual(['ASK street OPEN put 1']);
    expect(getInstance(session, 'refund').resumePolicy).toBeUndefined();
  });

  it('3.3: wait again for an action that failed', () => {
    expect(listRequests(readStored('actionFailed'), 'refund')).toEqual([
      'CONFIRM order_id=7,reason=broken ANSWERED CONFIRMED put 2',
      'ACTION order_id=7,reason=broken OPEN put 6',
    ]);
  });

  it('0.9, 3.7: have the route and the left steps of their path, and keep what is irreversible', () => {
    const refund = getInstance(readStored('informed'), 'refund');
    expect(refund.currentStepId).toBe('done');
    expect(refund.route.map(({ stepId, visitNumber }) => `${stepId} ${visitNumber}`)).toEqual([
      'order 0',
      'reason 1',
      'pay 2',
    ]);
    expect(refund.route.map(({ canGoBackTo }) => canGoBackTo)).toEqual([false, true, false]);
    expect(refund.leftSteps).toEqual(['order', 'pay', 'reason']);
    expect(refund.stepsBeforeCheckpoint).toEqual(['order', 'pay', 'reason']);
    expect(refund.irreversibleDone).toMatchObject([{ stepId: 'pay', description: 'Refund paid', passed: true }]);
  });

  it('3.1: have informed the customer', () => {
    const { visit, requests, waitsFor } = getInstance(readStored('informed'), 'refund');
    expect([visit.informedRevision, requests, waitsFor]).toEqual([7, [], 'NOTHING']);
  });

  it('1.1: count completed runs as SUCCEEDED', () => {
    expect(readStored('completed').scenarioCounters).toEqual(
      new Map([
        ['address', { starts: 1, completions: 0, lastEnding: undefined, lastValues: new Map() }],
        ['refund', { starts: 1, completions: 1, lastEnding: 'SUCCEEDED', lastValues: new Map() }],
      ]),
    );
  });

  it('0.8: keep the attempts', () => {
    const address = getInstance(readStored('completed'), 'address');
    expect([address.attempts, address.attemptsTotal, address.requests[0]?.attempts]).toEqual([2, 2, 2]);
  });

  it('2.7: have been active since their last activity', () => {
    const { activeSince, lastActiveAt, visit } = getInstance(readStored('choice'), 'refund');
    expect([activeSince, visit.openedAt]).toEqual([lastActiveAt, lastActiveAt]);
  });

  it.each(Object.keys(conversationBytes) as (keyof typeof conversationBytes)[])(
    'are not converted again once they are stored (%s)',
    (name) => {
      const session = readStored(name);
      expect(decodeSession(encodeSession(session))).toEqual(session);
    },
  );

  it.each(Object.keys(conversationBytes) as (keyof typeof conversationBytes)[])(
    'are converted in the same way if a caller of a stateless method sends them (%s)',
    (name) => {
      const message = SessionMessage.decode(Buffer.from(conversationBytes[name], 'base64'));
      expect(sessionFromProto(message, { path: 'session', occurredAt: 9 })).toEqual(readStored(name));
    },
  );
});

describe('an instance before version 2', () => {
  type InstanceFields = DeepPartial<SessionMessage>['instances'] extends (infer Fields)[] | undefined ? Fields : never;

  const NONE = 0;
  const [ASK, CONFIRM, ACTION_HINT] = [2, 3, 4];
  const [DECLINED, SUCCEEDED, FAILED] = [2, 3, 4];

  function read(fields: InstanceFields): ScenarioInstance {
    const instance = { instanceId: 'i', scenarioId: 's', currentStepId: 'here', ...fields };
    return getInstance(
      sessionFromProto(encodeAndDecode(SessionMessage, { revision: 9, instances: [instance] }), {
        path: 'session',
        occurredAt: 5_000,
      }),
      's',
    );
  }

  it.each([
    ['an ASK that was answered', { contributedTypes: [ASK], openType: NONE }, 'ASK ANSWERED'],
    ['a declined CONFIRM', { contributedTypes: [CONFIRM], outcome: DECLINED }, 'CONFIRM ANSWERED DECLINED'],
    [
      'a CONFIRM that the action answered',
      { contributedTypes: [CONFIRM], outcome: SUCCEEDED },
      'CONFIRM ANSWERED ACTION_SUCCEEDED',
    ],
    ['a CONFIRM whose values changed', { contributedTypes: [CONFIRM] }, 'CONFIRM VOID'],
    [
      'a CONFIRM that is asked again',
      { contributedTypes: [CONFIRM], outcome: DECLINED, openType: CONFIRM },
      'CONFIRM OPEN',
    ],
    ['a hint without an outcome', { contributedTypes: [ACTION_HINT] }, 'ACTION OPEN'],
    ['an action that succeeded', { contributedTypes: [ACTION_HINT], acted: true }, 'ACTION ANSWERED ACTION_SUCCEEDED'],
    [
      'an action that failed',
      { contributedTypes: [ACTION_HINT], acted: true, outcome: FAILED },
      'ACTION ANSWERED ACTION_FAILED',
    ],
    [
      'an action that failed and is hinted again',
      { contributedTypes: [ACTION_HINT], acted: true, outcome: FAILED, openType: ACTION_HINT },
      'ACTION OPEN',
    ],
  ])('0.8: has %s', (_, visit, expected) => {
    const { requests } = read({ visit });
    expect(requests.map(formatRequest)).toEqual([`${expected} put 0`]);
  });

  it('0.8: waits for an action whose tools are not recorded', () => {
    const [request] = read({ visit: { number: 3, contributedTypes: [ACTION_HINT], openType: ACTION_HINT } }).requests;
    expect(request).toMatchObject({ actionKey: 'i/here/3', visitNumber: 3, tools: [] });
  });

  it('0.9: has a route without the branches that it left', () => {
    const path = ['a', 'b', 'c', 'b', 'd', 'b'].map((stepId, index) => ({ sequence: index + 1, stepId }));
    expect(read({ path }).route.map(({ stepId }) => stepId)).toEqual(['a', 'b']);
    expect(read({ path, currentStepId: 'b' }).route.map(({ stepId }) => stepId)).toEqual(['a']);
  });

  it('3.7: has left the steps of its path, also trimmed ones, but not the step where it is', () => {
    const path = ['c', 'here', 'b'].map((stepId) => ({ stepId }));
    expect(read({ path, stepsTrimmedFromPath: ['a', 'c'] }).leftSteps).toEqual(['a', 'b', 'c']);
  });

  it.each([
    ['left since it was passed', { path: [{ stepId: 'pay', visitNumber: 2 }] }, ['pay']],
    ['where the instance is', { currentStepId: 'pay' }, []],
    ['reached again since it was passed', { path: [{ stepId: 'pay', visitNumber: 5 }] }, []],
  ])('3.7: a passed checkpoint that is %s', (_, fields, expected) => {
    const irreversibleDone = [{ stepId: 'pay', visitNumber: 2, passed: true }];
    expect(read({ ...fields, irreversibleDone }).stepsBeforeCheckpoint).toEqual(expected);
  });

  it('keeps a request that is in the current format', () => {
    const put = { revision: 2, position: 0 };
    const instance = read({
      activeSince: new Date(7),
      resumePolicy: 2,
      status: 2,
      pauseReason: 1,
      attempts: 4,
      requests: [{ kind: 1, status: 1, stepId: 'here', firstPut: put, lastPut: put }],
      route: [{ stepId: 'a' }],
      path: [{ stepId: 'b' }],
    });
    expect(instance).toMatchObject({ activeSince: 7, resumePolicy: 'explicit', attempts: 4 });
    expect(instance.requests).toHaveLength(1);
    expect(instance.route.map(({ stepId }) => stepId)).toEqual(['a']);
  });
});

describe('any session before version 2', () => {
  const stepId = fc.constantFrom('a', 'b', 'c');
  const fields = fc.constantFrom<string[]>([], ['x'], ['x', 'y']);
  const visit = fc.record({
    number: fc.integer({ min: 1, max: 9 }),
    enteredRevision: fc.nat(9),
    contributedTypes: fc.uniqueArray(fc.integer({ min: 2, max: 5 })),
    askedFields: fields,
    openType: fc.constantFrom(0, 2, 3, 4),
    openAskFields: fields,
    confirmed: fc.boolean(),
    outcome: fc.nat(4),
    acted: fc.boolean(),
    attempts: fc.nat(9),
  });
  const instance = fc.record({
    instanceId: fc.constantFrom('i', 'j', 'k'),
    currentStepId: stepId,
    visit,
    path: fc.array(fc.record({ stepId, visitNumber: fc.nat(9) }), { maxLength: 6 }),
  });
  const openContribution = fc.record({
    instanceId: fc.constantFrom('i', 'j', 'k'),
    type: fc.integer({ min: 2, max: 5 }),
  });
  const session = fc
    .record({
      revision: fc.integer({ min: 9, max: 20 }),
      instances: fc.uniqueArray(instance, { selector: ({ instanceId }) => instanceId, maxLength: 3 }),
      openContributions: fc.array(openContribution, { maxLength: 4 }),
    })
    .map((message) => decodeSession(SessionMessage.encode(encodeAndDecode(SessionMessage, message)).finish()));

  it('0.8: has at most one open request of each kind, with a key unless it is an ASK', () => {
    fc.assert(
      fc.property(session, ({ instances }) => {
        for (const { requests } of instances) {
          const open = requests.filter(({ status }) => status === 'OPEN').map(({ kind }) => kind);
          expect(new Set(open).size).toBe(open.length);
          expect(requests.every(({ kind, actionKey }) => (kind === 'ASK') === (actionKey === ''))).toBe(true);
        }
      }),
    );
  });

  it('0.9: has a route without repeated steps and without the current one', () => {
    fc.assert(
      fc.property(session, ({ instances }) => {
        for (const { route, currentStepId } of instances) {
          const steps = [...route.map((entry) => entry.stepId), currentStepId];
          expect(new Set(steps).size).toBe(steps.length);
        }
      }),
    );
  });

  it('is stored and read again without a change', () => {
    fc.assert(fc.property(session, (value) => expect(decodeSession(encodeSession(value))).toEqual(value)));
  });
});
