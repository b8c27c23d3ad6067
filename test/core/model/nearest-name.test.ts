import { findNearestName } from '../../../src/core/model/nearest-name';

test.each<[string, string, readonly string[], string | undefined]>([
  ['another way of writing', 'orderID', ['reason', 'order_id'], 'order_id'],
  ['a missing letter', 'reson', ['order_id', 'reason'], 'reason'],
  ['an additional letter', 'reasson', ['order_id', 'reason'], 'reason'],
  ['a wrong letter', 'reaxon', ['order_id', 'reason'], 'reason'],
  ['one change in a short name', 'ag', ['age'], 'age'],
  ['two changes in a name of eight letters', 'customxx', ['customer'], 'customer'],
  ['the most similar name', 'order_no', ['order_nr', 'order_no2', 'order_to'], 'order_nr'],
  ['an exact name after a similar one', 'age', ['ages', 'age'], 'age'],
  ['the first of two equally similar names', 'bat', ['cat', 'hat'], 'cat'],
  ['the only name that begins with it', 'start', ['started', 'customer'], 'started'],
  ['the only name that ends with it as a word', 'number', ['customer', 'order_number'], 'order_number'],
  ['nothing for two names that begin with it', 'start', ['started_at_home', 'started_by_phone'], undefined],
  ['nothing for two letters that a name begins with', 'or', ['order_number'], undefined],
  ['nothing for a name that ends with it, but not as a word', 'number', ['ordernumber'], undefined],
  ['nothing for too many changes', 'custxxxx', ['customer'], undefined],
  ['nothing for two changes in a name of seven letters', 'abcdexx', ['abcdefg'], undefined],
  ['nothing without names', 'order', [], undefined],
])('a misspelled name: %s', (_case, given, names, nearest) => {
  expect(findNearestName(given, names)).toBe(nearest);
});
