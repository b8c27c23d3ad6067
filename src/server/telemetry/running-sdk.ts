/** The SDK of this process. */
export interface RunningSdk {
  /** Whether spans go anywhere. */
  readonly traces: boolean;
  /** Whether anybody reads metrics. */
  readonly metrics: boolean;
  stop(): Promise<void>;
}

let running: RunningSdk | undefined;

/** Remembers the SDK; called by whoever started it. */
export function setRunningSdk(sdk: RunningSdk): void {
  running = sdk;
}

/** The SDK that was started in this process; undefined where there is none, or it was stopped. */
export function getRunningSdk(): RunningSdk | undefined {
  return running;
}

/**
 * Sends what was not sent yet and stops the SDK. Resolves to whether everything was delivered within `boundMs`: towards a
 * collector that does not answer the SDK alone would take ten seconds. Never rejects; at once true where no SDK runs.
 */
export async function flushTelemetry(boundMs: number): Promise<boolean> {
  const sdk = running;
  if (sdk === undefined) return true;
  running = undefined;
  let timer: NodeJS.Timeout | undefined;
  const bound = new Promise<boolean>((resolve) => {
    timer = setTimeout(resolve, boundMs, false);
  });
  const delivered = sdk.stop().then(
    () => true,
    () => false,
  );
  return await Promise.race([delivered, bound]).finally(() => clearTimeout(timer));
}
