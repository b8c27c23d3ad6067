import { format, types } from 'node:util';
import { isMainThread } from 'node:worker_threads';
import type { Logger } from '../ports/logger';
import { limitRepeats } from './limit-repeats';

// Lines of Node.js and of libraries, and messages for the operator. The preload installs this before any other module is loaded, so
// this module imports no library except the API of OpenTelemetry.

type Level = 'debug' | 'info' | 'warn' | 'error';
type Fields = Readonly<Record<string, unknown>>;

/** Interval in milliseconds in which a repeated message is written once. */
export const repeatIntervalMs = 1_000;

/** The logger of the service; undefined until the configuration is read. */
let logger: Logger | undefined;
let isInstalled = false;

/** Sends later lines to the logger of the service, which applies the log level. */
export function setProcessLogger(log: Logger): void {
  logger = log;
}

/** Writes a line to the log: with the logger of the service or, before the configuration is read, as JSON to standard output. */
export function writeLogLine(level: Level, fields: Fields, message: string): void {
  if (logger === undefined) process.stdout.write(formatLine(level, fields, message));
  else logger[level](fields, message);
}

/**
 * Writes a message for the operator to standard error, independent of the log level: plain text to a terminal, otherwise JSON, so that
 * every line of a container is JSON.
 */
export function writeOperatorMessage(level: Level, message: string): void {
  process.stderr.write(process.stderr.isTTY ? `${message}\n` : formatLine(level, {}, message));
}

/**
 * Converts the output of Node.js and libraries to lines of the log: the console, warnings, and uncaught errors. After an uncaught error
 * the process exits with code 1. In a terminal, the console stays as it is. Idempotent.
 */
export function installProcessLog(): void {
  if (isInstalled) return;
  isInstalled = true;
  // An uncaught error of another thread ends that thread, and this one is notified.
  if (isMainThread) process.on('uncaughtException', exitAfter);
  // Replaces the listener of Node.js, which prints warnings as text.
  process.removeAllListeners('warning');
  process.on('warning', (warning) => writeLogLine('warn', { component: 'node', type: warning.name }, warning.message));
  if (process.stdout.isTTY && process.stderr.isTTY) return;
  for (const [method, level] of consoleMethods) {
    const write = limitRepeats((fields, message) => writeLogLine(level, fields, message), repeatIntervalMs);
    console[method] = (...args: readonly unknown[]) => write({ component: 'console' }, format(...args));
  }
}

/** `console.dir` is left out: the console exporters of OpenTelemetry print spans and metrics with it. */
const consoleMethods = [
  ['debug', 'debug'],
  ['trace', 'debug'],
  ['log', 'info'],
  ['info', 'info'],
  ['warn', 'warn'],
  ['error', 'error'],
] as const;

function exitAfter(error: unknown): never {
  writeLogLine(
    'error',
    { error: logger === undefined ? describeError(error) : error },
    'uncaught error: the process exits',
  );
  writeOperatorMessage('error', `scenario-orchestrator: uncaught error: ${getMessage(error)}`);
  process.exit(1);
}

/** Formats a line like those of the logger. */
function formatLine(level: Level, fields: Fields, message: string): string {
  return `${JSON.stringify({ level, time: new Date().toISOString(), ...fields, msg: message })}\n`;
}

function describeError(error: unknown): unknown {
  if (!types.isNativeError(error)) return String(error);
  return { type: error.name, message: error.message, stack: error.stack };
}

function getMessage(error: unknown): string {
  return types.isNativeError(error) ? error.message : String(error);
}
