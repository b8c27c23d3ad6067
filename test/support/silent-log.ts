import type { Logger } from '../../src/server/ports/logger';

const nothing = () => undefined;

/** A log that nobody reads. */
export const silentLog: Logger = { isDebug: false, debug: nothing, info: nothing, warn: nothing, error: nothing };
