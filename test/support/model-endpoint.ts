import { EventEmitter, once } from 'node:events';
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import { listenOnLoopback } from '../../tools/redis/free-port';

/** The item ids in a prompt of the shipped template. */
export interface PromptItems {
  readonly instances: readonly string[];
  /** Retrieval scores by candidate id. */
  readonly candidates: ReadonlyMap<string, number>;
  readonly conditions: readonly string[];
}

export interface ReceivedRequest {
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: { readonly model: string; readonly messages: readonly { role: string; content: string }[] };
  readonly prompt: string;
  readonly items: PromptItems;
}

/** How the endpoint responds to a request. */
export type EndpointBehavior = (request: ReceivedRequest, response: ServerResponse) => void;

/** The content of a model's answer. */
export interface ModelAnswer {
  readonly instances: readonly { readonly id: string; readonly action: string }[];
  readonly candidates: readonly { readonly id: string; readonly fits: boolean }[];
  readonly conditions: readonly { readonly id: string; readonly verdict: string }[];
}

/** Proposes what the rules decide without a model: every instance continues, and the score selects candidates. */
export function agreeWithRules({ instances, candidates, conditions }: PromptItems): ModelAnswer {
  return {
    instances: instances.map((id) => ({ id, action: 'CONTINUE' })),
    candidates: [...candidates].map(([id, score]) => ({ id, fits: score >= 0.5 })),
    conditions: conditions.map((id) => ({ id, verdict: 'UNKNOWN' })),
  };
}

/** Proposes random answers. `random` returns numbers from 0 to 1, like `Math.random`. */
export function answerRandomly(random: () => number): (items: PromptItems) => ModelAnswer {
  const pick = <T>(values: readonly T[]): T | undefined => values[Math.floor(random() * values.length)];
  return ({ instances, candidates, conditions }) => ({
    instances: instances.map((id) => ({ id, action: pick(['CONTINUE', 'PAUSE', 'COMPLETE', 'CANCEL']) ?? '' })),
    candidates: [...candidates.keys()].map((id) => ({ id, fits: random() < 0.5 })),
    conditions: conditions.map((id) => ({ id, verdict: pick(['TRUE', 'FALSE', 'UNKNOWN']) ?? '' })),
  });
}

/** Responds with the JSON of an answer. */
export function answering(createAnswer: (items: PromptItems) => ModelAnswer): EndpointBehavior {
  return ({ items }, response) => respond(response, JSON.stringify(createAnswer(items)));
}

/** Responds with the given text as the content of the message. */
export function returningContent(content: string, finishReason = 'stop'): EndpointBehavior {
  return (_request, response) => respond(response, content, finishReason);
}

/** Responds with an HTTP status. */
export function returningStatus(
  status: number,
  headers: Readonly<Record<string, string>> = {},
  body = '{}',
): EndpointBehavior {
  return (_request, response) => response.writeHead(status, headers).end(body);
}

/** Accepts the request and never responds. */
export const neverResponding: EndpointBehavior = () => undefined;

/** Closes the connection in the middle of the response body. */
export const closingEarly: EndpointBehavior = (_request, response) => {
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' });
  response.write('{"choices": [', () => response.destroy());
};

function respond(response: ServerResponse, content: string, finishReason = 'stop'): void {
  const body = {
    model: 'stand-in-1',
    choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: finishReason }],
    usage: { prompt_tokens: 400, completion_tokens: 40 },
  };
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

/** A scripted OpenAI-compatible endpoint on the loopback interface. */
export class ModelEndpoint {
  readonly requests: ReceivedRequest[] = [];
  private readonly arrivals = new EventEmitter();
  private readonly queue: EndpointBehavior[] = [];
  private server: Server | undefined;
  private port = 0;

  /** `defaultBehavior` applies if no behavior is queued. */
  constructor(public defaultBehavior: EndpointBehavior = answering(agreeWithRules)) {}

  /** Starts to listen. After a stop it uses the same port again. */
  async start(): Promise<void> {
    const server = createServer((request, response) => void this.receive(request, response));
    if (this.port === 0) this.port = await listenOnLoopback(server);
    else await new Promise<void>((resolve) => server.listen(this.port, '127.0.0.1', resolve));
    this.server = server;
  }

  /** Closes all connections and stops listening. */
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

  /** Sets the behaviors of the next requests. */
  enqueue(...behaviors: readonly EndpointBehavior[]): void {
    this.queue.push(...behaviors);
  }

  /** Resolves when the endpoint has received `count` requests in total. */
  async waitForRequests(count: number): Promise<void> {
    while (this.requests.length < count) await once(this.arrivals, 'one');
  }

  private async receive(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const parts: Buffer[] = [];
    try {
      for await (const part of incoming) parts.push(part);
    } catch {
      return; // the client closed the connection
    }
    const body = JSON.parse(Buffer.concat(parts).toString());
    const prompt: string = body.messages.at(-1).content;
    const items = parsePromptItems(prompt);
    const request = { url: incoming.url ?? '', headers: incoming.headers, body, prompt, items };
    this.requests.push(request);
    const respondTo = this.queue.shift() ?? this.defaultBehavior;
    respondTo(request, response);
    this.arrivals.emit('one');
  }
}

function parsePromptItems(prompt: string): PromptItems {
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
