import type { Database } from 'lmdb';
import type { Call } from '../../ports/call';
import { type FeedPage, type FeedQuery, maxConsumers, type TurnFeed } from '../../ports/turn-feed';
import type { EmbeddedEnvironment } from './embedded-environment';
import { encodeKeyPart, keyPartUpperBound } from './embedded-keys';
import type { EmbeddedSessionStore } from './embedded-session-store';

/** The feeds that `EmbeddedSessionStore` writes, and the cursors of their consumers. */
export class EmbeddedTurnFeed implements TurnFeed {
  readonly partitions = 1;
  private readonly consumers: Database<string, [tenant: string, consumer: string]>;

  constructor(
    private readonly environment: EmbeddedEnvironment,
    private readonly sessionStore: EmbeddedSessionStore,
  ) {
    this.consumers = environment.openTable('feed-consumers', 'json');
  }

  async readPage({ tenantId, position, limit }: FeedQuery, call: Call): Promise<FeedPage> {
    return this.environment.read(call, () => this.sessionStore.feed.read(tenantId, position, limit));
  }

  onChange(tenantId: string, listener: (partition?: number) => void): () => void {
    return this.sessionStore.changes.onTenant(tenantId, () => listener(0));
  }

  async readConsumer(tenantId: string, consumer: string, call: Call): Promise<string | undefined> {
    return this.environment.read(call, () => this.consumers.get(toKey(tenantId, consumer)));
  }

  storeConsumer(tenantId: string, consumer: string, cursor: string, call: Call): Promise<boolean> {
    const key = toKey(tenantId, consumer);
    return this.environment.write(call, () => {
      if (this.consumers.get(key) === undefined && this.countConsumers(tenantId) >= maxConsumers) return false;
      this.consumers.putSync(key, cursor);
      return true;
    });
  }

  deleteConsumer(tenantId: string, consumer: string, call: Call): Promise<boolean> {
    const key = toKey(tenantId, consumer);
    return this.environment.free(call, () => this.consumers.removeSync(key));
  }

  private countConsumers(tenantId: string): number {
    const tenant = encodeKeyPart(tenantId);
    return this.consumers.getKeysCount({ start: [tenant, ''], end: [tenant, keyPartUpperBound], limit: maxConsumers });
  }
}

function toKey(tenantId: string, consumer: string): [tenant: string, consumer: string] {
  return [encodeKeyPart(tenantId), encodeKeyPart(consumer)];
}
