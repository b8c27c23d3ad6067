import fc from 'fast-check';
import { Session as SessionMessage } from '../../../gen/focal/orchestration/v1/session';
import { OrchestratorError } from '../../../src/core/model/orchestrator-error';
import { createEmptySession, createVisit, type Session } from '../../../src/core/model/session';
import {
  decodeSession,
  encodeSession,
  sessionFromProto,
  sessionToProto,
} from '../../../src/server/codec/wire/session-codec';
import { unsafeNames } from './arbitraries';
import { expectSameBytes } from './bytes';
import { type DeepPartial, encodeAndDecode } from './partial-message';
import { reverseEntries } from './reverse-entries';
import { coherentSession, session } from './session-arbitrary';

const notDecodable = expect.objectContaining({ name: 'Error', message: 'A stored session cannot be decoded.' });
const key = { tenantId: 'tenant', agentId: 'agent', sessionId: 'session' };

const sentWith = { path: 'input.session', occurredAt: 5_000 };

/** The session of a caller who sent these fields and no others, but for the ids that instances are told apart by. */
function sent({ instances = [], ...fields }: DeepPartial<SessionMessage>): Session {
  const told = instances.map((one, index) => ({ instanceId: `i${index}`, scenarioId: `s${index}`, ...one }));
  return sessionFromProto(encodeAndDecode(SessionMessage, { ...fields, instances: told }), sentWith);
}

/** What is wrong with such a session: each field with its description. */
function wrongWith(fields: DeepPartial<SessionMessage>): readonly string[] {
  try {
    sent(fields);
  } catch (error) {
    if (error instanceof OrchestratorError && error.reason === 'INVALID_REQUEST') {
      return error.violations.map(({ field, description }) => `${field} ${description}`);
    }
    throw error;
  }
  return [];
}

describe('a stored session', () => {
  it('comes back from its bytes as it was', () => {
    fc.assert(fc.property(session, (value) => expect(decodeSession(encodeSession(value))).toEqual(value)));
  });

  it('has the same bytes whatever the order in which its maps were filled', () => {
    fc.assert(
      fc.property(session, (value) => expectSameBytes(encodeSession(reverseEntries(value)), encodeSession(value))),
    );
  });

  it('has the same bytes once it went through them', () => {
    fc.assert(
      fc.property(session, (value) => {
        const bytes = encodeSession(value);
        expectSameBytes(encodeSession(decodeSession(bytes)), bytes);
      }),
    );
  });

  it('may be one that no turn was applied to', () => {
    expect(decodeSession(encodeSession(createEmptySession(key)))).toEqual(createEmptySession(key));
  });

  it('does not hold what follows from the rest', () => {
    const stored = SessionMessage.decode(encodeSession(sent({ instances: [{ scenarioId: 'a', currentStepId: 'b' }] })));
    expect([stored.focusInstanceId, stored.activeScenarioId, stored.currentStepId]).toEqual(['', '', '']);
  });

  it.each(unsafeNames)('may have variables, loop counts and values under the name "%s"', (name) => {
    const value = sent({
      instances: [
        { variables: { [name]: 1 }, loopCounts: { [name]: 2 }, visit: { shownValues: { [name]: { [name]: 3 } } } },
      ],
      variables: [{ name, value: 4 }],
      scenarioCounters: [{ scenarioId: name, starts: 5 }],
    });
    const [instance] = decodeSession(encodeSession(value)).instances;
    expect(instance?.variables).toEqual(new Map([[name, 1]]));
    expect(instance?.loopCounts).toEqual(new Map([[name, 2]]));
    expect(instance?.visit.shownValues).toEqual(new Map([[name, { [name]: 3 }]]));
    expect(decodeSession(encodeSession(value)).variables).toEqual(new Map([[name, { value: 4, scope: 'CASE' }]]));
    expect(decodeSession(encodeSession(value)).scenarioCounters).toEqual(
      new Map([[name, { starts: 5, completions: 0 }]]),
    );
  });

  it('is refused with the name __proto__ where it would vanish', () => {
    const value = sent({ instances: [{}] });
    const broken = value.instances.map((instance) => ({ ...instance, loopCounts: new Map([['__proto__', 1]]) }));
    expect(() => encodeSession({ ...value, instances: broken })).toThrow('must not have the key __proto__.');
  });

  it('that cannot be decoded is a defect, not a request that is wrong', () => {
    const ended = SessionMessage.encode(SessionMessage.fromPartial({ endedInstances: [{}] })).finish();
    expect(() => decodeSession(ended)).toThrow(notDecodable);
    expect(() => decodeSession(Uint8Array.of(10, 200))).toThrow(notDecodable);
  });
});

