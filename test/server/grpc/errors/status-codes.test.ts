import { readFileSync } from 'node:fs';
import { status } from '@grpc/grpc-js';
import { ErrorReason as ContractReason } from '../../../../gen/focal/orchestration/v1/error_reason';
import { statusCodes } from '../../../../src/server/grpc/errors/status-codes';

const reasons = Object.keys(statusCodes).sort();

test('the status table has every reason of the contract and no other', () => {
  const contractReasons = Object.values(ContractReason)
    .filter((name) => typeof name === 'string')
    .map((name) => name.replace('ERROR_REASON_', ''))
    .filter((name) => name !== 'UNSPECIFIED' && name !== 'UNRECOGNIZED');
  expect(reasons).toEqual(contractReasons.sort());
});

/** The status code at the start of the comment of each reason in the contract. */
const documentedCodes = [
  ...readFileSync('proto/focal/orchestration/v1/error_reason.proto', 'utf8').matchAll(
    /\/\/ ([A-Z_]+)\. [^\n]*\n(?: {2}\/\/ [^\n]*\n)* {2}ERROR_REASON_(\w+) =/g,
  ),
].map(([, code = '', reason = '']) => ({ reason, code }));

test('the contract documents a status code for every reason', () => {
  expect(documentedCodes.map(({ reason }) => reason).sort()).toEqual(reasons);
});

test.each(documentedCodes)('$reason has the documented status code $code', ({ reason, code }) => {
  expect(new Map<string, status>(Object.entries(statusCodes)).get(reason)).toBe(
    new Map<string, status | string>(Object.entries(status)).get(code),
  );
});
