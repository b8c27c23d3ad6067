import {
  Sha256ContentHasher,
  SystemClock,
  UuidV5InstanceIdGenerator,
  UuidV5TimerTurnIds,
} from '../../../src/server/runtime/system';
import { aScenario } from '../../support/conversation';
import { uuid } from '../../support/session-builder';

test('an instance id is a UUID of version 5 derived from three ids', () => {
  const ids = new UuidV5InstanceIdGenerator();
  const id = ids.generateInstanceId(uuid(1), uuid(2), uuid(3));
  expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(ids.generateInstanceId(uuid(1), uuid(2), uuid(3))).toBe(id);
  // This id must never change, because deciding a recorded turn again must give the same instance ids.
  expect(id).toBe('a1ce7487-86d4-5955-9fee-c957b8492f31');
  const others = [
    ids.generateInstanceId(uuid(9), uuid(2), uuid(3)),
    ids.generateInstanceId(uuid(1), uuid(9), uuid(3)),
    ids.generateInstanceId(uuid(1), uuid(2), uuid(9)),
    ids.generateInstanceId(uuid(2), uuid(1), uuid(3)),
  ];
  expect(new Set([id, ...others]).size).toBe(5);
});

test('equal definitions have equal hashes in any order of map entries, and different definitions do not', () => {
  const hash = (parts: Partial<Parameters<typeof aScenario>[0]> = {}) =>
    new Sha256ContentHasher().hash(
      aScenario({ scenarioId: uuid(1), steps: [{ stepId: 'end', isTerminal: true }], ...parts }),
    );
  expect(hash()).toMatch(/^[0-9a-f]{64}$/);
  expect(hash()).toBe(hash());
  const stepMap = [
    ['a', 'end'],
    ['b', 'end'],
  ] as const;
  expect(hash({ migrationStepMap: new Map(stepMap) })).toBe(
    hash({ migrationStepMap: new Map([...stepMap].reverse()) }),
  );
  const hashes = [
    hash(),
    hash({ name: 'other' }),
    hash({ enabled: false }),
    hash({ migrationStepMap: new Map(stepMap) }),
  ];
  expect(new Set(hashes).size).toBe(4);
});

test('the clock returns milliseconds since 1970', () => {
  const before = Date.now();
  const now = new SystemClock().now();
  expect(now).toBeGreaterThanOrEqual(before);
  expect(now).toBeLessThanOrEqual(Date.now());
});

test('the turn id of a timer is a version 5 UUID of session, revision and time, and never changes', () => {
  const ids = new UuidV5TimerTurnIds();
  const key = { tenantId: uuid(1), sessionId: uuid(3) };
  expect(ids.generateTimerTurnId(key, 7, 1_800_000_000_000)).toBe('d804458a-5fb7-5b8c-8b9f-f538caec11da');
  const all = [
    ids.generateTimerTurnId(key, 7, 1_800_000_000_000),
    ids.generateTimerTurnId(key, 8, 1_800_000_000_000),
    ids.generateTimerTurnId(key, 7, 1_800_000_000_001),
    ids.generateTimerTurnId({ ...key, sessionId: uuid(4) }, 7, 1_800_000_000_000),
    ids.generateTimerTurnId({ ...key, tenantId: uuid(2) }, 7, 1_800_000_000_000),
  ];
  expect(new Set(all).size).toBe(all.length);
  for (const id of all) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});
