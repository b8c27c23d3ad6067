/**
 * Does something with a signal that is aborted when another one is, or when the time is over; `overtime` makes what it is then
 * aborted with. The other signal may live long: nothing of this stays on it.
 */
export async function withTimeout<T>(
  { signal, timeMs, overtime }: { readonly signal: AbortSignal; readonly timeMs: number; overtime(): Error },
  work: (bounded: AbortSignal) => Promise<T>,
): Promise<T> {
  signal.throwIfAborted();
  const bounded = new AbortController();
  const giveUp = () => bounded.abort(signal.reason);
  const timer = setTimeout(() => bounded.abort(overtime()), timeMs);
  signal.addEventListener('abort', giveUp, { once: true });
  try {
    return await work(bounded.signal);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', giveUp);
  }
}
