import { context, ROOT_CONTEXT } from '@opentelemetry/api';

type Fields = Readonly<Record<string, unknown>>;
type Write = (fields: Fields, message: string) => void;

interface Repeats {
  /** The lines since the last one that was written. */
  count: number;
  lastFields: Fields;
}

/** Maximum number of messages that are limited at the same time. Lines with further messages are written. */
const maxMessages = 1_000;

/**
 * Writes at most one line per interval for each message. The first line is written at once. If more follow, the last one is written
 * when the interval ends, with the number of lines that were left out as `omitted_lines`.
 */
export function limitRepeats(write: Write, intervalMs: number): Write {
  const repeats = new Map<string, Repeats>();
  const startInterval = (message: string): void => {
    // Without a context, the line does not get the span of the call that started the interval.
    const endInterval = context.bind(ROOT_CONTEXT, () => {
      const { count = 0, lastFields = {} } = repeats.get(message) ?? {};
      repeats.delete(message);
      if (count === 0) return;
      repeats.set(message, { count: 0, lastFields: {} });
      write(count === 1 ? lastFields : { ...lastFields, omitted_lines: count - 1 }, message);
      startInterval(message);
    });
    setTimeout(endInterval, intervalMs).unref();
  };
  return (fields, message) => {
    const current = repeats.get(message);
    if (current !== undefined) {
      current.count += 1;
      current.lastFields = fields;
      return;
    }
    write(fields, message);
    if (repeats.size >= maxMessages) return;
    repeats.set(message, { count: 0, lastFields: {} });
    startInterval(message);
  };
}
