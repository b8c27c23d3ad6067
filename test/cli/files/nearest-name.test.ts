import { findNearestName } from '../../../src/cli/files';

const names = ['order_id', 'idle_timeout', 'name', 'max_loop_count'];

test.each([
  ['orderID', 'order_id'],
  ['idle_timout', 'idle_timeout'],
  ['nmae', undefined],
  ['nam', 'name'],
  ['maxLoopCount', 'max_loop_count'],
  ['something_else', undefined],
  ['', undefined],
])('%s was probably meant as %s', (given, meant) => {
  expect(findNearestName(given, names)).toBe(meant);
});
