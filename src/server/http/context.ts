import type { FileRegistry } from '@bufbuild/protobuf';
import type { Clock } from '../ports/clock';
import type { ContractCalls, ContractMethod } from '../ports/contract-calls';
import type { Logger } from '../ports/logger';
import type { HttpRequest, HttpResponse } from './http-types';
import type { MethodFormat } from './message-formats';

/** A method of the contract with the formats of its messages. */
export interface HttpMethod {
  readonly method: ContractMethod;
  readonly format: MethodFormat;
}

/** What the handlers of requests use. */
export interface HttpContext {
  readonly calls: ContractCalls;
  /** By path, `/package.Service/Method`. */
  readonly methods: ReadonlyMap<string, HttpMethod>;
  readonly registry: FileRegistry;
  readonly clock: Clock;
  readonly log: Logger;
  /** Maximum bytes of a body, before and after decompression. */
  readonly maxMessageBytes: number;
  /** Interval of the comments that keep event streams open. Milliseconds. */
  readonly heartbeatIntervalMs: number;
}

/** One request for a method. */
export interface Exchange extends HttpMethod {
  readonly request: HttpRequest;
  readonly response: HttpResponse;
}
