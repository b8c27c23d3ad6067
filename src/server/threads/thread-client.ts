import type { Call } from '../ports/call';
import type { EncodedRequest, EncodedResponse, OnMessage, RequestProcessor } from '../ports/call-threads';
import type { EncodedAdditions, ThreadTelemetry } from '../ports/thread-telemetry';
import { decodeError } from './encoded-error';
import type { ThreadCommand, ThreadReport } from './messages';
import { copyBytes } from './own-bytes';

/** What has been sent to a thread and is not answered. */
interface Pending {
  readonly resolve: (report: ThreadReport) => void;
  readonly reject: (error: Error) => void;
  readonly onMessage: OnMessage;
  readonly onSpan: (additions: EncodedAdditions) => void;
}

type Listeners = Pick<Pending, 'onMessage' | 'onSpan'>;

const ignore = (): void => undefined;
const ignoring: Listeners = { onMessage: ignore, onSpan: ignore };

/** The server's end of a call thread. */
export class ThreadClient implements RequestProcessor {
  private readonly pending = new Map<number, Pending>();
  private lastId = 0;

  constructor(
    private readonly post: (command: ThreadCommand) => void,
    private readonly telemetry: Pick<ThreadTelemetry, 'describeSpan' | 'addToSpan'>,
  ) {}

  /** Number of requests that are not answered. */
  get size(): number {
    return this.pending.size;
  }

  async validate(path: string, bytes: Uint8Array): Promise<EncodedRequest> {
    const report = await this.send((id) => ({ kind: 'validate', id, path, bytes: copyBytes(bytes) }), ignoring);
    return report.kind === 'validated' ? report.request : failUnexpected(report);
  }

  async process(request: EncodedRequest, call: Call, onMessage: OnMessage): Promise<EncodedResponse> {
    const id = this.lastId + 1;
    const { deadline, signal } = call;
    const span = this.telemetry.describeSpan(call.span, request.sessionId);
    const listeners: Listeners = {
      onMessage,
      onSpan: (additions) => this.telemetry.addToSpan(call.span, additions),
    };
    const cancel = (): void => this.post({ kind: 'cancel', id });
    const answer = this.send(
      () => ({ kind: 'process', id, request: { ...request, bytes: copyBytes(request.bytes) }, deadline, span }),
      listeners,
    );
    if (signal.aborted) cancel();
    else signal.addEventListener('abort', cancel, { once: true });
    try {
      const report = await answer;
      return report.kind === 'processed' ? report.response : failUnexpected(report);
    } finally {
      signal.removeEventListener('abort', cancel);
    }
  }

  /** Handles a report about one request. */
  receive(report: ThreadReport & { readonly id: number }): void {
    const pending = this.pending.get(report.id);
    if (pending === undefined) return;
    if (report.kind === 'message') {
      pending.onMessage(report.bytes);
      return;
    }
    if (report.kind === 'span') {
      pending.onSpan(report.additions);
      return;
    }
    this.pending.delete(report.id);
    if (report.kind === 'failed') pending.reject(decodeError(report.error));
    else pending.resolve(report);
  }

  /** Fails all requests that are not answered, because the thread has ended. */
  fail(createError: () => Error): void {
    for (const { reject } of this.pending.values()) reject(createError());
    this.pending.clear();
  }

  private send(createCommand: (id: number) => ThreadCommand, listeners: Listeners): Promise<ThreadReport> {
    return new Promise((resolve, reject) => {
      this.lastId += 1;
      this.pending.set(this.lastId, { resolve, reject, ...listeners });
      this.post(createCommand(this.lastId));
    });
  }
}

function failUnexpected({ kind }: ThreadReport): never {
  throw new Error(`A call thread has sent an unexpected answer: ${kind}.`);
}
