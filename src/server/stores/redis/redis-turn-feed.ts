import type { Call } from '../../ports/call';
import { type FeedPage, type FeedQuery, maxConsumers, type TurnFeed } from '../../ports/turn-feed';
import { LuaScript } from './lua-script';
import type { RedisConnection } from './redis-connection';
import { getConsumersKey, getFeedChannel, getPartitionKeys, type KeySpace } from './redis-keys';
import { asBytes, asInteger, asOptionalBytes } from './script-reply';
import { runReadFeed } from './scripts/read-feed';

const storeConsumer = LuaScript.load('store-consumer');

/** The feeds that `RedisSessionStore` writes, and the cursors of their consumers. */
export class RedisTurnFeed implements TurnFeed {
  constructor(
    private readonly connection: RedisConnection,
    private readonly keySpace: KeySpace,
  ) {}

  get partitions(): number {
    return this.keySpace.partitions;
  }

  readPage({ tenantId, partition, position, limit }: FeedQuery, call: Call): Promise<FeedPage> {
    const keys = getPartitionKeys(this.keySpace, partition, tenantId);
    return runReadFeed(this.connection, keys, { number: position.number, limit }, call);
  }

  onChange(tenantId: string, listener: (partition?: number) => void): () => void {
    return this.connection.subscriptions.subscribe(getFeedChannel(this.keySpace.prefix, tenantId), {
      onMessage: (partition) => listener(Number(partition)),
      onSubscribed: () => listener(),
    });
  }

  async readConsumer(tenantId: string, consumer: string, call: Call): Promise<string | undefined> {
    const key = getConsumersKey(this.keySpace.prefix, tenantId);
    const cursor = await this.connection.read(call, (client) => client.hgetBuffer(key, consumer));
    return asOptionalBytes(cursor)?.toString();
  }

  async storeConsumer(tenantId: string, consumer: string, cursor: string, call: Call): Promise<boolean> {
    const key = getConsumersKey(this.keySpace.prefix, tenantId);
    const args = [consumer, cursor, maxConsumers];
    const reply = await this.connection.runScript(call, 'write', storeConsumer, [key], args);
    return asBytes(reply).toString() === 'STORED';
  }

  async deleteConsumer(tenantId: string, consumer: string, call: Call): Promise<boolean> {
    const key = getConsumersKey(this.keySpace.prefix, tenantId);
    return asInteger(await this.connection.write(call, 'hdel', key, consumer)) > 0;
  }
}
