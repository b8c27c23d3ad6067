import type { JsonValue } from '@bufbuild/protobuf';
import { OrchestratorError } from '../../core/model/orchestrator-error';

/**
 * Maximum number of values in the JSON of a request, which limits how long its conversion blocks the event loop. A scenario with 10,000 steps
 * has fewer.
 */
const maxValues = 200_000;

const quote = 0x22;
const comma = 0x2c;
const openList = 0x5b;
const backslash = 0x5c;
const openObject = 0x7b;

/**
 * Checks the number of values in JSON, without parsing it. Text in strings does not count.
 *
 * @throws OrchestratorError TOO_LARGE
 */
export function checkValueCount(text: Uint8Array): void {
  if (text.length < maxValues) return; // A value has at least one byte.
  let count = 0;
  let isInString = false;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (character === quote) isInString = !isInString;
    else if (isInString && character === backslash) at++;
    else if (!isInString && (character === comma || character === openList || character === openObject)) count++;
  }
  if (count <= maxValues) return;
  throw new OrchestratorError(
    'TOO_LARGE',
    `The JSON has more than ${maxValues} values. Send a smaller request, or gRPC.`,
    {
      metadata: { limit: 'json_values', size: String(count), max_size: String(maxValues) },
    },
  );
}

/** A key `__proto__`, also with escapes. Most requests have none of these texts, and are not searched. */
const mayHaveUnsafeKey = /__proto__|\\u00[57]/i;

/**
 * Refuses a key `__proto__`, which the conversion would silently drop.
 *
 * @throws OrchestratorError INVALID_REQUEST that names the path.
 */
export function checkKeys(root: JsonValue, text: string): void {
  if (!mayHaveUnsafeKey.test(text)) return;
  const pending: { readonly value: JsonValue; readonly path: string }[] = [{ value: root, path: '' }];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { value, path } = next;
    if (typeof value !== 'object' || value === null) continue;
    for (const [key, child] of Object.entries(value)) {
      if (key === '__proto__') {
        const violations = [{ field: path, description: 'has the key "__proto__", which is not allowed' }];
        throw new OrchestratorError('INVALID_REQUEST', 'The JSON violates the contract', { violations });
      }
      const childPath = Array.isArray(value) ? `${path}[${key}]` : `${path}${path === '' ? '' : '.'}${key}`;
      pending.push({ value: child, path: childPath });
    }
  }
}
