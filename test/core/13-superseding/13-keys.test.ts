import type { InstanceRequest } from '../../../src/core/model/request';
import { restoreSessionBefore } from '../../../src/core/model/superseding';
import { createVisit, type StepVisit } from '../../../src/core/model/visit';
import { anInstance, aSession } from '../../support/session-builder';

const putting = { revision: 1, at: 0, position: 0 };
const confirm: InstanceRequest = {
  kind: 'CONFIRM',
  actionKey: 'old',
  stepId: 'first',
  visitNumber: 1,
  fields: [],
  values: new Map(),
  tools: [],
  status: 'OPEN',
  hasAnswer: false,
  firstPut: putting,
  lastPut: putting,
  putCount: 1,
  attempts: 0,
  reminders: 0,
};
const visit = (number: number, supersededKeys: number, returnTo?: StepVisit): StepVisit => ({
  ...createVisit(number, 1, 0),
  supersededKeys,
  ...(returnTo && { returnTo: { stepId: 'first', visit: returnTo, attempts: 0 } }),
});
/** The visit of the instance after a superseded turn that left `current`, if it was `before` that turn. */
const restore = (
  before: StepVisit,
  current: StepVisit,
  requests: readonly InstanceRequest[] = [],
): StepVisit | undefined => {
  const session = aSession({
    revision: 2,
    instances: [anInstance({ visit: current, requests: [confirm, ...requests] })],
  });
  const restored = restoreSessionBefore(
    session,
    aSession({ instances: [anInstance({ visit: before, requests: [confirm] })] }),
  );
  return restored.instances[0]?.visit;
};

test.each<[string, StepVisit, StepVisit, number]>([
  ['that the superseded turn did not keep', visit(1, 1), visit(1, 4), 4],
  ['that were reserved before it', visit(1, 4), visit(1, 1), 4],
  ['of its own visit only', visit(1, 1), visit(2, 4), 1],
  ['of a visit that the superseded turn suspended', visit(1, 1), visit(2, 7, visit(1, 4)), 4],
])('13: keys %s stay used', (_which, before, current, supersededKeys) => {
  expect(restore(before, current)?.supersededKeys).toBe(supersededKeys);
});

test('13: a CONFIRM and an ACTION that the superseded turn put with one key use one key', () => {
  const added = { ...confirm, actionKey: 'new' };
  const elsewhere = { ...confirm, actionKey: 'elsewhere', visitNumber: 2 };
  expect(restore(visit(1, 0), visit(1, 0), [added, { ...added, kind: 'ACTION' }, elsewhere])?.supersededKeys).toBe(1);
});

test('13: the keys of a suspended visit stay used too', () => {
  const restored = restore(visit(2, 0, visit(1, 0)), visit(2, 1, visit(1, 5)), [{ ...confirm, actionKey: 'new' }]);
  expect(restored).toMatchObject({ supersededKeys: 1, returnTo: { visit: { supersededKeys: 6 } } });
});
