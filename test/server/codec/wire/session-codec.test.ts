import fc from 'fast-check';
import { Session as SessionMessage } from '../../../../gen/focal/orchestration/v1/session';
import { OrchestratorError } from '../../../../src/core/model/orchestrator-error';
import { createEmptySession, createInstance, type Session } from '../../../../src/core/model/session';
import { createVisit } from '../../../../src/core/model/visit';
import { sessionFromProto, sessionToProto } from '../../../../src/server/codec/wire/session-codec';
import { type DeepPartial, encodeAndDecode } from '../partial-message';
import { coherentSession } from '../session-arbitrary';

const key = { tenantId: 'tenant', agentId: 'agent', sessionId: 'session' };

const context = { path: 'input.session', occurredAt: 5_000 };

/** Converts a session in a request with the given fields. Instances get unique ids. */
function receive({ instances = [], ...fields }: DeepPartial<SessionMessage>): Session {
  const instancesWithIds = instances.map((one, index) => ({
    instanceId: `i${index}`,
    scenarioId: `s${index}`,
    ...one,
  }));
  return sessionFromProto(encodeAndDecode(SessionMessage, { ...fields, instances: instancesWithIds }), context);
}

/** Returns the violations of a session with the given fields, each as `field description`. */
function findViolations(fields: DeepPartial<SessionMessage>): readonly string[] {
  try {
    receive(fields);
  } catch (error) {
    if (error instanceof OrchestratorError && error.reason === 'INVALID_REQUEST') {
      return error.violations.map(({ field, description }) => `${field} ${description}`);
    }
    throw error;
  }
  return [];
}

describe('sessions in requests', () => {
  it('are equal after conversion in both directions', () => {
    fc.assert(
      fc.property(coherentSession, (value) => {
        const bytes = SessionMessage.encode(sessionToProto(value, 'focus')).finish();
        expect(sessionFromProto(SessionMessage.decode(bytes), context)).toEqual(value);
      }),
    );
  });

  it('need only the scenario and the step of each instance', () => {
    const value = receive({
      ...key,
      revision: 4,
      instances: [{ instanceId: 'i', scenarioId: 'a', currentStepId: 'b' }],
    });
    const identity = { instanceId: 'i', scenarioId: 'a', scenarioVersion: 0, startNumber: 1, currentStepId: 'b' };
    expect(value).toEqual({
      ...createEmptySession(key),
      revision: 4,
      exchangeRevision: 4,
      lastStartNumber: 1,
      instances: [{ ...createInstance(identity, 4, 5_000), visit: createVisit(1, 4, 5_000), lastVisitNumber: 1 }],
    });
  });

  it('number instances in the order of the list by default', () => {
    const value = receive({ instances: [{}, {}, {}] });
    expect(value.instances.map((instance) => instance.startNumber)).toEqual([1, 2, 3]);
    expect(value.lastStartNumber).toBe(3);
  });

  it('assign numbers above the given ones and sort instances by number', () => {
    const value = receive({ instances: [{ startNumber: 4 }, {}, { startNumber: 5 }, {}], lastStartNumber: 2 });
    expect(value.instances.map((instance) => instance.startNumber)).toEqual([4, 5, 6, 7]);
    expect(value.instances.map((instance) => instance.instanceId)).toEqual(['i0', 'i2', 'i1', 'i3']);
    expect(value.lastStartNumber).toBe(7);
  });

  it('use the last visit number for an instance without a visit', () => {
    const [instance] = receive({ revision: 9, instances: [{ lastVisitNumber: 3 }] }).instances;
    expect(instance?.visit).toEqual(createVisit(3, 9, 5_000));
    expect(instance?.lastVisitNumber).toBe(3);
  });

  it('continue the numbering of the path', () => {
    const [instance] = receive({
      instances: [{ path: [{ sequence: 3 }, { sequence: 4 }], lastPathSequence: 1 }],
    }).instances;
    expect(instance?.lastPathSequence).toBe(4);
  });

  it('keep given times, even the start of 1970', () => {
    const [instance] = receive({ instances: [{ startedAt: new Date(0), lastActiveAt: new Date(7) }] }).instances;
    expect([instance?.startedAt, instance?.lastActiveAt]).toEqual([0, 7]);
    expect([instance?.activeSince, instance?.visit.openedAt]).toEqual([7, 7]);
  });

  it('are rejected with all violations if no turns can produce them', () => {
    expect(
      findViolations({
        turnCount: 2,
        instances: [
          { instanceId: 'a', scenarioId: 'x', startNumber: 3, status: 2 },
          {},
          { instanceId: 'a', scenarioId: 'x', startNumber: 3, pauseReason: 2, pausedAtTurnCount: 3 },
        ],
        endedInstances: [
          { instanceId: 'b', status: 3, reason: 1 },
          { instanceId: 'a', status: 3, reason: 1 },
        ],
        pendingStarts: [
          { scenarioId: 'y', reason: 1 },
          { scenarioId: 'y', reason: 1 },
        ],
      }),
    ).toEqual([
      'input.session.instances[2].instance_id duplicates input.session.instances[0]; each instance needs a unique id',
      'input.session.ended_instances[1].instance_id duplicates input.session.instances[0]; each instance needs a unique id',
      'input.session.instances[2].scenario_id duplicates input.session.instances[0]; a session runs one instance of a scenario at a time',
      'input.session.instances[2].start_number duplicates input.session.instances[0]; omit it or use unique numbers',
      'input.session.pending_starts[1].scenario_id duplicates input.session.pending_starts[0]; a scenario can be pending only once',
      'input.session.instances[0].pause_reason is required while the instance is PAUSED',
      'input.session.instances[2].pause_reason must be omitted while the instance is ACTIVE',
      'input.session.instances[2].paused_at_turn_count must be at most the turn_count of the session, 2',
    ]);
  });

  it('0.8: are rejected if a CONFIRM or ACTION has no key, or shares it with another open request of its kind', () => {
    const [CONFIRM, ACTION] = [2, 3];
    const [OPEN, VOID] = [1, 3];
    const put = { revision: 1, position: 0 };
    const createRequest = (kind: number, actionKey: string, status = OPEN) => ({
      kind,
      actionKey,
      status,
      firstPut: put,
      lastPut: put,
    });
    expect(
      findViolations({
        instances: [
          {
            requests: [
              createRequest(CONFIRM, ''),
              createRequest(CONFIRM, 'key', VOID),
              createRequest(CONFIRM, 'key'),
              createRequest(ACTION, 'key'),
              createRequest(ACTION, 'key'),
            ],
          },
        ],
      }),
    ).toEqual([
      'input.session.instances[0].requests[0].action_key is required for CONFIRM and ACTION',
      'input.session.instances[0].requests[4].action_key duplicates input.session.instances[0].requests[3]; each open request must have its own key',
    ]);
  });

  it('section 11: are rejected if a called instance is not part of the session', () => {
    const call = { scenarioId: 's1' };
    const instances = [
      { call: { ...call, instanceId: 'i1' } },
      { call: { ...call, instanceId: 'i7' } },
      { call: { ...call, pendingTurnsLeft: 2 } },
    ];
    expect(findViolations({ instances })).toEqual([
      'input.session.instances[1].call.instance_id must be the id of an instance of the session, or empty',
    ]);
  });

  it('1.5: are rejected if several choices are open', () => {
    const [OPEN, WAITING] = [1, 2];
    const choices = [WAITING, OPEN, WAITING, OPEN].map((status) => ({ status, reason: 1 }));
    expect(findViolations({ choices })).toEqual([
      'input.session.choices[3].status must not be OPEN while input.session.choices[1] is; at most one choice can be OPEN',
    ]);
  });

  it('are rejected if their format is newer', () => {
    expect(() => receive({ format: 3 })).toThrow('session.format must be at most 2, but is 3.');
  });

  it('ignore the derived fields focus and active scenario', () => {
    const value = receive({ focusInstanceId: 'other', activeScenarioId: 'other', instances: [{ scenarioId: 'a' }] });
    expect(sessionToProto(value, 'i').activeScenarioId).toBe('a');
  });

  it('are rejected if a status is invalid', () => {
    expect(() => receive({ endedInstances: [{ status: 1 }] })).toThrow(
      expect.objectContaining({ reason: 'INVALID_REQUEST' }),
    );
    expect(() => receive({ instances: [{ status: 3 }] })).toThrow(
      'SCENARIO_INSTANCE_STATUS must be one of ACTIVE, PAUSED',
    );
  });
});

