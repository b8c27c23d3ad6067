import type { JsonValue } from '@bufbuild/protobuf';
import { z } from 'zod';

export interface ReceivedEvent {
  /** Undefined for a message. */
  readonly type: string | undefined;
  readonly id: string | undefined;
  readonly data: JsonValue;
}

/** Reads events of a response until it ends, or until there are `maxMessages` messages. Throws if the response is not an event stream. */
export async function readEvents(response: Response, maxMessages = Number.POSITIVE_INFINITY): Promise<ReceivedEvent[]> {
  if (response.body === null || response.headers.get('content-type') !== 'text/event-stream; charset=utf-8') {
    throw new Error(`expected an event stream, but got ${response.status}: ${await response.text()}`);
  }
  const events: ReceivedEvent[] = [];
  let text = '';
  for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    const blocks = text.split('\n\n');
    text = blocks.pop() ?? '';
    events.push(...blocks.filter((block) => !block.startsWith(':')).map(parseEvent));
    if (events.filter(({ type }) => type === undefined).length >= maxMessages) break;
  }
  return events;
}

function parseEvent(block: string): ReceivedEvent {
  const fields = new Map(
    block.split('\n').map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]),
  );
  return {
    type: fields.get('event'),
    id: fields.get('id'),
    data: z.json().parse(JSON.parse(fields.get('data') ?? '')),
  };
}
