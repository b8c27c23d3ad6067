import type { Logger } from '../../src/server/ports/logger';

const noop = () => undefined;

/** Discards all lines. */
export const silentLog: Logger = { isDebug: false, debug: noop, info: noop, warn: noop, error: noop };
