import { EventEmitter, once } from 'node:events';
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import { listenOnLoopback } from '../../tools/chaos/free-port';

/** What a model was asked, as it reads it in the prompt that is shipped. */
export interface Asked {
  readonly instances: readonly string[];
  /** With the retrieval score of each. */
  readonly candidates: ReadonlyMap<string, number>;
  readonly conditions: readonly string[];
}

/** A request as it came in. */
export interface ReceivedRequest {
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: { readonly model: string; readonly messages: readonly { role: string; content: string }[] };
  readonly prompt: string;
  readonly asked: Asked;
}

/** What the endpoint does with a request. */
export type Behaviour = (request: ReceivedRequest, response: ServerResponse) => void;

/** What a model says of what it was asked. */
export interface Said {
  readonly instances: readonly { readonly id: string; readonly action: string }[];
  readonly candidates: readonly { readonly id: string; readonly fits: boolean }[];
  readonly conditions: readonly { readonly id: string; readonly verdict: string }[];
}

/** A model that wants what the rules do without it: everything goes on, and the score decides. */
export function asTheRules({ instances, candidates, conditions }: Asked): Said {
  return {
    instances: instances.map((id) => ({ id, action: 'CONTINUE' })),
    candidates: [...candidates].map(([id, score]) => ({ id, fits: score >= 0.5 })),
    conditions: conditions.map((id) => ({ id, verdict: 'UNKNOWN' })),
  };
}

/** A model that says anything, with a source of numbers from 0 to 1. */
export function atRandom(random: () => number): (asked: Asked) => Said {
  const oneOf = <T>(all: readonly T[]): T | undefined => all[Math.floor(random() * all.length)];
  return ({ instances, candidates, conditions }) => ({
    instances: instances.map((id) => ({ id, action: oneOf(['CONTINUE', 'PAUSE', 'COMPLETE', 'CANCEL']) ?? '' })),
    candidates: [...candidates.keys()].map((id) => ({ id, fits: random() < 0.5 })),
    conditions: conditions.map((id) => ({ id, verdict: oneOf(['TRUE', 'FALSE', 'UNKNOWN']) ?? '' })),
  });
}

/** Answers as a model would that says this. */
export function saying(say: (asked: Asked) => Said): Behaviour {
  return ({ asked }, response) => completion(response, JSON.stringify(say(asked)));
}

/** Answers with a text of a model's. */
export function completing(content: string, finishReason = 'stop'): Behaviour {
  return (_request, response) => completion(response, content, finishReason);
}

/** Answers with a status. */
export function refusing(status: number, headers: Readonly<Record<string, string>> = {}, body = '{}'): Behaviour {
  return (_request, response) => response.writeHead(status, headers).end(body);
}

/** Takes the request and says nothing. */
export const silence: Behaviour = () => undefined;

/** Breaks off in the middle of an answer. */
export const breakingOff: Behaviour = (_request, response) => {
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' });
  response.write('{"choices": [', () => response.destroy());
};

function completion(response: ServerResponse, content: string, finishReason = 'stop'): void {
  const body = {
    model: 'stand-in-1',
    choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: finishReason }],
    usage: { prompt_tokens: 400, completion_tokens: 40 },
  };
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

/** An OpenAI-compatible endpoint on the loopback interface that does what a test wants. */
export class ModelEndpoint {
  readonly requests: ReceivedRequest[] = [];
  private readonly arrivals = new EventEmitter();
  private readonly queue: Behaviour[] = [];
  private server: Server | undefined;
  private port = 0;

  /** `usual` is what it does where nothing else was queued. */
  constructor(public usual: Behaviour = saying(asTheRules)) {}

  /** Listens; again on the same port where it was down. */
  async start(): Promise<void> {
    const server = createServer((request, response) => void this.receive(request, response));
    if (this.port === 0) this.port = await listenOnLoopback(server);
    else await new Promise<void>((resolve) => server.listen(this.port, '127.0.0.1', resolve));
    this.server = server;
  }

  /** Cuts every connection and listens no more. */
  async stop(): Promise<void> {
    const { server } = this;
    if (!server) return;
    this.server = undefined;
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }

  get baseUrl(): string {
    return `http://127.0.0.1:${this.port}/v1`;
  }

  /** What it does with the next requests, one after the other. */
  next(...behaviours: readonly Behaviour[]): void {
    this.queue.push(...behaviours);
  }

  /** Resolves once so many requests have come. */
  async received(count: number): Promise<void> {
    while (this.requests.length < count) await once(this.arrivals, 'one');
  }

  private async receive(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const parts: Buffer[] = [];
    try {
      for await (const part of incoming) parts.push(part);
    } catch {
      return; // the caller gave up
    }
    const body = JSON.parse(Buffer.concat(parts).toString());
    const prompt: string = body.messages.at(-1).content;
    const request = { url: incoming.url ?? '', headers: incoming.headers, body, prompt, asked: askedIn(prompt) };
    this.requests.push(request);
    const behave = this.queue.shift() ?? this.usual;
    behave(request, response);
    this.arrivals.emit('one');
  }
}

/** What the lines of the prompt list. */
function askedIn(prompt: string): Asked {
  const lines = prompt.split('\n').flatMap((line) => {
    const [, id = ''] = /^- ([ict]\d+): /.exec(line) ?? [];
    return id === '' ? [] : [{ id, line }];
  });
  const ids = (letter: string): readonly string[] =>
    lines.filter(({ id }) => id.startsWith(letter)).map(({ id }) => id);
  const candidates = lines.flatMap(({ id, line }) => {
    const [, score] = /, retrieval score ([\d.e-]+)$/.exec(line) ?? [];
    return id.startsWith('c') && score !== undefined ? [[id, Number(score)] as const] : [];
  });
  return { instances: ids('i'), candidates: new Map(candidates), conditions: ids('t') };
}
