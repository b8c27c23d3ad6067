import { EventEmitter } from 'node:events';
import type { SessionKey } from '../../../core/model/session';
import { encodeKeyPair, encodeKeyPart } from './embedded-keys';

/** Notifies of changes, by session and by tenant. */
export class SessionChanges {
  /** The name of an event is the key of a session, or of a tenant, which has no slash. */
  private readonly changes = new EventEmitter().setMaxListeners(0);

  notify({ tenantId, sessionId }: SessionKey): void {
    this.changes.emit(encodeKeyPair(tenantId, sessionId));
    this.changes.emit(encodeKeyPart(tenantId));
  }

  /** Calls `listener` after every change of a session. Returns a function that unsubscribes. */
  onSession({ tenantId, sessionId }: SessionKey, listener: () => void): () => void {
    return this.subscribe(encodeKeyPair(tenantId, sessionId), listener);
  }

  /** Calls `listener` after every change of a session of a tenant. Returns a function that unsubscribes. */
  onTenant(tenantId: string, listener: () => void): () => void {
    return this.subscribe(encodeKeyPart(tenantId), listener);
  }

  private subscribe(name: string, listener: () => void): () => void {
    // A new function for each call, so that a listener that is added twice must be removed twice.
    const onEvent = () => listener();
    this.changes.on(name, onEvent);
    return () => this.changes.off(name, onEvent);
  }
}
