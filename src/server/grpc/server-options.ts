import type { ServerCredentials, ServerOptions } from '@grpc/grpc-js';
import { maxValueDepth } from '../codec/wire/json-value';
import type { Authenticator } from '../ports/authenticator';
import type { CallLimits } from './middleware/admission';
import type { RequestLimits } from './validation/request-validator';

/** Bounds of lists below the contract's own; Infinity leaves it with those. */
export interface ListLimits {
  readonly candidates: number;
  readonly rules: number;
  /** In each map of a turn: customer data, variables, facts, results. */
  readonly fields: number;
  readonly stepsPerScenario: number;
}

/** Where the server listens and what it bounds. */
export interface GrpcServerOptions extends CallLimits {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  /** Default: none, plain text. */
  readonly credentials?: ServerCredentials | undefined;
  readonly reflection: boolean;
  /** Requests of one long-lived stream that are at work or whose answers wait to be sent, at most. */
  readonly maxRequestsPerStream: number;
  /** Bytes of a message that is received. */
  readonly maxMessageBytes: number;
  /** How long a reader of a stream may leave a message untaken. Milliseconds. */
  readonly stallTimeoutMs: number;
  /** A connection is asked so often whether anybody is there. Milliseconds. */
  readonly keepaliveIntervalMs: number;
  /** How long the answer may take before the connection is dropped. Milliseconds. */
  readonly keepaliveTimeoutMs: number;
  readonly lists: ListLimits;
  /** Who may call; where it is left out everybody may do everything. */
  readonly authenticator?: Authenticator | undefined;
  /** How often it is looked whether the credential of a long-lived stream still holds. Milliseconds. */
  readonly recheckIntervalMs: number;
}

/** The defaults of `[server]` and `[limits]`, on a free port of the loopback interface. */
export const defaultServerOptions: GrpcServerOptions = {
  host: '127.0.0.1',
  port: 0,
  reflection: true,
  maxMessageBytes: 4_194_304,
  maxMetadataBytes: 16_384,
  maxCallsInFlight: 1_000,
  maxCallsInFlightPerTenant: 500,
  maxStreams: 10_000,
  maxStreamsPerTenant: 5_000,
  maxRequestsPerStream: 64,
  minRemainingMs: 2,
  turnTimeoutMs: 10_000,
  stallTimeoutMs: 30_000,
  keepaliveIntervalMs: 60_000,
  keepaliveTimeoutMs: 20_000,
  lists: { candidates: 100, rules: 500, fields: 500, stepsPerScenario: 10_000 },
  recheckIntervalMs: 30_000,
};

/** How many JSON values a request may hold, the ones within others included: it bounds for how long a decoder holds up the others. */
const JSON_VALUES = 20_000;
/** A connection's streams that grpc-js takes at once, so that one caller cannot fill the memory before the gate sees them. */
const STREAMS_A_CONNECTION = 1_000;
/** Room above the bound of messages, within which a message that is too large is still answered with its details. */
const MESSAGE_SLACK = 4;

/** What the guards bound. */
export function toRequestLimits({ maxMessageBytes: messageBytes, lists }: GrpcServerOptions): RequestLimits {
  const { candidates, rules, fields, stepsPerScenario } = lists;
  const contract = 'focal.orchestration.v1';
  return {
    maxMessageBytes: messageBytes,
    maxJsonDepth: maxValueDepth,
    maxJsonValues: JSON_VALUES,
    maxElements: new Map([
      [`${contract}.Turn.candidates`, candidates],
      [`${contract}.Turn.applied_rules`, rules],
      [`${contract}.Turn.customer_data`, fields],
      [`${contract}.Turn.session_variables`, fields],
      [`${contract}.Situation.facts`, fields],
      [`${contract}.StepOutcome.results`, fields],
      [`${contract}.Scenario.steps`, stepsPerScenario],
    ]),
  };
}

/** What grpc-js bounds. */
export function toTransportOptions({
  maxMessageBytes: messageBytes,
  keepaliveIntervalMs,
  keepaliveTimeoutMs,
}: GrpcServerOptions): ServerOptions {
  return {
    // Also what drops a connection that broke HTTP/2 and was told so: Node.js waits for its caller to close it.
    'grpc.keepalive_time_ms': keepaliveIntervalMs,
    'grpc.keepalive_timeout_ms': keepaliveTimeoutMs,
    'grpc.max_receive_message_length': messageBytes * MESSAGE_SLACK,
    // What is sent is bounded by what it is made of: pages end before it, and one thing alone is not to be kept from its caller.
    'grpc.max_send_message_length': -1,
    'grpc.max_concurrent_streams': STREAMS_A_CONNECTION,
    'grpc.enable_channelz': 0,
  };
}