describe('sessions in responses', () => {
  it('section 8: have the focus, and the scenario and step of the first active instance', () => {
    const value = receive({
      instances: [
        { scenarioId: 'paused', currentStepId: 'x', status: 2, pauseReason: 1 },
        { scenarioId: 'running', currentStepId: 'y' },
        { scenarioId: 'later', currentStepId: 'z' },
      ],
    });
    expect(sessionToProto(value, 'focus')).toMatchObject({
      focusInstanceId: 'focus',
      activeScenarioId: 'running',
      currentStepId: 'y',
    });
  });

  it('have empty fields without active instances', () => {
    expect(sessionToProto(createEmptySession(key), '')).toMatchObject({ activeScenarioId: '', currentStepId: '' });
  });

  it('list variables by name and counters by scenario', () => {
    const value: Session = {
      ...createEmptySession(key),
      variables: new Map([
        ['b', { value: 1, scope: 'CASE', isPersistedResult: false }],
        ['10', { value: 2, scope: 'SESSION', isPersistedResult: false }],
        ['a', { value: null, scope: 'IDENTITY', isPersistedResult: false }],
      ]),
      scenarioCounters: new Map([
        ['z', { starts: 1, completions: 0, lastValues: new Map() }],
        ['y', { starts: 2, completions: 1, lastEnding: 'FAILED', lastValues: new Map() }],
      ]),
    };
    const message = sessionToProto(value, '');
    expect(message.variables.map((variable) => variable.name)).toEqual(['10', 'a', 'b']);
    expect(message.scenarioCounters.map((counter) => counter.scenarioId)).toEqual(['y', 'z']);
  });
});
