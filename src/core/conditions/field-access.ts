import {
  type CelError,
  type CelFunc,
  type CelList,
  type CelMap,
  type CelResult,
  type CelValue,
  celType,
  isCelList,
  isCelMap,
  isCelUint,
} from '@bufbuild/cel';
import { chargeConversion, chargeRead } from './budget';
import { conditionError, missingKey } from './evaluation-error';
import { defineFunction } from './native-function';

/** What `lower` writes for `container.key` and `container[key]`. No author can write this name. */
export const getFunction = '@get';
/** What `lower` writes for `{...}[key]`, where the map stands in the condition. */
export const lookUpFunction = '@look_up';
/** What `lower` writes for `has(container.key)`. */
export const hasFunction = '@has';

/**
 * Reads of fields. The library by itself answers with the same error for a key that is missing and for a value that has no keys
 * at all; and it says of a key with a null that it is not there, which it is.
 */
export const fieldAccess: readonly CelFunc[] = [
  defineFunction(getFunction, 2, ([container = null, key = null]) => {
    const error = chargeRead();
    if (error !== undefined) return error;
    if (isCelMap(container)) return memberOf(container, key, missingKey);
    return isCelList(container) ? elementOf(container, key) : withoutFields(container);
  }),
  // Asking the customer can bring a key of the data, never one that stands in the condition.
  defineFunction(
    lookUpFunction,
    2,
    ([map = null, key = null]) => chargeRead() ?? (isCelMap(map) ? memberOf(map, key, noSuchKey) : withoutFields(map)),
  ),
  defineFunction(hasFunction, 2, ([container = null, key = null]) => {
    const error = chargeRead();
    if (error !== undefined) return error;
    return isCelMap(container) && typeof key === 'string' ? container.get(key) !== undefined : withoutFields(container);
  }),
];

const noSuchKey = conditionError('a map does not have the key');
const noSuchIndex = conditionError('a list does not have the index');

function memberOf(map: CelMap, key: CelValue, whenAbsent: CelError): CelResult {
  if (!isMapKey(key)) return conditionError(`a ${celType(key).name} is no key`);
  const value = map.get(key);
  if (value !== undefined) return chargeConversion(value) ?? value;
  // A number or a bool is never a key of JSON, whatever the customer says.
  return typeof key === 'string' ? whenAbsent : noSuchKey;
}

function elementOf(list: CelList, index: CelValue): CelResult {
  if (typeof index !== 'bigint' && typeof index !== 'number' && !isCelUint(index)) {
    return conditionError(`a ${celType(index).name} is no index`);
  }
  const element = list.get(Number(isCelUint(index) ? index.value : index));
  return element === undefined ? noSuchIndex : element;
}

function withoutFields(value: CelValue): CelResult {
  return conditionError(`a ${celType(value).name} has no fields`);
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
