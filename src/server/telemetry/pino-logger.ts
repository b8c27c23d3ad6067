import { type DestinationStream, pino } from 'pino';
import type { Logger } from '../ports/logger';
import { limitRepeats } from './limit-repeats';
import { repeatIntervalMs } from './process-log';

export interface PinoLoggerOptions {
  /** The minimum level that is written. */
  readonly level: 'debug' | 'info' | 'warn' | 'error' | 'silent';
  /** Whether customer data may be written. */
  readonly isCustomerDataAllowed: boolean;
  /** Fields of every line. Default: none. */
  readonly base?: Readonly<Record<string, number>>;
  /** Default: standard output, written synchronously, so that a crash loses no lines. */
  readonly destination?: DestinationStream;
}

/**
 * Creates a logger that writes JSON lines. An outage makes many calls fail with the same
 * warning, so a repeated warning is written at most once a second, with the number of lines that were left out.
 */
export function createPinoLogger({ level, isCustomerDataAllowed, base, destination }: PinoLoggerOptions): Logger {
  const logger = pino(
    {
      level,
      base: base ?? null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: {
        level: (label) => ({ level: label }),
        log: (fields) => toLogFields(fields, isCustomerDataAllowed),
      },
      // toLogFields has already serialized errors. The default serializer of pino would serialize the result again.
      serializers: { err: (serialized: unknown) => serialized },
    },
    destination ?? pino.destination({ fd: 1, sync: true }),
  );
  const warn = limitRepeats(logger.warn.bind(logger), repeatIntervalMs);
  return Object.assign(logger, { isDebug: logger.isLevelEnabled('debug'), warn });
}

/** Maximum depth of nested objects and of chains of causes. */
const maxDepth = 6;

/** Serializes the fields of a log line: redacts customer data, replaces bytes by their length, and serializes errors. */
function toLogFields(fields: object, isCustomerDataAllowed: boolean, depth = 0): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(fields)) {
    if (value === undefined || name === '__proto__') continue; // assigning __proto__ would set the prototype
    result[name] =
      !isCustomerDataAllowed && isSensitiveField(name) ? redacted : toLogValue(value, isCustomerDataAllowed, depth);
  }
  return result;
}

function toLogValue(value: unknown, isCustomerDataAllowed: boolean, depth: number): unknown {
  if (typeof value === 'bigint') return String(value);
  if (typeof value !== 'object' || value === null || value instanceof Date) return value;
  if (depth >= maxDepth) return '[deep]';
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
  if (value instanceof Error) return serializeError(value, isCustomerDataAllowed, depth + 1);
  if (Array.isArray(value)) return value.map((item) => toLogValue(item, isCustomerDataAllowed, depth + 1));
  return toLogFields(value, isCustomerDataAllowed, depth + 1);
}

/**
 * Serializes only the known properties of an error. Other properties may contain customer data, such as the arguments of a failed
 * Redis command.
 */
function serializeError(error: Error, isCustomerDataAllowed: boolean, depth: number): Record<string, unknown> {
  return {
    type: error.name,
    message: error.message,
    ...('reason' in error && typeof error.reason === 'string' ? { reason: error.reason } : {}),
    ...('code' in error && isCode(error.code) ? { code: error.code } : {}),
    stack: error.stack,
    ...(error.cause === undefined ? {} : { cause: toLogValue(error.cause, isCustomerDataAllowed, depth) }),
  };
}

function isCode(code: unknown): code is string | number {
  return typeof code === 'string' || typeof code === 'number';
}

const redacted = '[redacted]';

/** Names of fields with customer data or credentials. */
const sensitiveWords: readonly (readonly string[])[] = [
  ['candidate', 'variables'],
  ['customer'],
  ['customer', 'data'],
  ['data'],
  ['facts'],
  ['instance', 'variables'],
  ['known', 'values'],
  ['message'],
  ['patch'],
  ['request'],
  ['response'],
  ['results'],
  ['session', 'variables'],
  ['situation'],
  ['value'],
  ['values'],
  ['variables'],
  ['api', 'key'],
  ['authorization'],
  ['bearer'],
  ['credential'],
  ['credentials'],
  ['password'],
  ['private', 'key'],
  ['secret'],
  ['token'],
  ['url'],
];

const sensitiveNames: ReadonlySet<string> = new Set(
  sensitiveWords.flatMap((words) => [
    words.join('_'),
    words.map((word, index) => (index === 0 ? word : capitalize(word))).join(''),
  ]),
);

function capitalize(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}

/**
 * Whether a field name in snake_case or camelCase is one of the sensitive names. Callers must not log such fields; this is a second
 * line of defense.
 */
function isSensitiveField(name: string): boolean {
  return sensitiveNames.has(name);
}