describe('a session that a caller sends', () => {
  it('comes back as it was', () => {
    fc.assert(
      fc.property(coherentSession, (value) => {
        const bytes = SessionMessage.encode(sessionToProto(value, 'focus')).finish();
        expect(sessionFromProto(SessionMessage.decode(bytes), sentWith)).toEqual(value);
      }),
    );
  });

  it('needs nothing but scenario and step of its instances', () => {
    const value = sent({ ...key, revision: 4, instances: [{ instanceId: 'i', scenarioId: 'a', currentStepId: 'b' }] });
    expect(value).toEqual({
      ...createEmptySession(key),
      revision: 4,
      lastStartNumber: 1,
      instances: [
        {
          instanceId: 'i',
          scenarioId: 'a',
          scenarioVersion: 0,
          status: 'ACTIVE',
          startNumber: 1,
          startedAt: 5_000,
          lastActiveAt: 5_000,
          pausedAtTurnCount: 0,
          displacedByInstanceIds: [],
          currentStepId: 'b',
          visit: createVisit(1, 4),
          path: [],
          irreversibleDone: [],
          stepsBeforeCheckpoint: [],
          stepsTrimmedFromPath: [],
          loopCounts: new Map(),
          lastVisitNumber: 1,
          lastPathSequence: 0,
          variables: new Map(),
          relocalizationCount: 0,
          globalTransitionGuards: new Map(),
        },
      ],
    });
  });

  it('has its instances numbered in the order of the list where they have no numbers', () => {
    const value = sent({ instances: [{}, {}, {}] });
    expect(value.instances.map((instance) => instance.startNumber)).toEqual([1, 2, 3]);
    expect(value.lastStartNumber).toBe(3);
  });

  it('never has a number twice: one without comes after all that have one, and the order is that of the numbers', () => {
    const value = sent({ instances: [{ startNumber: 4 }, {}, { startNumber: 5 }, {}], lastStartNumber: 2 });
    expect(value.instances.map((instance) => instance.startNumber)).toEqual([4, 5, 6, 7]);
    expect(value.instances.map((instance) => instance.instanceId)).toEqual(['i0', 'i2', 'i1', 'i3']);
    expect(value.lastStartNumber).toBe(7);
  });

  it('goes on with the visit numbers that an instance without a visit has used', () => {
    const [instance] = sent({ revision: 9, instances: [{ lastVisitNumber: 3 }] }).instances;
    expect(instance?.visit).toEqual(createVisit(3, 9));
    expect(instance?.lastVisitNumber).toBe(3);
  });

  it('goes on with the numbers of its path', () => {
    const [instance] = sent({
      instances: [{ path: [{ sequence: 3 }, { sequence: 4 }], lastPathSequence: 1 }],
    }).instances;
    expect(instance?.lastPathSequence).toBe(4);
  });

  it('keeps times that were given, the first moment of 1970 included', () => {
    const [instance] = sent({ instances: [{ startedAt: new Date(0), lastActiveAt: new Date(7) }] }).instances;
    expect([instance?.startedAt, instance?.lastActiveAt]).toEqual([0, 7]);
  });

  it('is refused where no turns lead to it, with every field that shows it', () => {
    expect(
      wrongWith({
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
      'input.session.instances[2].instance_id is that of input.session.instances[0] as well; give each instance an id of its own',
      'input.session.ended_instances[1].instance_id is that of input.session.instances[0] as well; give each instance an id of its own',
      'input.session.instances[2].scenario_id is that of input.session.instances[0] as well; a session runs a scenario once at a time',
      'input.session.instances[2].start_number is that of input.session.instances[0] as well; leave it out, or give each its own',
      'input.session.pending_starts[1].scenario_id is that of input.session.pending_starts[0] as well; a scenario is pending once',
      'input.session.instances[0].pause_reason must say why the instance is PAUSED',
      'input.session.instances[2].pause_reason must be left out while the instance is ACTIVE',
      "input.session.instances[2].paused_at_turn_count must be at most the session's turn_count, which is 2",
    ]);
  });

  it('is not believed what it says of its focus and its active scenario', () => {
    const value = sent({ focusInstanceId: 'other', activeScenarioId: 'other', instances: [{ scenarioId: 'a' }] });
    expect(sessionToProto(value, 'i').activeScenarioId).toBe('a');
  });

  it('is refused as a wrong request where the domain has no word for it', () => {
    expect(() => sent({ endedInstances: [{ status: 1 }] })).toThrow(
      expect.objectContaining({ reason: 'INVALID_REQUEST' }),
    );
    expect(() => sent({ instances: [{ status: 3 }] })).toThrow(
      'SCENARIO_INSTANCE_STATUS must be one of ACTIVE, PAUSED',
    );
  });
});

describe('a session as callers see it', () => {
  it('names its focus, and scenario and step of the first active instance (section 8)', () => {
    const value = sent({
      instances: [
        { scenarioId: 'resting', currentStepId: 'x', status: 2, pauseReason: 1 },
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

  it('names none where nothing runs', () => {
    expect(sessionToProto(createEmptySession(key), '')).toMatchObject({ activeScenarioId: '', currentStepId: '' });
  });

  it('lists variables by name and counters by scenario', () => {
    const value: Session = {
      ...createEmptySession(key),
      variables: new Map([
        ['b', { value: 1, scope: 'CASE' }],
        ['10', { value: 2, scope: 'SESSION' }],
        ['a', { value: null, scope: 'IDENTITY' }],
      ]),
      scenarioCounters: new Map([
        ['z', { starts: 1, completions: 0 }],
        ['y', { starts: 2, completions: 1 }],
      ]),
    };
    const message = sessionToProto(value, '');
    expect(message.variables.map((variable) => variable.name)).toEqual(['10', 'a', 'b']);
    expect(message.scenarioCounters.map((counter) => counter.scenarioId)).toEqual(['y', 'z']);
  });
});
