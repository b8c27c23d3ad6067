import { setFlagsFromString } from 'node:v8';

setFlagsFromString('--allow-natives-syntax');
const isFast: (object: object) => boolean = new Function('object', 'return %HasFastProperties(object)') as never;

it('the Redis client restores the fast String.prototype that ioredis makes slow', () => {
  expect(isFast(String.prototype)).toBe(true);
  jest.requireActual('ioredis');
  // If this fails, ioredis or V8 has changed, and restoreStringPrototype can be removed.
  expect(isFast(String.prototype)).toBe(false);
  jest.requireActual('../../../../src/server/stores/redis/redis-client');
  expect(isFast(String.prototype)).toBe(true);
});
