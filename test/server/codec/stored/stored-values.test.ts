import fc from 'fast-check';
import { Session as SessionMessage } from '../../../../gen/focal/orchestration/v1/session';
import { createEmptySession, type Session } from '../../../../src/core/model/session';
import {
  decodeRelationship,
  decodeSession,
  decodeStoredScenario,
  encodeRelationship,
  encodeSession,
  encodeStoredScenario,
} from '../../../../src/server/codec/stored/stored-values';
import { sessionFromProto } from '../../../../src/server/codec/wire/session-codec';
import { relationship, storedScenario, unsafeNames } from '../arbitraries';
import { expectSameBytes } from '../bytes';
import { type DeepPartial, encodeAndDecode } from '../partial-message';
import { reverseEntries } from '../reverse-entries';
import { session } from '../session-arbitrary';

const key = { tenantId: 'tenant', agentId: 'agent', sessionId: 'session' };

/** Creates a session with the given fields. */
function createSession(fields: DeepPartial<SessionMessage>): Session {
  return sessionFromProto(encodeAndDecode(SessionMessage, fields), { path: 'session', occurredAt: 5_000 });
}

describe('sessions', () => {
  it('are equal after encoding and decoding', () => {
    fc.assert(fc.property(session, (value) => expect(decodeSession(encodeSession(value))).toEqual(value)));
  });

  it('have the same bytes for every order of map entries', () => {
    fc.assert(
      fc.property(session, (value) => expectSameBytes(encodeSession(reverseEntries(value)), encodeSession(value))),
    );
  });

  it('have the same bytes after decoding and encoding', () => {
    fc.assert(
      fc.property(session, (value) => {
        const bytes = encodeSession(value);
        expectSameBytes(encodeSession(decodeSession(bytes)), bytes);
      }),
    );
  });

  it('have the bytes of the generated encoder', () => {
    fc.assert(
      fc.property(session, (value) => {
        const bytes = encodeSession(value);
        expectSameBytes(SessionMessage.encode(SessionMessage.decode(bytes)).finish(), bytes);
      }),
    );
  });

  it('can have no turns', () => {
    expect(decodeSession(encodeSession(createEmptySession(key)))).toEqual(createEmptySession(key));
  });

  it('are stored without derived fields', () => {
    const value = createSession({ instances: [{ instanceId: 'i', scenarioId: 'a', currentStepId: 'b' }] });
    const stored = SessionMessage.decode(encodeSession(value));
    expect([stored.focusInstanceId, stored.activeScenarioId, stored.currentStepId]).toEqual(['', '', '']);
  });

  it.each(unsafeNames)('may have variables, loop counts and values with the name "%s"', (name) => {
    const value = createSession({
      instances: [
        {
          instanceId: 'i',
          scenarioId: 's',
          variables: { [name]: 1 },
          loopCounts: { [name]: 2 },
          heldValues: { [name]: { [name]: 3 } },
        },
      ],
      variables: [{ name, value: 4 }],
      scenarioCounters: [{ scenarioId: name, starts: 5 }],
    });
    const decoded = decodeSession(encodeSession(value));
    const [instance] = decoded.instances;
    expect(instance?.variables).toEqual(new Map([[name, 1]]));
    expect(instance?.loopCounts).toEqual(new Map([[name, 2]]));
    expect(instance?.heldValues).toEqual(new Map([[name, { [name]: 3 }]]));
    expect(decoded.variables).toEqual(new Map([[name, { value: 4, scope: 'CASE', isPersistedResult: false }]]));
    expect(decoded.scenarioCounters).toEqual(new Map([[name, { starts: 5, completions: 0, lastValues: new Map() }]]));
  });

  it('are rejected if they contain the name __proto__, because decoders drop it', () => {
    const value = createSession({ instances: [{}] });
    const instances = value.instances.map((instance) => ({ ...instance, loopCounts: new Map([['__proto__', 1]]) }));
    expect(() => encodeSession({ ...value, instances })).toThrow('must not have the key __proto__.');
  });

  it.each([
    ['a newer format', { format: 3 }],
    ['a status that a newer contract defines', { endedInstances: [{ status: 99 }] }],
  ])('are RECORD_TOO_NEW with %s', (_what, fields) => {
    const bytes = SessionMessage.encode(SessionMessage.fromPartial(fields as object)).finish();
    expect(() => decodeSession(bytes)).toThrow(
      expect.objectContaining({ reason: 'RECORD_TOO_NEW', metadata: { record: 'session' } }),
    );
  });

  it('are an internal error if they cannot be decoded, not INVALID_REQUEST', () => {
    const internalError = expect.objectContaining({ name: 'Error', message: 'Cannot decode a stored session.' });
    const withoutStatus = SessionMessage.encode(SessionMessage.fromPartial({ endedInstances: [{}] })).finish();
    expect(() => decodeSession(withoutStatus)).toThrow(internalError);
    expect(() => decodeSession(Uint8Array.of(10, 200))).toThrow(internalError);
  });
});

describe('scenarios', () => {
  it('are equal after encoding and decoding', () => {
    fc.assert(
      fc.property(storedScenario, (value) => {
        expect(decodeStoredScenario(encodeStoredScenario(value))).toEqual(value);
      }),
    );
  });

  it.each([
    ['a newer format', { format: 3 }],
    ['a status that a newer contract defines', { endedInstances: [{ status: 99 }] }],
  ])('are RECORD_TOO_NEW with %s', (_what, fields) => {
    const bytes = SessionMessage.encode(SessionMessage.fromPartial(fields as object)).finish();
    expect(() => decodeSession(bytes)).toThrow(
      expect.objectContaining({ reason: 'RECORD_TOO_NEW', metadata: { record: 'session' } }),
    );
  });

  it('are an internal error if they cannot be decoded, not INVALID_REQUEST', () => {
    expect(() => decodeStoredScenario(Uint8Array.of(10, 200))).toThrow('Cannot decode a stored scenario.');
    expect(() => decodeStoredScenario(new Uint8Array())).toThrow(
      expect.objectContaining({ name: 'Error', cause: expect.objectContaining({ message: 'scenario is required.' }) }),
    );
  });
});

it('relationships are equal after encoding and decoding', () => {
  fc.assert(fc.property(relationship, (value) => expect(decodeRelationship(encodeRelationship(value))).toEqual(value)));
});
