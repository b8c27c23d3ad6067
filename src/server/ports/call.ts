import { OrchestratorError } from '../../core/model/orchestrator-error';
import { noSpan, type Span, type SpanKind } from './span';

/** Deadline, cancellation and span of a call. They apply to all work that is done for the call. */
export interface Call {
  /** Milliseconds since 1970; Infinity if the caller set no deadline. */
  readonly deadline: number;
  /** Aborted when the caller cancels the call. If the server ends the call, the reason is an OrchestratorError. */
  readonly signal: AbortSignal;
  /** Whether the signal is aborted. Cheaper than reading `signal`, which may be created on first use. */
  readonly isCanceled: boolean;
  /** The span that the work belongs to. */
  readonly span: Span;
  /** The tenant that the request names; undefined if it names none. */
  readonly tenantId?: string | undefined;
}

export function createCall(deadline: number, signal: AbortSignal, span: Span = noSpan, tenantId?: string): Call {
  return {
    deadline,
    signal,
    span,
    tenantId,
    get isCanceled() {
      return signal.aborted;
    },
  };
}

/** Returns the call with another span. */
export function withSpan(call: Call, span: Span): Call {
  return new CallWithSpan(call, span);
}

class CallWithSpan implements Call {
  readonly deadline: number;

  constructor(
    private readonly call: Call,
    readonly span: Span,
  ) {
    this.deadline = call.deadline;
  }

  get signal(): AbortSignal {
    return this.call.signal;
  }

  get isCanceled(): boolean {
    return this.call.isCanceled;
  }

  get tenantId(): string | undefined {
    return this.call.tenantId;
  }
}

/** Runs work in a child span of the call's span. `work` receives the call with that span. An error sets its status. */
export function runInSpan<T>(
  call: Call,
  name: string,
  work: (call: Call) => Promise<T>,
  kind: SpanKind = 'internal',
): Promise<T> {
  return call.span.isRecording
    ? endWith(call.span.startChild(name, kind), (span) => work(withSpan(call, span)))
    : work(call);
}

/** Runs work and ends its span. An error sets the status of the span. */
export async function endWith<T>(span: Span, work: (span: Span) => Promise<T>): Promise<T> {
  try {
    return await work(span);
  } catch (error) {
    span.setError(error);
    throw error;
  } finally {
    span.end();
  }
}

/** Throws an OrchestratorError CANCELLED or DEADLINE if the call has ended. Stores call this before they read or write. */
export function throwIfCallEnded(call: Call, now: number): void {
  if (call.isCanceled) throw new OrchestratorError('CANCELLED', 'The call was canceled before the store was accessed.');
  if (call.deadline <= now) {
    throw new OrchestratorError('DEADLINE', 'The deadline was exceeded before the store was accessed.');
  }
}
