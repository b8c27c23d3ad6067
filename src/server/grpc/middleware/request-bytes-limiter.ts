import { OrchestratorError } from '../../../core/model/orchestrator-error';
import { retryAfterMs } from './concurrency-limiter';

/** Limits on the bytes of received requests, after decompression. */
export interface RequestBytesLimits {
  /** Maximum number of bytes of all requests that are in flight on the node. A request that is alone is always accepted. */
  readonly maxBytes: number;
  /** Maximum number of bytes of one tenant's requests in flight. A request that is alone is always accepted. */
  readonly maxBytesPerTenant: number;
}

/** A user of the bytes of a request: its call, the decompression, or the handler. */
type Holder = 'call' | 'decompression' | 'handler';

/** Bytes of a request, which count until every holder has released them. */
export class RequestBytes {
  private readonly limiter: RequestBytesLimiter;
  private readonly holders: Record<Holder, boolean> = { call: true, decompression: false, handler: false };
  private readonly onFree: () => void;
  private bytes: number;
  private tenantId: string | undefined;

  constructor(limiter: RequestBytesLimiter, bytes: number, tenantId: string | undefined, onFree: () => void) {
    this.limiter = limiter;
    this.bytes = bytes;
    this.tenantId = tenantId;
    this.onFree = onFree;
  }

  /**
   * Counts the bytes for the tenant in the request, unless they already count for the tenant of the credential.
   *
   * @throws OrchestratorError TENANT_TOO_MANY_CALLS if the tenant's limit is reached.
   */
  assignTenant(tenantId: string | undefined): void {
    if (this.tenantId !== undefined || tenantId === undefined) return;
    this.limiter.addToTenant(this.bytes, tenantId);
    this.tenantId = tenantId;
  }

  /**
   * Raises a reservation while the request is being received.
   *
   * @throws OrchestratorError TOO_MANY_CALLS or TENANT_TOO_MANY_CALLS if a limit is reached.
   */
  growTo(bytes: number): void {
    if (!this.isHeld() || bytes <= this.bytes) return;
    this.limiter.add(bytes - this.bytes, this.tenantId, this.bytes);
    this.bytes = bytes;
  }

  /** Corrects a reservation to the size that the request really has. */
  shrinkTo(bytes: number): void {
    if (!this.isHeld() || bytes >= this.bytes) return;
    this.limiter.subtract(this.bytes - bytes, this.tenantId);
    this.bytes = bytes;
  }

  hold(holder: Holder): void {
    if (this.isHeld()) this.holders[holder] = true;
  }

  /** Idempotent. */
  release(holder: Holder): void {
    if (!this.holders[holder]) return;
    this.holders[holder] = false;
    if (this.isHeld()) return;
    this.limiter.subtract(this.bytes, this.tenantId);
    this.onFree();
  }

  private isHeld(): boolean {
    const { call, decompression, handler } = this.holders;
    return call || decompression || handler;
  }
}

/**
 * Limits the bytes of requests in flight. The number of calls does not limit them, because a compressed request can have a thousand
 * times the bytes that were received.
 */
export class RequestBytesLimiter {
  private readonly limits: RequestBytesLimits;
  private readonly bytesByTenant = new Map<string, number>();
  private readonly requests = new WeakMap<Uint8Array, RequestBytes>();
  private totalBytes = 0;

  constructor(limits: RequestBytesLimits) {
    this.limits = limits;
  }

  /** Number of bytes of the requests in flight. */
  get inUse(): number {
    return this.totalBytes;
  }

  /**
   * Counts the bytes of a request before they are used. `onFree` is called when they no longer count.
   *
   * @throws OrchestratorError TOO_MANY_CALLS or TENANT_TOO_MANY_CALLS if a limit is reached.
   */
  reserve(bytes: number, tenantId: string | undefined, onFree: () => void): RequestBytes {
    this.add(bytes, tenantId, 0);
    return new RequestBytes(this, bytes, tenantId, onFree);
  }

  /** Associates the decompressed bytes with their reservation. */
  register(unpacked: Uint8Array, reservation: RequestBytes): void {
    this.requests.set(unpacked, reservation);
  }

  /** Returns the reservation of the bytes of a request. */
  find(unpacked: Uint8Array): RequestBytes | undefined {
    return this.requests.get(unpacked);
  }

  /** For RequestBytes. `counted` is the number of bytes of the same request that count already. */
  add(bytes: number, tenantId: string | undefined, counted: number): void {
    if (this.totalBytes > counted && this.totalBytes + bytes > this.limits.maxBytes) {
      const message = 'The requests in flight on this node have too many bytes; retry after the retry delay.';
      throw new OrchestratorError('TOO_MANY_CALLS', message, { retryAfterMs });
    }
    if (tenantId !== undefined) this.addToTenant(bytes, tenantId, counted);
    this.totalBytes += bytes;
  }

  /** For RequestBytes. */
  addToTenant(bytes: number, tenantId: string, counted = 0): void {
    const current = this.bytesByTenant.get(tenantId) ?? 0;
    if (current > counted && current + bytes > this.limits.maxBytesPerTenant) {
      const message =
        'The requests of this tenant in flight on this node have too many bytes; retry after the retry delay.';
      throw new OrchestratorError('TENANT_TOO_MANY_CALLS', message, { retryAfterMs });
    }
    this.bytesByTenant.set(tenantId, current + bytes);
  }

  /** For RequestBytes. */
  subtract(bytes: number, tenantId: string | undefined): void {
    this.totalBytes -= bytes;
    if (tenantId === undefined) return;
    const rest = (this.bytesByTenant.get(tenantId) ?? 0) - bytes;
    if (rest > 0) this.bytesByTenant.set(tenantId, rest);
    else this.bytesByTenant.delete(tenantId);
  }
}
