import { OrchestratorError } from '../../../../src/core/model/orchestrator-error';
import type { RawRequest } from '../../../../src/server/grpc/validation/request-validator';
import { delimited, turnRequest } from '../../../support/request-bytes';
import { uuid } from '../../../support/session-builder';
import { createTurnValidator } from './turn-validator';

const validator = createTurnValidator();

function createRules(count: number, ruleId: string) {
  return Array.from({ length: count }, () => ({ ruleId, scope: 1 }));
}

const valid = turnRequest({ situation: { message: 'x'.repeat(20_000) } });
const invalid = turnRequest({ appliedRules: createRules(500, `no uuid ${'x'.repeat(40)}`) });

/** Requests by what full validation finds in them. */
const large: readonly [string, Buffer][] = [
  ['valid', valid],
  ['valid, in two parts', Buffer.concat([valid, delimited(1, Buffer.alloc(0))])],
  ['invalid', invalid],
  ['not a message', Buffer.alloc(20_000)],
];

type Outcome = { readonly bytes: Uint8Array } | { readonly reason: string; readonly violations: unknown };

async function getOutcome(validate: () => unknown): Promise<Outcome> {
  try {
    const { bytes } = (await validate()) as { readonly bytes: Uint8Array };
    return { bytes };
  } catch (error) {
    if (!(error instanceof OrchestratorError)) throw error;
    return { reason: error.reason, violations: error.violations };
  }
}

test.each(large)('a large request that is %s has the same outcome in parts', async (_name, bytes) => {
  const request = validator(bytes);
  expect(await getOutcome(() => request.validateInParts())).toEqual(await getOutcome(() => request.validate()));
});

/** Counts the iterations of the event loop until a validation has settled. */
async function countIterations(request: RawRequest<unknown>): Promise<number> {
  let isSettled = false;
  const settled = getOutcome(() => request.validateInParts()).then(() => {
    isSettled = true;
  });
  let iterations = 0;
  await Promise.resolve();
  while (!isSettled) {
    await new Promise((resolve) => setImmediate(resolve));
    iterations += 1;
  }
  await settled;
  return iterations;
}

test('other work runs between the steps of the full validation of a large request', async () => {
  expect(await countIterations(validator(invalid))).toBeGreaterThanOrEqual(2);
});

test('a small request, and a large one that fast validation accepts, do not wait', async () => {
  const small = turnRequest({ tenantId: 'no uuid' });
  expect(validator(valid).validateInParts()).toBeInstanceOf(Promise);
  expect(await countIterations(validator(valid))).toBeLessThanOrEqual(1);
  expect(() => validator(small).validateInParts()).toThrow(OrchestratorError);
  expect(validator(turnRequest()).validateInParts()).toMatchObject({ tenantId: uuid(1) });
});
