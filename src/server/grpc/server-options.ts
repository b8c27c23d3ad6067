import type { ServerCredentials, ServerOptions } from '@grpc/grpc-js';
import { maxValueDepth } from '../codec/wire/json-value';
import type { Authenticator } from '../ports/authenticator';
import type { CallLimits } from './middleware/admission';
import type { RequestLimits } from './validation/request-validator';

/** Limits on lists in requests. The lower of this limit and the contract's applies; Infinity selects the contract's limit. */
export interface ListLimits {
  readonly candidates: number;
  readonly rules: number;
  /** Maximum number of fields in each map of a turn: customer data, variables, facts and results. */
  readonly fields: number;
  readonly stepsPerScenario: number;
}

export interface GrpcServerOptions extends CallLimits {
  readonly host: string;
  /** 0 selects a free port. */
  readonly port: number;
  /** Default: plaintext. */
  readonly credentials?: ServerCredentials | undefined;
  readonly isReflectionEnabled: boolean;
  /** Maximum number of requests of one bidirectional stream whose response has not been sent. */
  readonly maxRequestsPerStream: number;
  /** Maximum size of a sent message, in bytes. */
  readonly maxResponseBytes: number;
  /** Maximum time for which a client of a long-lived stream may read nothing. Milliseconds. */
  readonly stallTimeoutMs: number;
  /** Interval of HTTP/2 PINGs. Milliseconds. */
  readonly keepaliveIntervalMs: number;
  /** A connection without a response to a PING is closed after this time. Milliseconds. */
  readonly keepaliveTimeoutMs: number;
  /** Age at which a connection receives a GOAWAY and its long-lived streams end, with a jitter of 10 percent. Milliseconds; 0 for no limit. */
  readonly maxConnectionAgeMs: number;
  /** Time after the GOAWAY in which calls may end. The rest are canceled. Milliseconds. */
  readonly maxConnectionAgeGraceMs: number;
  readonly lists: ListLimits;
  /** Default: every call is allowed. */
  readonly authenticator?: Authenticator | undefined;
  /** Interval at which the credentials of long-lived streams are checked again. Milliseconds. */
  readonly recheckIntervalMs: number;
}

/** The defaults of `[server]` and `[limits]`, on a free port of the loopback interface. */
export const defaultServerOptions: GrpcServerOptions = {
  host: '127.0.0.1',
  port: 0,
  isReflectionEnabled: true,
  maxMessageBytes: 4_194_304,
  maxRequestBytesInFlight: 67_108_864,
  maxRequestBytesInFlightPerTenant: 33_554_432,
  maxResponseBytes: 4_194_304,
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
  maxConnectionAgeMs: 0,
  maxConnectionAgeGraceMs: 30_000,
  lists: { candidates: 100, rules: 500, fields: 500, stepsPerScenario: 10_000 },
  recheckIntervalMs: 30_000,
};

/** Maximum number of JSON values in a request, including nested values. It limits how long a decoder blocks the event loop. */
const maxJsonValues = 20_000;
/**
 * Maximum number of other messages and list elements in a request. It limits how long validation and a decoder block the event loop, to about
 * 40 ms. A scenario with 10,000 steps can have two more parts for each of them.
 */
const maxParts = 30_000;
/**
 * Maximum number of concurrent HTTP/2 streams per connection. Without this limit, one client could fill the memory before the other
 * limits apply.
 */
const maxStreamsPerConnection = 1_000;
/** grpc-js rejects messages above this multiple of `maxMessageBytes` without error details. */
const transportSizeFactor = 4;

/** Returns the limits of request validation. */
export function toRequestLimits({ maxMessageBytes, lists }: GrpcServerOptions): RequestLimits {
  const { candidates, rules, fields, stepsPerScenario } = lists;
  const contract = 'focal.orchestration.v1';
  return {
    maxMessageBytes,
    maxJsonDepth: maxValueDepth,
    maxJsonValues,
    maxParts,
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

/** Converts the options to those of grpc-js. */
export function toTransportOptions({
  maxMessageBytes,
  keepaliveIntervalMs,
  keepaliveTimeoutMs,
  maxConnectionAgeMs,
  maxConnectionAgeGraceMs,
}: GrpcServerOptions): ServerOptions {
  return {
    // Keepalive also closes connections that violated HTTP/2. After it has sent GOAWAY, Node.js itself waits for the client to
    // close them.
    'grpc.keepalive_time_ms': keepaliveIntervalMs,
    'grpc.keepalive_timeout_ms': keepaliveTimeoutMs,
    ...(maxConnectionAgeMs === 0
      ? {}
      : {
          'grpc.max_connection_age_ms': maxConnectionAgeMs,
          'grpc.max_connection_age_grace_ms': maxConnectionAgeGraceMs,
        }),
    'grpc.max_receive_message_length': maxMessageBytes * transportSizeFactor,
    // Everything that is accepted is bounded by `maxResponseBytes` before it is stored. Larger values of earlier releases must still reach
    // their clients.
    'grpc.max_send_message_length': -1,
    'grpc.max_concurrent_streams': maxStreamsPerConnection,
    'grpc.enable_channelz': 0,
  };
}
