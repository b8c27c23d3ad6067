import { JsonLinesFile, type JsonLinesFileOptions } from '../json-lines-file';
import type { Sink } from '../sink';

/** The largest number of events that are synced together. A response of the feed has at most 64. */
const batchSize = 64;

/** Opens a sink that appends events to a file, one JSON object on a line. Throws CommandError. */
export async function openFileSink(options: JsonLinesFileOptions): Promise<Sink> {
  const file = await JsonLinesFile.open(options);
  return {
    name: `file ${options.path}`,
    batchSize,
    write: (events) => file.append(events),
    close: () => file.close(),
  };
}
