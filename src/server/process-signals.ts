/**
 * A second signal within this time in milliseconds is ignored, because `npm start` forwards signals that the terminal has already
 * sent to the process.
 */
const duplicateSignalMs = 500;

/** Handles SIGTERM and SIGINT. The first signal starts a graceful shutdown; a later one exits immediately with code 1. */
export function onStopSignals(stop: (signal: string) => void): void {
  let firstSignalAt: number | undefined;
  const onSignal = (signal: NodeJS.Signals): void => {
    if (firstSignalAt !== undefined) {
      if (performance.now() - firstSignalAt > duplicateSignalMs) process.exit(1);
      return;
    }
    firstSignalAt = performance.now();
    stop(signal);
  };
  process.on('SIGTERM', onSignal).on('SIGINT', onSignal);
}
