import { setFlagsFromString } from 'node:v8';

setFlagsFromString('--allow-natives-syntax');
const isFast: (object: object) => boolean = new Function('object', 'return %HasFastProperties(object)') as never;

it('looking up methods of strings is slow once ioredis is loaded, and fast again with the Redis client', () => {
  expect(isFast(String.prototype)).toBe(true);
  jest.requireActual('ioredis');
  // Where this fails, ioredis or V8 has changed, and fast-strings.ts is needed no longer.
  expect(isFast(String.prototype)).toBe(false);
  jest.requireActual('../../../../src/server/stores/redis/redis-client');
  expect(isFast(String.prototype)).toBe(true);
});
