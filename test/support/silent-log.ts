import type { Log } from '../../src/ports/log';

const nothing = () => undefined;

/** A log that nobody reads. */
export const silentLog: Log = { isDebug: false, debug: nothing, info: nothing, warn: nothing, error: nothing };
