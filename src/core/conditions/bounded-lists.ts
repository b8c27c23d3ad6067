import { type CelFunc, type CelInput, type CelList, celList, isCelList, isCelMap } from '@bufbuild/cel';
import { charge, chargeArgument, chargeSize } from './budget';
import { conditionError } from './evaluation-error';
import { defineFunction } from './native-function';

/** What `lower` writes around the list or map that a macro runs over. No author can write this name. */
export const rangeFunction = '@range';
/** What `lower` writes around the list that `in` searches. */
export const membersFunction = '@members';
/** What `lower` writes for the step in which `map` and `filter` add one element to their result. */
export const appendFunction = '@append';

/** What `lower` writes around the arguments of functions in the body of a macro, which is evaluated again and again. */
export const chargeFunction = '@weigh';

/** Lists that `appendFunction` made, with the array behind each. Nobody sees such a list before its macro is done. */
const growing = new WeakMap<object, CelInput[]>();

/** Work on lists, bounded: CEL has no limit of its own. */
export const boundedLists: readonly CelFunc[] = [
  defineFunction(rangeFunction, 1, ([range = null]) =>
    // A macro around this one goes on after an error, and the size of a large map is work by itself.
    isCelList(range) || isCelMap(range) ? (charge(1) ?? chargeSize(range.size) ?? range) : range,
  ),
  // A map is not searched, it is asked for the key.
  defineFunction(membersFunction, 1, ([members = null]) =>
    isCelList(members) ? (chargeSize(members.size) ?? members) : members,
  ),
  defineFunction(chargeFunction, 1, ([value = null]) => chargeArgument(value) ?? value),
  defineFunction(appendFunction, 2, ([list = null, element = null]) =>
    isCelList(list) ? appended(list, element) : conditionError('only a list can grow'),
  ),
];

/** The library nests one list in the next; going through a thousand of them takes a million steps. */
function appended(list: CelList, element: CelInput): CelList {
  const known = growing.get(list);
  if (known !== undefined) {
    known.push(element);
    return list;
  }
  const items = [...list, element];
  const grown = celList(items);
  growing.set(grown, items);
  return grown;
}
