import type { EncodedRequest, EncodedResponse } from '../ports/call-threads';
import type { AgentKey } from '../ports/scenario-catalogue';
import type { EncodedAdditions, Observations, SpanOrigin } from '../ports/thread-telemetry';
import type { EncodedError } from './encoded-error';

/** Bytes that are alone in their buffer, which is handed over with the message. */
type Bytes = Uint8Array<ArrayBuffer>;

type RequestMessage = Omit<EncodedRequest, 'bytes'> & { readonly bytes: Bytes };

/** From the thread of the server to a call thread. */
export type ThreadCommand =
  | { readonly kind: 'validate'; readonly id: number; readonly path: string; readonly bytes: Bytes }
  | {
      readonly kind: 'process';
      readonly id: number;
      readonly request: RequestMessage;
      /** Milliseconds since 1970; Infinity for none. */
      readonly deadline: number;
      readonly span: SpanOrigin | undefined;
    }
  | { readonly kind: 'cancel'; readonly id: number }
  | { readonly kind: 'catalogue changed'; readonly agent: AgentKey }
  | { readonly kind: 'close' };

/** From a call thread to the thread of the server. */
export type ThreadReport =
  | { readonly kind: 'ready' }
  | { readonly kind: 'validated'; readonly id: number; readonly request: RequestMessage }
  | { readonly kind: 'message'; readonly id: number; readonly bytes: Bytes }
  | {
      readonly kind: 'processed';
      readonly id: number;
      readonly response: Omit<EncodedResponse, 'body'> & { readonly body: Bytes };
    }
  | { readonly kind: 'failed'; readonly id: number; readonly error: EncodedError }
  /** What is to be added to the span of a request. It is sent before the answer. */
  | { readonly kind: 'span'; readonly id: number; readonly additions: EncodedAdditions }
  | { readonly kind: 'catalogue changed'; readonly agent: AgentKey }
  /** The work that was done for tenants since the last report of this kind, in units. */
  | { readonly kind: 'used'; readonly units: ReadonlyMap<string, number> }
  | { readonly kind: 'observed'; readonly observations: Observations };
