import type { Metadata } from '@grpc/grpc-js';
import { BaseServerInterceptingCall } from '@grpc/grpc-js/build/src/server-interceptors';
import { OrchestratorError } from '../../../core/model/orchestrator-error';
import type { Telemetry } from '../../ports/telemetry';
import { getTraceId, toStatusObject } from '../errors/call-error';
import { type Compression, decompress, isCompression, predictSize } from './decompression';
import { DecompressionQueue } from './decompression-queue';
import { isHealthCheck } from './health-path';
import type { Middleware } from './middleware';
import { type RequestBytes, RequestBytesLimiter } from './request-bytes-limiter';
import type { TransportCall, TransportHook } from './transport-interceptor';

/** The method of grpc-js that decompresses a message. It is not part of the public API. It rejects with the status of the call. */
const methodName = 'decompressMessage';
type DecompressMessage = (frame: Buffer, encoding: string) => Buffer | Promise<Buffer>;

/** Bytes of a gRPC frame before the message. */
const frameHeadBytes = 5;

/** Messages with fewer bytes are decompressed concurrently. */
const minQueuedBytes = 262_144;

/** Health checks need no credential, so their requests have limits of their own. A request has only the name of a service. */
const maxHealthCheckBytes = 65_536;
const healthCheckLimits = { maxBytes: 1_048_576, maxBytesPerTenant: 1_048_576 };

export interface RequestBytesOptions {
  /** Maximum size of a message after decompression, in bytes. */
  readonly maxMessageBytes: number;
  /** Returns the tenant of the credential; undefined if it is for all tenants, or if no credential is required. */
  readonly getTenantId: (metadata: Metadata) => string | undefined;
  readonly telemetry: Telemetry;
}

/**
 * Counts the bytes of every request, for a compressed one before it is decompressed, until its call or its handler ends. Rejects
 * requests above the limits. grpc-js itself decompresses every message immediately, however many there are.
 *
 * @throws Error if grpc-js has no such method any more.
 */
export function limitRequestBytes(limiter: RequestBytesLimiter, options: RequestBytesOptions): TransportHook {
  const original: unknown = Reflect.get(BaseServerInterceptingCall.prototype, methodName);
  if (typeof original !== 'function') {
    throw new Error(`@grpc/grpc-js has no ${methodName}; the bytes of requests cannot be limited.`);
  }
  const requests = new RequestReceiver(limiter, options);
  const healthChecks = new RequestReceiver(new RequestBytesLimiter(healthCheckLimits), {
    ...options,
    maxMessageBytes: maxHealthCheckBytes,
    getTenantId: () => undefined,
  });
  return (call, transport) => {
    const receiver = isHealthCheck(transport.path) ? healthChecks : requests;
    const received = new Set<RequestBytes>();
    transport.onEnd = () => {
      for (const request of received) request.release('call');
    };
    const decompressMessage: DecompressMessage = function (this: unknown, frame, encoding) {
      if (isCompression(encoding)) return receiver.decompress(frame, encoding, transport, received);
      const message: Buffer | Promise<Buffer> = Reflect.apply(original, this, [frame, encoding]);
      if (message instanceof Buffer) receiver.count(message, transport, received);
      return message;
    };
    Reflect.set(call, methodName, decompressMessage);
  };
}

/** Keeps the bytes of a request counted while its handler runs, and counts them for the tenant in the request. */
export function holdRequestBytes(limiter: RequestBytesLimiter): Middleware {
  return async (call, next) => {
    const request = limiter.find(call.rawRequest.bytes);
    request?.hold('handler');
    try {
      return await next(call);
    } finally {
      request?.release('call');
      request?.release('handler');
    }
  };
}

/** Counts the bytes of a request for the tenant in it. */
export function limitTenantBytes(limiter: RequestBytesLimiter): Middleware {
  return (call, next) => {
    limiter.find(call.rawRequest.bytes)?.assignTenant(call.request?.tenantId);
    return next(call);
  };
}

/** Decompresses requests, whose bytes count before they are decompressed. */
export class Unpacker {
  private readonly largeMessages = new DecompressionQueue();

  constructor(
    private readonly limiter: RequestBytesLimiter,
    private readonly maxMessageBytes: number,
  ) {}

  /** Rejects with an OrchestratorError if the bytes cannot be reserved or decompressed. */
  async unpack(packed: Buffer, compression: Compression, reserve: (bytes: number) => RequestBytes): Promise<Buffer> {
    const size = predictSize(packed, compression, this.maxMessageBytes);
    const request = reserve(size);
    // The call can end meanwhile, but zlib continues.
    request.hold('decompression');
    try {
      const unpack = (): Promise<Buffer> => decompress(packed, compression, size, this.maxMessageBytes);
      const message = await (size < minQueuedBytes ? unpack() : this.largeMessages.run(unpack));
      request.shrinkTo(message.length);
      this.limiter.register(message, request);
      return message;
    } finally {
      request.release('decompression');
    }
  }
}

/** Receives the messages of calls. Throws or rejects with a status, which grpc-js sends. */
class RequestReceiver {
  private readonly limiter: RequestBytesLimiter;
  private readonly options: RequestBytesOptions;
  private readonly unpacker: Unpacker;

  constructor(limiter: RequestBytesLimiter, options: RequestBytesOptions) {
    this.limiter = limiter;
    this.options = options;
    this.unpacker = new Unpacker(limiter, options.maxMessageBytes);
  }

  /** Counts a message that is not compressed. */
  count(message: Buffer, transport: TransportCall, received: Set<RequestBytes>): void {
    try {
      this.limiter.register(message, this.reserve(message.length, transport, received));
    } catch (error) {
      throw this.toStatus(error, transport);
    }
  }

  async decompress(
    frame: Buffer,
    compression: Compression,
    transport: TransportCall,
    received: Set<RequestBytes>,
  ): Promise<Buffer> {
    try {
      const reserve = (bytes: number): RequestBytes => this.reserve(bytes, transport, received);
      return await this.unpacker.unpack(frame.subarray(frameHeadBytes), compression, reserve);
    } catch (error) {
      throw this.toStatus(error, transport);
    }
  }

  private reserve(bytes: number, { metadata }: TransportCall, received: Set<RequestBytes>): RequestBytes {
    const tenantId = metadata && this.options.getTenantId(metadata);
    const request = this.limiter.reserve(bytes, tenantId, () => received.delete(request));
    received.add(request);
    return request;
  }

  private toStatus(error: unknown, { metadata }: TransportCall): unknown {
    if (!(error instanceof OrchestratorError)) return error;
    return toStatusObject(error, getTraceId(this.options.telemetry, metadata));
  }
}
