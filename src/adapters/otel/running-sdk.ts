let stopSdk: (() => Promise<void>) | undefined;

/** Remembers how the SDK is stopped; called by whoever started it. */
export function sdkStarted(stop: () => Promise<void>): void {
  stopSdk = stop;
}

/** Whether spans go anywhere. */
export function isSdkRunning(): boolean {
  return stopSdk !== undefined;
}

/**
 * Sends what was not sent yet and stops the SDK. Resolves to whether everything was delivered within `boundMs`: towards a
 * collector that does not answer the SDK alone would take ten seconds. Never rejects; at once true where no SDK runs.
 */
export async function flushTelemetry(boundMs: number): Promise<boolean> {
  const stop = stopSdk;
  if (stop === undefined) return true;
  stopSdk = undefined;
  let timer: NodeJS.Timeout | undefined;
  const bound = new Promise<boolean>((resolve) => {
    timer = setTimeout(resolve, boundMs, false);
  });
  const delivered = stop().then(
    () => true,
    () => false,
  );
  return await Promise.race([delivered, bound]).finally(() => clearTimeout(timer));
}
