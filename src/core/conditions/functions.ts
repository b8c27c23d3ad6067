import {
  type CelError,
  type CelFunc,
  type CelInput,
  type CelList,
  type CelMap,
  type CelResult,
  CelScalar,
  type CelValue,
  celEnv,
  celFunc,
  celList,
  celType,
  isCelList,
  isCelMap,
  isCelUint,
  mapType,
} from '@bufbuild/cel';
import { charge, chargeArgument, chargeConversion, chargeRead, chargeScan, chargeSize } from './budget';
import { createConditionError, missingKey } from './evaluation-errors';
import { matches } from './standard-functions';
import { utcTimeFunctions } from './utc-time';

/** Names of the functions that `lowerExpression` inserts. Authors cannot write a name that begins with `@`. */
export const internalFunctions = {
  /** Replaces `container.key` and `container[key]`. */
  get: '@get',
  /** Replaces `{...}[key]`, a read from a map literal. */
  lookUp: '@look_up',
  /** Replaces `has(container.key)`. */
  has: '@has',
  /** Wraps the list or map that a macro iterates over. */
  range: '@range',
  /** Wraps the list that `in` searches. */
  members: '@members',
  /** Replaces the step in which `map` and `filter` add an element to their result. */
  append: '@append',
  /** Wraps the arguments of functions in the body of a macro, which is evaluated once per element, and lists and maps that are compared. */
  charge: '@charge',
  /** Wraps other arguments of functions that can be long. */
  scan: '@scan',
} as const;

/**
 * Defines a CEL function that reports an error by returning it. The library's functions throw, and wrapping a thrown error costs ten times
 * as much as an evaluation. A missing key is an ordinary result here.
 */
function defineFunction(name: string, arity: number, body: (args: readonly CelValue[]) => CelResult): CelFunc {
  const parameters = Array.from({ length: arity }, () => CelScalar.DYN);
  const declaration = celFunc(name, parameters, CelScalar.DYN, () => null);
  return Object.assign(declaration, {
    call: (_id: number, _target: CelValue | undefined, args: CelValue[]) => body(args),
  });
}

/**
 * Functions that read fields. The library returns the same error for a missing key and for a value that has no keys at all, and treats a
 * key whose value is null as absent.
 */
const fieldFunctions: readonly CelFunc[] = [
  defineFunction(internalFunctions.get, 2, ([container = null, key = null]) => {
    const error = chargeRead();
    if (error !== undefined) return error;
    if (isCelMap(container)) return readMember(container, key, missingKey);
    return isCelList(container) ? readElement(container, key) : hasNoFields(container);
  }),
  // A missing key of a literal is an error and not UNKNOWN, because no answer of the customer can provide it.
  defineFunction(
    internalFunctions.lookUp,
    2,
    ([map = null, key = null]) => chargeRead() ?? (isCelMap(map) ? readMember(map, key, noSuchKey) : hasNoFields(map)),
  ),
  defineFunction(internalFunctions.has, 2, ([container = null, key = null]) => {
    const error = chargeRead();
    if (error !== undefined) return error;
    return isCelMap(container) && typeof key === 'string' ? container.get(key) !== undefined : hasNoFields(container);
  }),
];

const noSuchKey = createConditionError('the map has no such key');
const indexOutOfRange = createConditionError('the list index is out of range');

function readMember(map: CelMap, key: CelValue, whenAbsent: CelError): CelResult {
  if (!isMapKey(key)) return createConditionError(`a ${celType(key).name} cannot be a map key`);
  const value = map.get(key);
  if (value !== undefined) return chargeConversion(value) ?? value;
  // Numbers and bools are never keys of JSON, so no data can provide them.
  return typeof key === 'string' ? whenAbsent : noSuchKey;
}

function readElement(list: CelList, index: CelValue): CelResult {
  if (typeof index !== 'bigint' && typeof index !== 'number' && !isCelUint(index)) {
    return createConditionError(`a ${celType(index).name} cannot be a list index`);
  }
  const element = list.get(Number(isCelUint(index) ? index.value : index));
  return element === undefined ? indexOutOfRange : element;
}

function hasNoFields(value: CelValue): CelResult {
  return createConditionError(`a ${celType(value).name} has no fields`);
}

function isMapKey(value: CelValue): value is Parameters<CelMap['get']>[0] {
  return (
    typeof value === 'string' ||
    typeof value === 'bigint' ||
    typeof value === 'number' ||
    typeof value === 'boolean' ||
    isCelUint(value)
  );
}

/** List operations with a bounded cost. CEL itself does not limit the cost of list operations. */
const listFunctions: readonly CelFunc[] = [
  defineFunction(internalFunctions.range, 1, ([range = null]) =>
    // An enclosing macro continues after an error, and reading the size of a large map is expensive, so a unit is charged first.
    isCelList(range) || isCelMap(range) ? (charge(1) ?? chargeSize(range.size) ?? range) : range,
  ),
  // `in` searches a list, but reads a single key of a map.
  defineFunction(internalFunctions.members, 1, ([members = null]) =>
    isCelList(members) ? (chargeSize(members.size) ?? members) : members,
  ),
  defineFunction(internalFunctions.charge, 1, ([value = null]) => chargeArgument(value) ?? value),
  defineFunction(internalFunctions.scan, 1, ([value = null]) => chargeScan(value) ?? value),
  defineFunction(internalFunctions.append, 2, ([list = null, element = null]) =>
    isCelList(list) ? append(list, element) : list,
  ),
];

/** Lists under construction, each with its backing array. They are not visible to the condition until their macro ends. */
const growingLists = new WeakMap<object, CelInput[]>();

/** Appends in place. The library nests each list in the next one, so reading a thousand elements takes a million steps. */
function append(list: CelList, element: CelInput): CelList {
  const items = growingLists.get(list);
  if (items !== undefined) {
    items.push(element);
    return list;
  }
  const elements = [...list, element];
  const growingList = celList(elements);
  growingLists.set(growingList, elements);
  return growingList;
}

/** Overrides `key in map`, because the library treats a key whose value is null as absent. */
const inMap = celFunc(
  '@in',
  [CelScalar.STRING, mapType(CelScalar.DYN, CelScalar.DYN)],
  CelScalar.BOOL,
  (key, map) => map.get(key) !== undefined,
);

/** The CEL environment of conditions: the standard functions, with replacements where the library's are imprecise or unbounded. */
export const environment: ReturnType<typeof celEnv> = celEnv({
  funcs: [...fieldFunctions, ...listFunctions, ...utcTimeFunctions, matches, inMap],
});
