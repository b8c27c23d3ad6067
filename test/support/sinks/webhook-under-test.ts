import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { CloudEvent } from '../../../src/cli/export/cloud-event';
import { findFreePort } from '../../../tools/redis/free-port';
import type { SinkUnderTest } from './sink-under-test';

/** A request that the endpoint received. */
export interface ReceivedRequest {
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** What the endpoint answers. */
export interface WebhookAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export const webhookSecret = `whsec_${Buffer.from('a secret of a webhook, 32 bytes.').toString('base64')}`;

/** An endpoint on loopback. */
export class WebhookUnderTest implements SinkUnderTest {
  readonly requests: ReceivedRequest[] = [];
  private server: Server | undefined;
  private readonly accepted: CloudEvent[] = [];

  private constructor(
    private readonly port: number,
    private readonly answer: (request: ReceivedRequest, number: number) => WebhookAnswer,
    private readonly options: readonly string[],
  ) {}

  /** `answer` gets each request with its number from 1. `options` are further arguments of the command. */
  static async start(
    answer: (request: ReceivedRequest, number: number) => WebhookAnswer,
    options: readonly string[] = [],
  ): Promise<WebhookUnderTest> {
    const webhook = new WebhookUnderTest(await findFreePort(), answer, options);
    await webhook.outage.end();
    return webhook;
  }

  get args(): readonly string[] {
    return ['webhook', '--url', `http://127.0.0.1:${this.port}/events`, ...this.options];
  }

  readonly env = { SCENARIO_ORCHESTRATOR_EXPORT_SECRET: webhookSecret };

  readonly outage = {
    start: () => this.stop(),
    end: async () => {
      this.server = createServer((request, response) => {
        let body = '';
        request.setEncoding('utf8').on('data', (text: string) => {
          body += text;
        });
        request.on('end', () => {
          const { status, headers = {}, body: text = '' } = this.receive({ headers: request.headers, body });
          response.writeHead(status, headers).end(text);
        });
      }).listen(this.port, '127.0.0.1');
      await once(this.server, 'listening');
    },
  };

  private receive(request: ReceivedRequest): WebhookAnswer {
    this.requests.push(request);
    const answer = this.answer(request, this.requests.length);
    if (answer.status < 300) this.accepted.push(...[JSON.parse(request.body)].flat());
    return answer;
  }

  async read(): Promise<readonly CloudEvent[]> {
    return this.accepted;
  }

  private async stop(): Promise<void> {
    const { server } = this;
    this.server = undefined;
    if (server === undefined) return;
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  }

  close(): Promise<void> {
    return this.stop();
  }
}

/** Verifies a signature as https://www.standardwebhooks.com defines it, without its library. */
export function isSignedWith(secret: string, { headers, body }: ReceivedRequest): boolean {
  const key = Buffer.from(secret.replace('whsec_', ''), 'base64');
  const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`;
  const expected = `v1,${createHmac('sha256', key).update(signed).digest('base64')}`;
  return String(headers['webhook-signature']).split(' ').includes(expected);
}
