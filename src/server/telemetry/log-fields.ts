import { isSensitiveField, redacted } from './redaction';

/** Objects nested deeper than this, and chains of causes longer than this, are not written. */
const deepest = 6;

/** The fields of a log line as they are written: values of customers redacted, bytes by their number, errors told. */
export function toLogFields(fields: object, customerData: boolean): Record<string, unknown> {
  return written(fields, customerData, 0);
}

function written(fields: object, customerData: boolean, depth: number): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(fields)) {
    if (value === undefined || name === '__proto__') continue; // the latter would set the prototype
    result[name] = !customerData && isSensitiveField(name) ? redacted : writtenValue(value, customerData, depth);
  }
  return result;
}

function writtenValue(value: unknown, customerData: boolean, depth: number): unknown {
  if (typeof value === 'bigint') return String(value);
  if (typeof value !== 'object' || value === null || value instanceof Date) return value;
  if (depth >= deepest) return '[deep]';
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
  if (value instanceof Error) return toldError(value, customerData, depth + 1);
  if (Array.isArray(value)) return value.map((item) => writtenValue(item, customerData, depth + 1));
  return written(value, customerData, depth + 1);
}

/**
 * What a line tells of an error. Only these properties: the others may be anything, for example the arguments of a Redis
 * command, which are the session.
 */
function toldError(error: Error, customerData: boolean, depth: number): Record<string, unknown> {
  return {
    type: error.name,
    message: error.message,
    ...('reason' in error && typeof error.reason === 'string' ? { reason: error.reason } : {}),
    ...('code' in error && isCode(error.code) ? { code: error.code } : {}),
    stack: error.stack,
    ...(error.cause === undefined ? {} : { cause: writtenValue(error.cause, customerData, depth) }),
  };
}

function isCode(code: unknown): code is string | number {
  return typeof code === 'string' || typeof code === 'number';
}
