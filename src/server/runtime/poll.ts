/** Work that is done over and over. */
export interface Poller {
  /** Settles with the first round. Never rejects. */
  readonly firstRun: Promise<void>;
  /** No further round begins. */
  stop(): void;
}

/**
 * Does work over and over, with a pause between the end of a round and the next, so that rounds never overlap. `work` handles
 * its own errors; the process may end during a pause.
 */
export function poll(intervalMs: number, work: () => Promise<void>): Poller {
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  const round = async (): Promise<void> => {
    await work();
    if (!stopped) timer = setTimeout(() => void round(), intervalMs).unref();
  };
  return {
    firstRun: round(),
    stop() {
      stopped = true;
      clearTimeout(timer);
    },
  };
}
