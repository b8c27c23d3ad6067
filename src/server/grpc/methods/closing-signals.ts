import { setMaxListeners } from 'node:events';
import { getAgeSignal } from '../connection-age';

/**
 * Calls `end` when a long-lived stream must end with SHUTTING_DOWN: when the server drains, or when its connection has reached the maximum age.
 * Returns a function that removes the listeners.
 */
export function onClosing(stream: object, drainSignal: AbortSignal, end: () => void): () => void {
  const ageSignal = getAgeSignal(stream);
  if (ageSignal !== undefined) setMaxListeners(0, ageSignal); // One listener per stream of the connection.
  const signals = ageSignal === undefined ? [drainSignal] : [drainSignal, ageSignal];
  if (signals.some(({ aborted }) => aborted)) end();
  for (const signal of signals) signal.addEventListener('abort', end, { once: true });
  return () => {
    for (const signal of signals) signal.removeEventListener('abort', end);
  };
}
