import type { MessagePort } from 'node:worker_threads';
import { createCall } from '../ports/call';
import type { RequestProcessor } from '../ports/call-threads';
import type { AgentKey } from '../ports/scenario-catalogue';
import type { ObservedCall, ThreadRecorder } from '../ports/thread-telemetry';
import { encodeError } from './encoded-error';
import type { ThreadCommand, ThreadReport } from './messages';
import { toOwnBytes } from './own-bytes';

/** Interval in milliseconds in which observations are sent. */
const flushIntervalMs = 1_000;

export interface ThreadServerOptions {
  readonly port: Pick<MessagePort, 'postMessage' | 'on' | 'close'>;
  readonly processor: RequestProcessor;
  readonly recorder: ThreadRecorder;
  readonly onCatalogueChange: (agent: AgentKey) => void;
  /** Closes what the thread has opened. */
  readonly onClose: () => Promise<void>;
}

/** The thread's end: processes what the server sends. */
export class ThreadServer {
  private readonly running = new Map<number, AbortController>();
  private used = new Map<string, number>();
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly options: ThreadServerOptions) {}

  start(): void {
    this.options.port.on('message', (command: ThreadCommand) => this.receive(command));
    // What ends after its call was answered is sent without another call.
    this.timer = setInterval(() => this.flush(), flushIntervalMs).unref();
    this.post({ kind: 'ready' });
  }

  /** Reports work that was done for a tenant, in units, with the next answer. */
  recordUse(tenantId: string, units: number): void {
    this.used.set(tenantId, (this.used.get(tenantId) ?? 0) + units);
  }

  reportCatalogueChange({ tenantId, agentId }: AgentKey): void {
    this.post({ kind: 'catalogue changed', agent: { tenantId, agentId } });
  }

  private receive(command: ThreadCommand): void {
    switch (command.kind) {
      case 'validate':
        void this.validate(command);
        return;
      case 'process':
        void this.process(command);
        return;
      case 'cancel':
        this.running.get(command.id)?.abort();
        return;
      case 'catalogue changed':
        this.options.onCatalogueChange(command.agent);
        return;
      case 'close':
        void this.close();
    }
  }

  private async close(): Promise<void> {
    clearInterval(this.timer);
    await this.options.onClose();
    this.flush();
    this.options.port.close();
  }

  private async validate({ id, path, bytes }: ThreadCommand & { readonly kind: 'validate' }): Promise<void> {
    await this.answer(id, async () => {
      const request = await this.options.processor.validate(path, bytes);
      return { kind: 'validated', id, request: { ...request, bytes: toOwnBytes(request.bytes) } };
    });
  }

  private async process({
    id,
    request,
    deadline,
    span: origin,
  }: ThreadCommand & { readonly kind: 'process' }): Promise<void> {
    const controller = new AbortController();
    this.running.set(id, controller);
    const { span, end } = this.options.recorder.startCall(origin);
    await this.answer(
      id,
      async () => {
        const call = createCall(deadline, controller.signal, span, request.tenantId);
        const response = await this.options.processor.process(request, call, (bytes) =>
          this.post({ kind: 'message', id, bytes: toOwnBytes(bytes) }),
        );
        return { kind: 'processed', id, response: { ...response, body: toOwnBytes(response.body) } };
      },
      end,
    );
    this.running.delete(id);
  }

  private async answer(
    id: number,
    work: () => Promise<ThreadReport>,
    endSpan: ObservedCall['end'] = () => undefined,
  ): Promise<void> {
    const report = await work().catch(
      (error: unknown): ThreadReport => ({ kind: 'failed', id, error: encodeError(error) }),
    );
    const additions = endSpan();
    if (additions !== undefined) this.post({ kind: 'span', id, additions });
    this.flush();
    this.post(report);
  }

  /** Sends what was observed since the last time. */
  private flush(): void {
    if (this.used.size > 0) {
      this.post({ kind: 'used', units: this.used });
      this.used = new Map();
    }
    const observations = this.options.recorder.take();
    if (observations !== undefined) this.post({ kind: 'observed', observations });
  }

  private post(report: ThreadReport): void {
    this.options.port.postMessage(report, listBuffers(report));
  }
}

/** The buffers that are handed over with a report, without a copy. */
function listBuffers(report: ThreadReport): ArrayBuffer[] {
  switch (report.kind) {
    case 'message':
      return [report.bytes.buffer];
    case 'processed':
      return [report.response.body.buffer];
    case 'validated':
      return [report.request.bytes.buffer];
    case 'ready':
    case 'failed':
    case 'span':
    case 'catalogue changed':
    case 'used':
    case 'observed':
      return [];
  }
}
